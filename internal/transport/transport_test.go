package transport

import (
	"context"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"runexp/framework/compute"
	"runexp/framework/graph"
	"runexp/framework/plugintest"
)

// displaced returns the displacements of x, [k, len/k], to y.
func displaced(t *testing.T, b *graph.Builder, k int, x, weights, y, others []float64) []float64 {
	t.Helper()
	constant := func(v []float64, shape ...int) graph.Node {
		if v == nil {
			return graph.Node{}
		}
		return b.Constant("constant", graph.Double(shape, v))
	}
	shape := graph.Shape{k, len(x) / k}
	d := Displacements(b, b.Variable(shape...), constant(weights, len(weights)), constant(y, k, len(y)/k), constant(others, len(others)))
	p, err := b.Compile(d)
	if err == nil {
		err = p.Run(context.Background(), graph.Double(shape, x))
	}
	if err != nil {
		t.Fatal(err)
	}
	return p.Value(d).Float64s()
}

// TestByHand compares with displacements computed by hand.
func TestByHand(t *testing.T) {
	third := math.Sqrt(1.0 / 3)
	for name, c := range map[string]struct {
		k                         int
		x, weights, y, of, wanted []float64
	}{
		// 1 goes to 0, 2 to 4 and 5 to 7, from the places 1, 2 and 0
		"as many": {1, []float64{5, 1, 2}, nil, []float64{4, 7, 0}, nil, []float64{-2 * third, 1 * third, -2 * third, 0}},
		// two rows, each in its own order
		"rows": {2, []float64{5, 1, 1, 5}, nil, []float64{0, 2, 0, 2}, nil,
			[]float64{3 * math.Sqrt(0.5), 1 * math.Sqrt(0.5), 0, 1 * math.Sqrt(0.5), 3 * math.Sqrt(0.5), 0}},
		// one x goes to 0 and 4: the mean is 2, the variance 4
		"one to two": {1, []float64{5}, nil, []float64{4, 0}, nil, []float64{3, 2}},
		// 1 goes to 0 and, by a third, to 3, 2 by a third to 3 and to 6: means 1 and 5, variances 2
		"two to three": {1, []float64{2, 1}, nil, []float64{6, 0, 3}, nil, []float64{-3 * math.Sqrt(0.5), 0, math.Sqrt2}},
		// three quarters of the weight at 0 go to 1, one quarter, at 8, to 1 and 5
		"weights": {1, []float64{8, 0, 99}, []float64{0.5, 1.5, 0}, []float64{1, 5, -99}, []float64{7, 1, 0},
			[]float64{0.5 * (8 - 3), math.Sqrt(0.75) * -1, 0, math.Sqrt(0.25 * 4)}},
		"no weight":  {1, []float64{8, 0}, []float64{0, 0}, []float64{1, 5}, nil, []float64{0, 0, 0}},
		"no weights": {1, []float64{8, 0}, nil, []float64{1, 5}, []float64{0, 0}, []float64{0, 0, 0}},
	} {
		for _, b := range []*graph.Builder{graph.NewDoubleBuilder(), graph.NewBuilder(compute.Plain[float32]{})} {
			for i, v := range displaced(t, b, c.k, c.x, c.weights, c.y, c.of) {
				if math.Abs(v-c.wanted[i]) > 1e-6 {
					t.Errorf("%s: element %d is %g, want %g", name, i, v, c.wanted[i])
				}
			}
		}
	}
}

// TestOnesAreNoWeights: weights of 1 on either side are the same as none, to the bit where counts differ.
func TestOnesAreNoWeights(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	numbers := func(n int) []float64 {
		x := make([]float64, n)
		for i := range x {
			x[i] = random.NormFloat64()
		}
		return x
	}
	for _, sizes := range [][2]int{{37, 37}, {37, 54}, {54, 37}} {
		x, y := numbers(2*sizes[0]), numbers(2*sizes[1])
		ones := func(n int) []float64 { return slices.Repeat([]float64{1}, n) }
		plain := displaced(t, graph.NewDoubleBuilder(), 2, x, nil, y, nil)
		for what, weighted := range map[string][]float64{
			"x":    displaced(t, graph.NewDoubleBuilder(), 2, x, ones(sizes[0]), y, nil),
			"y":    displaced(t, graph.NewDoubleBuilder(), 2, x, nil, y, ones(sizes[1])),
			"both": displaced(t, graph.NewDoubleBuilder(), 2, x, ones(sizes[0]), y, ones(sizes[1])),
		} {
			for i := range plain {
				if math.Abs(plain[i]-weighted[i]) > 1e-15 {
					t.Errorf("%v, ones of %s: element %d is %g, without weights %g", sizes, what, i, weighted[i], plain[i])
				}
			}
		}
	}
}

// TestGradient compares with differences, with weights and counts that differ.
func TestGradient(t *testing.T) {
	for _, weighted := range []bool{false, true} {
		plugintest.Gradient(t, graph.Shape{3, 10}, plugintest.Away(30, 1), func(b *graph.Builder, x graph.Node) graph.Node {
			y := b.Constant("y", graph.Double(graph.Shape{3, 7}, plugintest.Away(21, 2)))
			var w graph.Node
			if weighted {
				w = b.Constant("w", graph.Double(graph.Shape{10}, []float64{1, 0.5, 2, 0, 1, 1, 3, 0.1, 1, 1}))
			}
			return b.Sum(b.Square(Displacements(b, x, w, y, graph.Node{})))
		})
	}
}

// TestMeanSquare compares values and gradients with those composed of operations.
func TestMeanSquare(t *testing.T) {
	shape := graph.Shape{5, 7001}
	x := graph.Double(shape, plugintest.Away(shape.Len(), 1))
	evaluate := func(f func(b *graph.Builder, x graph.Node) graph.Node) (float64, []float64) {
		b := graph.NewDoubleBuilder()
		y := f(b, b.Variable(shape...))
		p, err := b.CompileGradient(b.Scale(y, 3), y)
		if err == nil {
			err = p.Run(context.Background(), x)
		}
		if err != nil {
			t.Fatal(err)
		}
		return p.Scalar(y), p.Gradient().Clone().Double
	}
	value, gradient := evaluate(MeanSquare)
	want, wanted := evaluate(func(b *graph.Builder, x graph.Node) graph.Node { return b.Scale(b.Sum(b.Square(x)), 0.2) })
	if math.Abs(value-want) > 1e-12*want {
		t.Errorf("the value is %g, composed %g", value, want)
	}
	for i, g := range gradient {
		if math.Abs(g-wanted[i]) > 1e-12*(1+math.Abs(wanted[i])) {
			t.Fatalf("the gradient %d is %g, composed %g", i, g, wanted[i])
		}
	}
}

// TestSort compares the two sorts with the library's.
func TestSort(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	nan, inf := float32(math.NaN()), float32(math.Inf(1))
	for name, x := range map[string][]float32{
		"none": {}, "one": {3}, "equal": {2, 2, 2, 2}, "zeros": {0, float32(math.Copysign(0, -1)), 0, -1},
		"special": {nan, 1, -inf, inf, 0, -1, nan, math.MaxFloat32, -math.MaxFloat32, math.SmallestNonzeroFloat32},
		"random":  nil, "many equal": nil,
	} {
		for range 5000 {
			switch name {
			case "random":
				x = append(x, float32(random.NormFloat64()*math.Exp(random.NormFloat64()*8)))
			case "many equal":
				x = append(x, max(float32(random.IntN(9)-4), 0))
			}
		}
		want := make([]uint32, len(x))
		for i := range want {
			want[i] = uint32(i)
		}
		slices.SortStableFunc(want, func(i, j uint32) int { return compare(x[i], x[j]) })
		wide := make([]float64, len(x))
		for i, v := range x {
			wide[i] = float64(v)
		}
		var single sorter[float32]
		var double sorter[float64]
		if !slices.Equal(single.order(x), want) || !slices.Equal(double.order(wide), want) {
			t.Errorf("%s: the orders differ", name)
		}
		values, wideValues := single.ascending(x), double.ascending(wide)
		for rank, at := range want {
			if compare(values[rank], x[at]) != 0 || compare(wideValues[rank], wide[at]) != 0 {
				t.Fatalf("%s: of rank %d are %g and %g, want %g", name, rank, values[rank], wideValues[rank], x[at])
			}
		}
	}
}

// TestNoMemory: after the first evaluation none is allocated but by the goroutines that share the rows.
func TestNoMemory(t *testing.T) {
	for _, weighted := range []bool{false, true} {
		noMemory(t, weighted)
	}
}

func noMemory(t *testing.T, weighted bool) {
	t.Helper()
	k := &kernel[float32]{rows: rows{rows: 4, n: 3000, m: 3000, weights: none, others: none}}
	if weighted {
		k.weights, k.m = 2, 2000
	}
	x, y, w := make([]float32, 4*3000), make([]float32, 4*k.m), make([]float32, 3000)
	for i := range x {
		x[i] = float32(i * 7919 % 12007)
	}
	for i := range w {
		w[i] = float32(i % 3)
	}
	dst := make([]float32, 4*3001)
	in := [][]float32{x, y, w}
	k.Forward(dst, in)
	if bytes := testing.Benchmark(func(b *testing.B) {
		b.ReportAllocs()
		for range b.N {
			k.Forward(dst, in)
		}
	}).AllocedBytesPerOp(); bytes > 1000 {
		t.Errorf("%d bytes an evaluation", bytes)
	}
}

// BenchmarkTransport is of relu1_1 of a picture of 256×256.
func BenchmarkTransport(b *testing.B) {
	const n, rowsOf = 1 << 16, 64
	random := rand.New(rand.NewPCG(1, 1))
	k := &kernel[float32]{rows: rows{rows: rowsOf, n: n, m: n, weights: none, others: none}}
	x, y := make([]float32, rowsOf*n), make([]float32, rowsOf*n)
	for i := range x {
		x[i], y[i] = float32(random.NormFloat64()), float32(random.NormFloat64())
	}
	dst := make([]float32, rowsOf*(n+1))
	for b.Loop() {
		k.Forward(dst, [][]float32{x, y})
	}
}
