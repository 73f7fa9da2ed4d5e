package run

import (
	"slices"
	"testing"

	"runexp/framework"
)

// The picture of a run whose steps have no length is the untouched one, in the colours of
// the result, from every initial value.
func TestUntouched(t *testing.T) {
	for _, from := range []string{"content", "style", "noise"} {
		e := experiment(t)
		e.Color = framework.ColorOptions{Keep: "luminance", Space: "yiq", When: "after"}
		plugin, err := plugins().Initials.Lookup(from)
		if err != nil {
			t.Fatal(err)
		}
		e.Init = framework.InitSpec{From: from, Options: plugin.Options()}
		e.Stages[1].Details = 1
		for i := range e.Stages {
			e.Stages[i].Optimizer.LR = 0
		}
		p := prepare(t, e)
		outcome, err := p.Optimize(t.Context(), &record{})
		if err != nil {
			t.Fatal(err)
		}
		want, err := p.Untouched(t.Context())
		if err != nil || !slices.Equal(outcome.Final.Pix, want.Pix) {
			t.Errorf("%s: %v, or another picture", from, err)
		}
	}
}

// Losses are listed by what they compare with, without those of no weight.
func TestLossesOf(t *testing.T) {
	e := experiment(t)
	p := prepare(t, e)
	if got := p.LossesOf(framework.Style); !slices.Equal(got, []string{"s"}) {
		t.Errorf("style: %v", got)
	}
	if got := p.LossesOf(""); len(got) != 0 {
		t.Errorf("of the picture alone: %v", got)
	}
	e.Losses[1].Weight = 0
	if got := prepare(t, e).LossesOf(framework.Style); len(got) != 0 {
		t.Errorf("without a weight: %v", got)
	}
}
