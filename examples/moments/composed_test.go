package moments

import (
	"context"
	"math"
	"testing"

	"runexp/framework/graph"
	"runexp/framework/plugintest"
)

// TestComposed compares values and gradients of the operation with the same moments
// composed of Builder methods.
func TestComposed(t *testing.T) {
	shape := graph.Shape{5, 4, 3}
	x := plugintest.Away(shape.Len(), 1)
	evaluate := func(moments func(b *graph.Builder, x graph.Node) graph.Node) (values, gradient []float64) {
		b := graph.NewDoubleBuilder()
		y := moments(b, b.Variable(shape...))
		weights := b.Constant("weights", graph.Double(y.Shape(), plugintest.Away(y.Shape().Len(), 2)))
		p, err := b.CompileGradient(b.Sum(b.Mul(y, weights)), y)
		if err != nil {
			t.Fatal(err)
		}
		if err := p.Run(context.Background(), graph.Double(shape, x)); err != nil {
			t.Fatal(err)
		}
		return p.Value(y).Double, p.Gradient().Double
	}
	values, gradient := evaluate(channelMoments)
	composed, composedGradient := evaluate(func(b *graph.Builder, x graph.Node) graph.Node {
		mean := b.MeanAlong(x, 0, 1)
		variance := b.MeanAlong(b.Square(b.Sub(x, mean)), 0, 1)
		deviation := b.Sqrt(b.Add(variance, b.Number(epsilon)))
		return b.Reshape(b.Concat(0, mean, deviation), 2, 3)
	})
	for what, pair := range map[string][2][]float64{"moment": {values, composed}, "gradient": {gradient, composedGradient}} {
		for i, want := range pair[0] {
			if got := pair[1][i]; math.Abs(got-want) > 1e-12*math.Max(1, math.Abs(want)) {
				t.Errorf("%s %d is %g, composed %g", what, i, want, got)
			}
		}
	}
}
