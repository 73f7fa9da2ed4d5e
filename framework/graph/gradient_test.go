package graph_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"runexp/framework/graph"
	"runexp/framework/plugintest"
)

// filter returns a filter with random numbers.
func filter(in, out, size, stride, pad int) *graph.Filter {
	random := rand.New(rand.NewPCG(uint64(in), uint64(out)))
	numbers := func(n int) []float32 {
		x := make([]float32, n)
		for i := range x {
			x[i] = float32(random.NormFloat64() / math.Sqrt(float64(in*size*size)))
		}
		return x
	}
	return &graph.Filter{In: in, Out: out, KH: size, KW: size, Stride: stride, Pad: pad,
		Kernel: numbers(out * in * size * size), Bias: numbers(out)}
}

// weighted reduces a tensor to a scalar with a different derivative for each element.
func weighted(b *graph.Builder, x graph.Node) graph.Node {
	return b.Sum(b.Mul(x, b.Constant("weights", graph.Double(x.Shape(), plugintest.Away(x.Shape().Len(), 7)))))
}

func TestGradientOfEveryOperation(t *testing.T) {
	pair := func(op func(b *graph.Builder, x, y graph.Node) graph.Node) plugintest.Scalar {
		return func(b *graph.Builder, x graph.Node) graph.Node {
			y := b.Affine(x, [3][3]float64{{0, 1, 0}, {0, 0, 1}, {1, 0, 0}}, [3]float64{1, 2, 3})
			return weighted(b, op(b, x, y))
		}
	}
	one := func(op func(b *graph.Builder, x graph.Node) graph.Node) plugintest.Scalar {
		return func(b *graph.Builder, x graph.Node) graph.Node { return weighted(b, op(b, x)) }
	}
	for name, c := range map[string]struct {
		shape graph.Shape
		f     plugintest.Scalar
	}{
		"conv 3×3":         {graph.Shape{5, 4, 3}, one(func(b *graph.Builder, x graph.Node) graph.Node { return b.Conv(x, filter(3, 4, 3, 1, 1)) })},
		"conv 5×5 strided": {graph.Shape{7, 8, 3}, one(func(b *graph.Builder, x graph.Node) graph.Node { return b.Conv(x, filter(3, 2, 5, 2, 2)) })},
		"conv 1×1":         {graph.Shape{3, 2, 3}, one(func(b *graph.Builder, x graph.Node) graph.Node { return b.Conv(x, filter(3, 5, 1, 1, 0)) })},
		"conv and relu":    {graph.Shape{6, 5, 3}, one(func(b *graph.Builder, x graph.Node) graph.Node { return b.ReLU(b.Conv(x, filter(3, 4, 3, 1, 1))) })},
		"relu":             {graph.Shape{4, 3, 2}, one((*graph.Builder).ReLU)},
		"max pool": {graph.Shape{5, 6, 3}, one(func(b *graph.Builder, x graph.Node) graph.Node {
			return b.MaxPool(x, graph.Pool{Size: 2, Stride: 2})
		})},
		"max pool overlapping": {graph.Shape{6, 7, 3}, one(func(b *graph.Builder, x graph.Node) graph.Node {
			return b.MaxPool(x, graph.Pool{Size: 3, Stride: 2, Ceil: true})
		})},
		"average pool": {graph.Shape{5, 6, 3}, one(func(b *graph.Builder, x graph.Node) graph.Node {
			return b.AvgPool(x, graph.Pool{Size: 2, Stride: 2})
		})},
		"affine": {graph.Shape{3, 2, 3}, one(func(b *graph.Builder, x graph.Node) graph.Node {
			return b.Affine(x, [3][3]float64{{1, 2, 3}, {4, 5, 6}, {7, 8, 10}}, [3]float64{1, 2, 3})
		})},
		"absolute differences": {graph.Shape{5, 4, 3}, func(b *graph.Builder, x graph.Node) graph.Node { return b.AbsDifferences(x, 0.7, 0.3) }},
		"gram of conv": {graph.Shape{5, 4, 3}, one(func(b *graph.Builder, x graph.Node) graph.Node {
			return b.Gram(b.Conv(x, filter(3, 60, 3, 1, 1)), 0.1)
		})},
		"gram":               {graph.Shape{4, 3, 5}, one(func(b *graph.Builder, x graph.Node) graph.Node { return b.Gram(x, 0.1) })},
		"mean squared error": {graph.Shape{3, 2, 3}, pair((*graph.Builder).MSE)},
		"add":                {graph.Shape{3, 2, 3}, pair((*graph.Builder).Add)},
		"subtract":           {graph.Shape{3, 2, 3}, pair((*graph.Builder).Sub)},
		"multiply":           {graph.Shape{3, 2, 3}, pair((*graph.Builder).Mul)},
		"scale":              {graph.Shape{4, 3}, one(func(b *graph.Builder, x graph.Node) graph.Node { return b.Scale(x, -3) })},
		"square":             {graph.Shape{4, 3}, one((*graph.Builder).Square)},
		"abs":                {graph.Shape{4, 3}, one((*graph.Builder).Abs)},
		"sqrt": {graph.Shape{4, 3}, one(func(b *graph.Builder, x graph.Node) graph.Node {
			return b.Sqrt(b.Add(b.Square(x), b.Constant("one", graph.Double(graph.Shape{4, 3}, ones(12)))))
		})},
		"sum":           {graph.Shape{4, 3}, func(b *graph.Builder, x graph.Node) graph.Node { return b.Sum(b.Square(x)) }},
		"mean":          {graph.Shape{4, 3}, func(b *graph.Builder, x graph.Node) graph.Node { return b.Mean(b.Square(x)) }},
		"weighted":      {graph.Shape{5}, one(func(b *graph.Builder, x graph.Node) graph.Node { return x })},
		"small network": {graph.Shape{13, 10, 3}, network},
	} {
		t.Run(name, func(t *testing.T) {
			plugintest.Gradient(t, c.shape, plugintest.Away(c.shape.Len(), 3), c.f)
		})
	}
}

func ones(n int) []float64 {
	x := make([]float64, n)
	for i := range x {
		x[i] = 1
	}
	return x
}

// network is two blocks of a VGG with the textbook's three losses, and taps before and
// after a ReLU, before a pooling, and at the picture itself.
func network(b *graph.Builder, x graph.Node) graph.Node {
	c1 := b.Conv(x, filter(3, 4, 3, 1, 1))
	r1 := b.ReLU(b.Conv(b.ReLU(c1), filter(4, 4, 3, 1, 1)))
	c2 := b.Conv(b.MaxPool(r1, graph.Pool{Size: 2, Stride: 2}), filter(4, 6, 3, 1, 1))
	c3 := b.Conv(b.AvgPool(b.ReLU(c2), graph.Pool{Size: 2, Stride: 2}), filter(6, 6, 3, 1, 1))
	target := func(n graph.Node, seed uint64) graph.Node {
		return b.Constant("target", graph.Double(n.Shape(), plugintest.Away(n.Shape().Len(), seed)))
	}
	total := b.Scale(b.MSE(c2, target(c2, 1)), 2)
	for i, tap := range []graph.Node{c1, r1, c2, c3} {
		g := b.Gram(tap, 1/float64(tap.Shape().Len()))
		total = b.Add(total, b.Scale(b.MSE(g, target(g, uint64(i))), 3))
	}
	return b.Add(total, b.AbsDifferences(x, 0.02, 0.03))
}
