package w2

import (
	"context"
	"math"
	"testing"

	"runexp/framework"
	"runexp/framework/compute"
	"runexp/framework/graph"
)

// TestFeaturesThatHardlyVary: in single precision the covariance of large features that are
// almost the same at all of a few positions has a root too, with and without masks.
func TestFeaturesThatHardlyVary(t *testing.T) {
	const h, w, c = 3, 4, 64
	features := func(seed int) graph.Tensor {
		x := make([]float32, h*w*c)
		for i := range x {
			x[i] = 90 + 3*float32(i%c) + 1e-3*float32((i*seed)%7)
		}
		return graph.Single(graph.Shape{h, w, c}, x)
	}
	for _, masked := range []bool{false, true} {
		l := &Loss{Defaults(), []framework.Tap{{Layer: "layer", Weight: 1}}}
		b := graph.NewBuilder(compute.Plain[float32]{})
		view := func(node graph.Node) framework.View {
			v := framework.View{Taps: map[string]graph.Node{"layer": node}}
			if masked {
				ones := make([]float32, h*w)
				for i := range ones {
					ones[i] = 1
				}
				mask := b.Constant("mask", graph.Single(graph.Shape{h, w, 1}, ones))
				v.Masks = map[string]map[string]graph.Node{"all": {"layer": mask}}
			}
			return v
		}
		got, err := l.Represent(b, view(b.Variable(h, w, c)))
		if err != nil {
			t.Fatal(err)
		}
		target, err := l.Represent(b, view(b.Constant("style", features(5))))
		if err != nil {
			t.Fatal(err)
		}
		want, err := l.PrepareTargets(b, framework.Targets{framework.Style: {{Values: target, Weight: 1}}})
		if err != nil {
			t.Fatal(err)
		}
		terms, err := l.Score(b, got, want)
		if err != nil {
			t.Fatal(err)
		}
		p, err := b.CompileGradient(terms[0].Node)
		if err == nil {
			err = p.Run(context.Background(), features(3))
		}
		if err != nil {
			t.Fatal(err)
		}
		if v := p.Scalar(terms[0].Node); math.IsNaN(v) || math.Abs(v) > 1e-2 {
			t.Errorf("masked %t: the distance is %g", masked, v)
		}
		for _, g := range p.Gradient().Single {
			if math.IsNaN(float64(g)) || math.IsInf(float64(g), 0) {
				t.Fatalf("masked %t: the gradient has %g", masked, g)
			}
		}
	}
}
