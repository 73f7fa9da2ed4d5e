package graph_test

import (
	"math"
	"testing"

	"runexp/framework/compute"
	"runexp/framework/graph"
	"runexp/framework/plugintest"
)

// These losses are composed of the Builder's methods, without kernels of their own.

// normalised returns the rows of x, [N C], scaled to norm 1.
func normalised(b *builder, x graph.Node) graph.Node {
	const epsilon = 1e-12 // a row of zeros stays 0
	return b.Div(x, b.Sqrt(b.Add(b.SumAlong(b.Square(x), 1), b.Number(epsilon))))
}

// nearestCosine is mean(1 − maxₖ cos(xᵢ, yₖ)) over the pixels i of features x and k of
// y, both [H W C].
func nearestCosine(b *builder, x, y graph.Node) graph.Node {
	x, y = normalised(b, pixels(b, x)), normalised(b, pixels(b, y))
	return b.Mean(b.Sub(b.Number(1), b.MaxAlong(b.MatMul(x, b.Transpose(y)), 1)))
}

// nearestGathered has the same value and gradient, without the gradient of the matrix of
// all cosines: the nearest pixels are looked up.
func nearestGathered(b *builder, x, y graph.Node) graph.Node {
	x, y = normalised(b, pixels(b, x)), normalised(b, pixels(b, y))
	nearest := b.ArgMaxAlong(b.MatMul(x, b.Transpose(y)), 1)
	match := b.Gather(y, b.Reshape(nearest, nearest.Shape()[0]))
	return b.Mean(b.Sub(b.Number(1), b.SumAlong(b.Mul(x, match), 1)))
}

// pixels returns features [H W C] as [H·W C].
func pixels(b *builder, x graph.Node) graph.Node {
	s := x.Shape()
	return b.Reshape(x, s[0]*s[1], s[2])
}

func TestNearestNeighbourMatching(t *testing.T) {
	shape, target := graph.Shape{3, 4, 5}, graph.Shape{2, 6, 5}
	x, y := plugintest.Away(shape.Len(), 3), plugintest.Away(target.Len(), 4)
	want := 0.0
	const c = 5
	for i := range len(x) / c {
		best := math.Inf(-1)
		for k := range len(y) / c {
			xy, xx, yy := 0.0, 0.0, 0.0
			for j := range c {
				v, w := x[i*c+j], y[k*c+j]
				xy, xx, yy = xy+v*w, xx+v*v, yy+w*w
			}
			best = max(best, xy/math.Sqrt(xx*yy))
		}
		want += (1 - best) / float64(len(x)/c)
	}
	for name, loss := range map[string]func(b *builder, x, y graph.Node) graph.Node{"of all": nearestCosine, "looked up": nearestGathered} {
		f := func(b *builder, x graph.Node) graph.Node {
			return loss(b, x, b.Constant("style", graph.Double(target, y)))
		}
		got := evaluated(t, graph.NewDoubleBuilder(), graph.Double(shape, x), f).Double[0]
		if math.Abs(got-want) > 1e-10 {
			t.Errorf("%s: %g, want %g", name, got, want)
		}
		plugintest.Gradient(t, shape, x, f)
	}
}

// moments is μ and, in the second row, σ = √(variance + ε) of the channels of x.
func moments(b *builder, x graph.Node) graph.Node {
	mean := b.MeanAlong(x, 0, 1)
	variance := b.MeanAlong(b.Square(b.Sub(x, mean)), 0, 1)
	deviation := b.Sqrt(b.Add(variance, b.Number(1e-8)))
	return b.Reshape(b.Concat(0, mean, deviation), 2, x.Shape()[2])
}

// TestMoments compares them with results computed by hand; examples/moments compares them
// with its own kernel.
func TestMoments(t *testing.T) {
	got := evaluated(t, graph.NewDoubleBuilder(), graph.Double(graph.Shape{1, 2, 2}, []float64{1, 7, 5, 7}), moments)
	for i, want := range []float64{3, 7, 2, 1e-4} {
		if math.Abs(got.Double[i]-want) > 1e-8 {
			t.Errorf("moment %d is %g, want %g", i, got.Double[i], want)
		}
	}
	shape := graph.Shape{4, 3, 2}
	plugintest.Gradient(t, shape, plugintest.Away(shape.Len(), 3), func(b *builder, x graph.Node) graph.Node {
		return weighted(b, moments(b, x))
	})
}

// TestCostOfTheAlgebra: saved bytes and operations are known before a program runs.
func TestCostOfTheAlgebra(t *testing.T) {
	const n, c = 60, 40
	for name, f := range map[string]struct {
		op         func(b *builder, x graph.Node) graph.Node
		saved      int64
		arithmetic float64
	}{
		"a column's gradient": {func(b *builder, x graph.Node) graph.Node { return b.Mul(x, b.Slice(x, 1, 0, 1)) }, 8*n + 4*2*512, 0},
		"sums":                {func(b *builder, x graph.Node) graph.Node { return b.SumAlong(x, 0) }, 8 * c, 0},
		"positions":           {func(b *builder, x graph.Node) graph.Node { return b.MaxAlong(x, 1) }, 4 * n, 0},
		"keys":                {func(b *builder, x graph.Node) graph.Node { return b.GatherEach(x, b.ArgSort(x)) }, c / 4 * 2 * 16 * n, 0},
		"rows at new width":   {func(b *builder, x graph.Node) graph.Node { return b.Resize(b.Reshape(x, n, c, 1), 30, 10) }, 4 * n * 10, 0},
		"products":            {func(b *builder, x graph.Node) graph.Node { return b.MatMul(b.Transpose(x), x) }, 0, 3 * 2 * c * n * c},
	} {
		b := graph.NewBuilder(compute.Plain[float32]{})
		p := must(b.CompileGradient(b.Sum(f.op(b, b.Variable(n, c)))))
		if m := p.Memory(); m.Saved != f.saved || p.Arithmetic() != f.arithmetic {
			t.Errorf("%s: %d bytes and %g operations, want %d and %g", name, m.Saved, p.Arithmetic(), f.saved, f.arithmetic)
		}
	}
}

// BenchmarkNearest measures the matching of relu3_1 at 150×225, with its gradient.
func BenchmarkNearest(b *testing.B) {
	engine := must(compute.NewEngine(compute.Options{}))
	defer engine.Close()
	shape := graph.Shape{38, 57, 256}
	x, y := plugintest.Away(shape.Len(), 3), plugintest.Away(shape.Len(), 4)
	for name, loss := range map[string]func(b *builder, x, y graph.Node) graph.Node{"of all": nearestCosine, "looked up": nearestGathered} {
		b.Run(name, func(b *testing.B) {
			g := graph.NewBuilder(engine)
			target := g.Constant("style", graph.Double(shape, y))
			benchmarkGradient(b, g, shape, x, func(g *builder, x graph.Node) graph.Node { return loss(g, x, target) })
		})
	}
}

// BenchmarkElements measures operations on features of conv1_1 at 150×225, with their gradients.
func BenchmarkElements(b *testing.B) {
	engine := must(compute.NewEngine(compute.Options{}))
	defer engine.Close()
	shape := graph.Shape{150, 225, 64}
	for name, op := range map[string]func(b *builder, x graph.Node) graph.Node{
		"Square":    (*builder).Square,
		"Mul":       func(b *builder, x graph.Node) graph.Node { return b.Mul(x, x) },
		"Sub mean":  func(b *builder, x graph.Node) graph.Node { return b.Sub(x, b.MeanAlong(x, 0, 1)) },
		"moments":   moments,
		"MaxAlong":  func(b *builder, x graph.Node) graph.Node { return b.MaxAlong(x, 2) },
		"Transpose": func(b *builder, x graph.Node) graph.Node { return b.Transpose(x, 2, 0, 1) },
		"Sort": func(b *builder, x graph.Node) graph.Node {
			sorted, _ := b.Sort(pixels(b, x))
			return sorted
		},
		"Resize": func(b *builder, x graph.Node) graph.Node { return b.Resize(x, 75, 113) },
	} {
		b.Run(name, func(b *testing.B) {
			benchmarkGradient(b, graph.NewBuilder(engine), shape, plugintest.Away(shape.Len(), 3), func(g *builder, x graph.Node) graph.Node {
				return g.Mean(op(g, x))
			})
		})
	}
}

func benchmarkGradient(b *testing.B, g *builder, shape graph.Shape, x []float64, f plugintest.Scalar) {
	p := must(g.CompileGradient(f(g, g.Variable(shape...))))
	value := graph.Double(shape, x)
	for b.Loop() {
		if err := p.Run(b.Context(), value); err != nil {
			b.Fatal(err)
		}
	}
	for _, timing := range p.Timings() {
		b.Logf("%-40s %v", timing.Operation, timing.Took)
	}
}
