package run

import (
	"slices"
	"strings"
	"testing"

	"runexp/framework"
	"runexp/framework/compute"
)

// limited is the test's network with a smallest image: 6 pixels for conv2, 3 for the
// layers before it.
type limited struct{ *network }

func (limited) MinSide(taps []string) (int, error) {
	if slices.Contains(taps, "conv2") {
		return 6, nil
	}
	return 3, nil
}

// prepareLimited prepares e with a limited network.
func prepareLimited(e framework.Experiment) (*Prepared, error) {
	p := plugins()
	framework.Register(p.Backbones, "limited", "", func() none { return none{} }, func(none) (framework.Backbone, error) { return limited{newNetwork()}, nil })
	e.Backbone.Name = "limited"
	return Prepare(e, p, compute.Plain[float32]{})
}

// TestMinimumSides: the smallest picture and style image depend on the layers they are
// tapped at; a backbone without MinSide has no limit here.
func TestMinimumSides(t *testing.T) {
	const need = " is too small for the layers of the backbone limited that the losses read, conv1, conv2, relu1: both sides need at least "
	const styleNeeds = " is too small for the layers of the backbone limited that the losses read, conv1, relu1: both sides need at least "
	for name, c := range map[string]struct {
		change func(*framework.Experiment)
		want   string // of the error; "" for none
	}{
		"as it is": {func(*framework.Experiment) {}, ""},
		"a stage": {func(e *framework.Experiment) { e.Stages[1].Size = framework.Size{Height: 5} },
			"stages[1].size: 5×7" + need + "6 pixels; give size=8 or more (the longer side of the result; other stages keep their ratio to it), or read shallower layers"},
		"just enough": {func(e *framework.Experiment) { e.Stages[1].Size = framework.Size{Height: 6} }, ""},
		"the result": {func(e *framework.Experiment) {
			e.Stages[0].Size, e.Size = framework.Size{Height: 5}, framework.Size{Height: 5}
		},
			"stages[0].size: 3×4" + need + "6 pixels; give size=14 or more"}, // in proportion to the last, whose size is given
		"one less than that": {func(e *framework.Experiment) {
			e.Stages[0].Size, e.Size = framework.Size{Height: 5}, framework.Size{Long: 13}
		}, "stages[0].size: 5×7" + need},
		"that": {func(e *framework.Experiment) {
			e.Stages[0].Size, e.Size = framework.Size{Height: 5}, framework.Size{Long: 14}
		}, ""},
		"the result alone": {func(e *framework.Experiment) { e.Stages, e.Size = e.Stages[:1], framework.Size{Height: 5} },
			"size: 5×7" + need + "6 pixels"},
		"shallower layers": {func(e *framework.Experiment) {
			e.Stages[1].Size, e.Losses = framework.Size{Height: 5}, e.Losses[1:]
		}, ""},
		"a style image": {func(e *framework.Experiment) { e.Style[0].Size = "0.1" }, // 50×20
			"style[0].size: 0.1 in stage 1 at 18×24: 5×2" + styleNeeds + "3 pixels"},
		"a style image, which only shallow layers read": {func(e *framework.Experiment) { e.Style[0].Size = "0.2" }, ""},
	} {
		e := experiment(t)
		e.Losses, e.Style, e.Stages = slices.Clone(e.Losses), slices.Clone(e.Style), slices.Clone(e.Stages)
		c.change(&e)
		_, err := prepareLimited(e)
		if (err == nil) != (c.want == "") || err != nil && !strings.HasPrefix(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
	}
	e := experiment(t)
	e.Stages[0].Size = framework.Size{Height: 1}
	if _, err := Prepare(e, plugins(), compute.Plain[float32]{}); err != nil {
		t.Errorf("a backbone without MinSide: %v", err)
	}
}

// TestTinyPicturesArePredicted: the size measured in place of a tiny picture is not larger,
// and not smaller than the backbone's smallest.
func TestTinyPicturesArePredicted(t *testing.T) {
	e := experiment(t)
	e.Stages = e.Stages[:1]
	e.Stages[0].Size = framework.Size{Height: 6}
	p, err := prepareLimited(e)
	if err != nil {
		t.Fatal(err)
	}
	predictions, err := p.PredictMemory()
	if err != nil {
		t.Fatal(err)
	}
	if err := p.PredictTime(t.Context(), predictions); err != nil || predictions[0].Took <= 0 {
		t.Errorf("%v, %v", predictions[0].Took, err)
	}
	if h, w, err := p.LargestWithin(0, predictions[0].Bytes-1); h != 0 || w != 0 || err != nil {
		t.Errorf("%d×%d is suggested for a picture that has no smaller size to measure (%v)", h, w, err)
	}
	p.minSide = 40
	for _, c := range []struct {
		side     int
		fraction float64
		want     int
	}{{6, 0.5, 6}, {100, 0.5, 50}, {100, 0.1, 40}} {
		if got := p.probeSide(c.side, c.fraction); got != c.want {
			t.Errorf("%g of %d pixels is measured at %d, want %d", c.fraction, c.side, got, c.want)
		}
	}
	p.minSide = 1
	if got := p.probeSide(100, 0.1); got != minProbeSide {
		t.Errorf("a tenth of 100 pixels is measured at %d", got)
	}
}
