package losses

import (
	"context"
	"math"
	"testing"

	"runexp/framework"
	"runexp/framework/graph"
	"runexp/framework/plugintest"
	"runexp/losses/content"
	"runexp/losses/gram"
	"runexp/losses/tv"
)

func make1(t *testing.T, loss framework.Loss, err error) framework.Loss {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	return loss
}

// all returns every loss with taps a and b.
func all(t *testing.T) map[string]framework.Loss {
	t.Helper()
	layers := []framework.LayerWeight{{Layer: "a", Weight: 1}, {Layer: "b", Weight: 2}}
	c, err1 := content.New(content.Config{Layers: layers})
	g, err2 := gram.New(gram.Config{Layers: layers})
	v, err3 := tv.New(tv.Defaults())
	return map[string]framework.Loss{"content": make1(t, c, err1), "gram": make1(t, g, err2), "tv": make1(t, v, err3)}
}

// score adds the loss of x against targets to b: tap a is x, tap b its mirror
// image through the channels, "image" x too.
func score(t *testing.T, b *graph.Builder, loss framework.Loss, x graph.Node, targets ...[]float64) []framework.Term {
	t.Helper()
	represent := func(x graph.Node) []graph.Node {
		mirror := b.Affine(x, [3][3]float64{{0, 0, 1}, {0, 1, 0}, {1, 0, 0}}, [3]float64{})
		nodes, err := loss.Represent(b, framework.View{Taps: map[string]graph.Node{"a": x, "b": mirror, framework.ImageTap: x}})
		if err != nil {
			t.Fatal(err)
		}
		return nodes
	}
	var want []framework.Reference
	for _, target := range targets {
		constant := b.Constant("target", graph.Double(x.Shape(), target))
		want = append(want, framework.Reference{Values: represent(constant), Weight: 1 / float64(len(targets))})
	}
	terms, err := loss.Score(b, represent(x), want)
	if err != nil {
		t.Fatal(err)
	}
	return terms
}

func TestGradients(t *testing.T) {
	shape := graph.Shape{4, 5, 3}
	for name, loss := range all(t) {
		t.Run(name, func(t *testing.T) {
			plugintest.Gradient(t, shape, plugintest.Away(shape.Len(), 1), func(b *graph.Builder, x graph.Node) graph.Node {
				var targets [][]float64
				if loss.Target() != "" {
					targets = [][]float64{plugintest.Away(shape.Len(), 2), plugintest.Away(shape.Len(), 3)}
				}
				total := b.Constant("zero", graph.Double(graph.Shape{}, []float64{0}))
				for _, term := range score(t, b, loss, x, targets...) {
					total = b.Add(total, term.Node)
				}
				return total
			})
		})
	}
}

// TestByHand holds each loss to its formula, written out.
func TestByHand(t *testing.T) {
	// A picture of 2×2 pixels: channel 0 is 1 2 3 4, channel 1 all 1, channel 2 all 0.
	x := []float64{1, 1, 0, 2, 1, 0, 3, 1, 0, 4, 1, 0}
	zero := make([]float64, len(x))
	for name, want := range map[string]float64{
		// (1 + 4 + 9 + 16 + 4) / 12
		"content": 34.0 / 12,
		// FᵀF = [30 10; 10 4] in the first two channels, divided by 12; squares over 9
		"gram": (30*30 + 2*10*10 + 4*4) / 144.0 / 9,
		// channel 0: |dy| = 2, 2 and |dx| = 1, 1; six differences each
		"tv": 0.5 * (4.0/6 + 2.0/6),
	} {
		loss := all(t)[name]
		b := graph.NewDoubleBuilder()
		v := b.Variable(2, 2, 3)
		var targets [][]float64
		if loss.Target() != "" {
			targets = [][]float64{zero}
		}
		terms := score(t, b, loss, v, targets...)
		p, err := b.Compile(terms[0].Node)
		if err != nil {
			t.Fatal(err)
		}
		if err := p.Run(context.Background(), graph.Double(graph.Shape{2, 2, 3}, x)); err != nil {
			t.Fatal(err)
		}
		if got := p.Scalar(terms[0].Node); math.Abs(got-want) > 1e-12 {
			t.Errorf("%s is %g, want %g", name, got, want)
		}
	}
}

func TestTermsAndTapsAgree(t *testing.T) {
	for name, loss := range all(t) {
		b := graph.NewDoubleBuilder()
		var targets [][]float64
		if loss.Target() != "" {
			targets = [][]float64{make([]float64, 12)}
		}
		terms := score(t, b, loss, b.Variable(2, 2, 3), targets...)
		if len(terms) != len(loss.Taps()) {
			t.Fatalf("%s: %d terms of %d taps", name, len(terms), len(loss.Taps()))
		}
		for i, term := range terms {
			if term.Layer != loss.Taps()[i].Layer || len(term.Node.Shape()) != 0 {
				t.Errorf("%s: term %d is of layer %q and shape %v", name, i, term.Layer, term.Node.Shape())
			}
		}
	}
}

func TestEveryDefaultIsValid(t *testing.T) {
	r := Registry()
	for _, name := range r.Names() {
		p, err := r.Lookup(name)
		if err != nil {
			t.Fatal(err)
		}
		options := p.Options()
		if v, ok := options.(framework.Validator); ok {
			if err := v.Validate(); err != nil {
				t.Errorf("%s: %v", name, err)
			}
		}
		if _, err := p.New(options); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	if (gram.Config{}).Validate() == nil || (content.Config{Layers: []framework.LayerWeight{{Layer: "a", Weight: -1}}}).Validate() == nil {
		t.Error("no layers, or a negative weight, is valid")
	}
}
