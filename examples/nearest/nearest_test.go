package nearest

import (
	"context"
	"math"
	"testing"

	"runexp/framework"
	"runexp/framework/graph"
	"runexp/framework/plugintest"
)

// TestLoss needs no trait: it is a distance, whose gradient is exact except where a
// match changes.
func TestLoss(t *testing.T) { plugintest.Loss(t, Defaults, New) }

// TestByHand compares the distance with one computed by hand, and with 0 at the style.
func TestByHand(t *testing.T) {
	l, err := New(Defaults())
	if err != nil {
		t.Fatal(err)
	}
	score := func(picture, style []float64) float64 {
		b := graph.NewDoubleBuilder()
		image := func(x graph.Node) framework.Values {
			values, err := l.Represent(b, framework.View{Taps: map[string]graph.Node{"relu3_1": x}})
			if err != nil {
				t.Fatal(err)
			}
			return values
		}
		shape, target := graph.Shape{1, len(picture) / 2, 2}, graph.Shape{len(style) / 2, 1, 2}
		terms, err := l.Score(b, image(b.Variable(shape...)), framework.Targets{
			framework.Style: {{Values: image(b.Constant("style", graph.Double(target, style))), Weight: 1}},
		})
		if err != nil {
			t.Fatal(err)
		}
		p, err := b.Compile(terms[0].Node)
		if err != nil {
			t.Fatal(err)
		}
		if err := p.Run(context.Background(), graph.Double(shape, picture)); err != nil {
			t.Fatal(err)
		}
		return p.Scalar(terms[0].Node)
	}
	// (300, 400) is nearest to (0, 10): the cosine is 0.8. (500, 0) is nearest to
	// (400, −300), also 0.8, though (0, 10) is nearer in position. (0, 0) is at ½ from all.
	const want = (0.2 + 0.2 + 0.5) / 3
	if got := score([]float64{300, 400, 500, 0, 0, 0}, []float64{0, 10, 400, -300}); math.Abs(got-want) > 1e-6 {
		t.Errorf("the distance is %g, want %g", got, want)
	}
	if got := score([]float64{1, 2, 3, 1}, []float64{3, 1, 1, 2}); got != 0 {
		t.Errorf("the distance of the same vectors in another order is %g, want 0", got)
	}
}
