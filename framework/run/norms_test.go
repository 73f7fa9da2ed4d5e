package run

import (
	"context"
	"math"
	"testing"

	"runexp/framework"
	"runexp/variables/initials/content"
	"runexp/variables/pixels"
)

func norms(t *testing.T, e framework.Experiment) map[string]GradientNorm {
	t.Helper()
	list, err := prepare(t, e).GradientNorms(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]GradientNorm{}
	for _, n := range list {
		all[n.Loss] = n
	}
	return all
}

// TestGradientNorms: they are of the pixels in [0, 1], whatever the variable's space, of the
// weight 1, and nothing for content at the content image but not at the probe.
func TestGradientNorms(t *testing.T) {
	e := experiment(t)
	e.Init = framework.InitSpec{From: "content", Options: &content.Config{}}
	e.Losses[1].Weight = 0
	first := norms(t, e)
	if first["c"].Starts() || !first["s"].Starts() || first["c"].Probe <= 0 || first["s"].Start <= 0 || first["s"].Factor != 1 {
		t.Errorf("%+v", first)
	}
	for _, space := range []string{"unit", "bytes"} {
		e.Variable.Options = &pixels.Config{Space: space, Bounds: "none"}
		for name, n := range norms(t, e) {
			if math.Abs(n.Probe-first[name].Probe) > 1e-4*n.Probe {
				t.Errorf("%s, %s: %g, want %g", space, name, n.Probe, first[name].Probe)
			}
		}
	}
	// The gradient of a loss is that of differences.
	e.Variable.Options = &pixels.Config{Space: "unit", Bounds: "none"}
	e.Init = noiseOf(1)
	p := prepare(t, e)
	x, err := p.initial(p.sizes[0].H, p.sizes[0].W)
	if err != nil {
		t.Fatal(err)
	}
	o, err := p.newObjective(context.Background(), 0, p.sizes[0].H, p.sizes[0].W, x)
	if err != nil {
		t.Fatal(err)
	}
	want, err := o.gradientNorm(context.Background(), e.Seed, x) // of c alone: s has no weight
	if got := norms(t, e)["c"].Start; err != nil || math.Abs(got*e.Losses[0].Weight-want) > 1e-5*want {
		t.Errorf("%g, want %g; %v", got, want, err)
	}
}
