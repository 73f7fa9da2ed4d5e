package framework_test

import (
	"context"
	"math"
	"testing"

	"runexp/framework"
	"runexp/framework/graph"
	"runexp/framework/plugintest"
)

// TestSoftmax compares the transform with its formula, also where eˣ overflows, and its gradient
// with differences.
func TestSoftmax(t *testing.T) {
	shape := graph.Shape{2, 1, 2}
	for _, x := range [][]float64{{0, 1, -2, 0.5}, {1000, 1001, 998, 1000.5}} {
		b := graph.NewDoubleBuilder()
		y := framework.Transform(b, b.Variable(shape...), "softmax")
		p, err := b.Compile(y)
		if err == nil {
			err = p.Run(context.Background(), graph.Double(shape, x))
		}
		if err != nil {
			t.Fatal(err)
		}
		sum := 0.0
		for _, v := range x {
			sum += math.Exp(v - x[0])
		}
		for i, got := range p.Value(y).Double {
			if want := math.Exp(x[i]-x[0]) / sum; math.Abs(got-want) > 1e-14 {
				t.Errorf("%v: element %d is %g, want %g", x, i, got, want)
			}
		}
	}
	plugintest.Gradient(t, shape, []float64{0, 1, -2, 0.5}, func(b *graph.Builder, x graph.Node) graph.Node {
		weights := b.Constant("weights", graph.Double(shape, []float64{1, -2, 3, 0.5}))
		return b.Sum(b.Mul(weights, framework.Transform(b, x, "softmax")))
	})
}
