package adain

import (
	"context"
	"math"
	"testing"

	"runexp/framework"
	"runexp/framework/graph"
	"runexp/framework/plugintest"
)

func TestLoss(t *testing.T) { plugintest.Loss(t, Defaults, New) }

// TestByHand compares the term with values computed by hand: two layers of one
// channel, with the same features, the second with weight 2.
func TestByHand(t *testing.T) {
	l, err := New(Config{Layers: []framework.LayerWeight{{Layer: "a", Weight: 1}, {Layer: "b", Weight: 2}}})
	if err != nil {
		t.Fatal(err)
	}
	b := graph.NewDoubleBuilder()
	image := func(x graph.Node) framework.Values {
		values, err := l.Represent(b, framework.View{Taps: map[string]graph.Node{"a": x, "b": x}})
		if err != nil {
			t.Fatal(err)
		}
		return values
	}
	shape := graph.Shape{1, 2, 1}
	row := func(x, y float64) graph.Node { return b.Constant("image", graph.Double(shape, []float64{x, y})) }
	// The content's 1000 and 3000 have mean 2000 and deviation 1000, the style's 50 and
	// 10 have mean 30 and deviation 20: the target is 10 and 50.
	terms, err := l.Score(b, image(b.Variable(shape...)), framework.Targets{
		framework.Content: {{Values: image(row(1000, 3000)), Weight: 1}},
		framework.Style:   {{Values: image(row(50, 10)), Weight: 1}},
	})
	if err != nil || len(terms) != 1 || terms[0].Name != "all" {
		t.Fatalf("terms %v, %v; want one, named all", terms, err)
	}
	p, err := b.Compile(terms[0].Node)
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Run(context.Background(), graph.Double(shape, []float64{13, 54})); err != nil {
		t.Fatal(err)
	}
	// Per layer (3² + 4²)/2 = 12.5.
	if got := p.Scalar(terms[0].Node); math.Abs(got-37.5) > 1e-4 {
		t.Errorf("the term is %g, want 37.5", got)
	}
}
