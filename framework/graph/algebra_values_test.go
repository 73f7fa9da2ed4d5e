package graph_test

import (
	"context"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"runexp/framework/compute"
	"runexp/framework/graph"
	"runexp/framework/imaging"
	"runexp/framework/plugintest"
)

// evaluated returns the value of op at x.
func evaluated(t *testing.T, b *builder, x graph.Tensor, op func(b *builder, x graph.Node) graph.Node) graph.Tensor {
	t.Helper()
	y := op(b, b.Variable(x.Shape...))
	p, err := b.Compile(y)
	if err != nil {
		t.Fatal(err)
	}
	run(t, p, x)
	return p.Value(y)
}

// TestAlgebraByHand compares the operations with results computed by hand.
func TestAlgebraByHand(t *testing.T) {
	nan := math.NaN()
	x := []float64{1, -2, 3, 4, 0, -6} // [2, 3]
	for name, c := range map[string]struct {
		op    func(b *builder, x graph.Node) graph.Node
		shape graph.Shape
		want  []float64
	}{
		"add a row": {func(b *builder, x graph.Node) graph.Node { return b.Add(x, indices(b, 10, 20, 30)) },
			graph.Shape{2, 3}, []float64{11, 18, 33, 14, 20, 24}},
		"subtract from a column": {func(b *builder, x graph.Node) graph.Node {
			return b.Sub(b.Constant("column", graph.Double(graph.Shape{2, 1}, []float64{10, 20})), x)
		}, graph.Shape{2, 3}, []float64{9, 12, 7, 16, 20, 26}},
		"divide by a number": {func(b *builder, x graph.Node) graph.Node { return b.Div(x, b.Number(2)) },
			graph.Shape{2, 3}, []float64{0.5, -1, 1.5, 2, 0, -3}},
		"maximum":         {func(b *builder, x graph.Node) graph.Node { return b.Max(x, b.Number(0)) }, graph.Shape{2, 3}, []float64{1, 0, 3, 4, 0, 0}},
		"minimum and NaN": {func(b *builder, x graph.Node) graph.Node { return b.Min(x, indices(b, nan, 0, 0)) }, graph.Shape{2, 3}, []float64{nan, -2, 0, nan, 0, -6}},
		"matmul": {func(b *builder, x graph.Node) graph.Node { return b.MatMul(x, b.Transpose(x)) },
			graph.Shape{2, 2}, []float64{14, -14, -14, 52}},
		"transpose": {func(b *builder, x graph.Node) graph.Node { return b.Transpose(x) }, graph.Shape{3, 2}, []float64{1, 4, -2, 0, 3, -6}},
		"slice":     {func(b *builder, x graph.Node) graph.Node { return b.Slice(x, 1, 1, 3) }, graph.Shape{2, 2}, []float64{-2, 3, 0, -6}},
		"concat": {func(b *builder, x graph.Node) graph.Node { return b.Concat(1, x, b.SumAlong(x, 1)) },
			graph.Shape{2, 4}, []float64{1, -2, 3, 2, 4, 0, -6, -2}},
		"mean along":    {func(b *builder, x graph.Node) graph.Node { return b.MeanAlong(x, 0) }, graph.Shape{1, 3}, []float64{2.5, -1, -1.5}},
		"max along":     {func(b *builder, x graph.Node) graph.Node { return b.MaxAlong(x, 0, 1) }, graph.Shape{1, 1}, []float64{4}},
		"where the max": {func(b *builder, x graph.Node) graph.Node { return b.ArgMaxAlong(x, 0, 1) }, graph.Shape{1, 1}, []float64{3}},
		"where the min": {func(b *builder, x graph.Node) graph.Node { return b.ArgMinAlong(x, 1) }, graph.Shape{2, 1}, []float64{1, 2}},
		"gather":        {func(b *builder, x graph.Node) graph.Node { return b.Gather(x, indices(b, 1, 0, 1)) }, graph.Shape{3, 3}, []float64{4, 0, -6, 1, -2, 3, 4, 0, -6}},
		"cosine distance": {func(b *builder, x graph.Node) graph.Node { // of a row with itself and with zeros
			return b.CosineDistance(x, b.Concat(0, b.Slice(x, 0, 0, 1), b.Scale(b.Slice(x, 0, 0, 1), 0)))
		}, graph.Shape{2, 1}, []float64{0, 1}},
		"subsample": {func(b *builder, x graph.Node) graph.Node {
			return b.Subsample(b.Reshape(x, 1, 6, 1), offset(b, 0.9, 0.7), 2)
		},
			graph.Shape{1, 3, 1}, []float64{-2, 4, -6}},
		"subsample nothing": {func(b *builder, x graph.Node) graph.Node {
			return b.Subsample(b.Reshape(x, 2, 3, 1), offset(b, 0.9, 0.9), 1)
		},
			graph.Shape{2, 3, 1}, []float64{1, -2, 3, 4, 0, -6}},
		"subsample a short side": {func(b *builder, x graph.Node) graph.Node {
			return b.Subsample(b.Reshape(x, 2, 3, 1), offset(b, 0.9, 0.1), 3)
		},
			graph.Shape{1, 1, 1}, []float64{4}},
		"patches": {func(b *builder, x graph.Node) graph.Node { return b.Patches(b.Reshape(x, 2, 3, 1), 2, 2) },
			graph.Shape{2, 4}, []float64{1, -2, 4, 0, -2, 3, 0, -6}},
		"patches of channels": {func(b *builder, x graph.Node) graph.Node { return b.Patches(b.Reshape(x, 1, 3, 2), 1, 2) },
			graph.Shape{2, 2}, []float64{1, -2, 0, -6}},
		"first of equal": {func(b *builder, x graph.Node) graph.Node { return b.ArgMaxAlong(b.Scale(x, 0), 1) }, graph.Shape{2, 1}, []float64{0, 0}},
		"NaN is found": {func(b *builder, x graph.Node) graph.Node {
			return b.ArgMinAlong(b.Add(x, indices(b, 0, nan, nan)), 1)
		}, graph.Shape{2, 1}, []float64{1, 1}},
		"NaN is passed on": {func(b *builder, x graph.Node) graph.Node { return b.MaxAlong(b.Add(x, indices(b, 0, nan, 0)), 0) },
			graph.Shape{1, 3}, []float64{4, nan, 3}},
		"order": {func(b *builder, x graph.Node) graph.Node { return b.ArgSort(b.Reshape(x, 6)) }, graph.Shape{6}, []float64{5, 1, 4, 0, 2, 3}},
		"order of equals and NaN": {func(b *builder, x graph.Node) graph.Node {
			return b.ArgSort(b.Mul(b.Reshape(x, 6), indices(b, 0, 0, 0, math.Inf(1), nan, math.Inf(1))))
		}, graph.Shape{6}, []float64{5, 0, 1, 2, 3, 4}},
	} {
		t.Run(name, func(t *testing.T) {
			for _, b := range []*builder{graph.NewDoubleBuilder(), graph.NewBuilder(compute.Plain[float32]{})} {
				got := evaluated(t, b, graph.Double(graph.Shape{2, 3}, x), c.op)
				if !got.Shape.Equal(c.shape) || !slices.EqualFunc(got.Float64s(), c.want, func(a, b float64) bool { return a == b || a != a && b != b }) {
					t.Errorf("%v %v, want %v %v", got.Shape, got.Float64s(), c.shape, c.want)
				}
			}
		})
	}
}

// TestElementsAreRoundedOnce: in single precision an element and its gradient are the
// rounded results of double precision. So pictures have the same bits as before the loops
// were direct.
func TestElementsAreRoundedOnce(t *testing.T) {
	const n = 40000
	random := rand.New(rand.NewPCG(1, 2))
	numbers := func() []float64 {
		x := make([]float64, n)
		for i := range x {
			x[i] = float64(float32(random.NormFloat64() * math.Ldexp(1, random.IntN(40)-20)))
		}
		return x
	}
	x, y, w := numbers(), numbers(), numbers()
	shape := graph.Shape{n}
	for name, op := range map[string]func(b *builder, x, y graph.Node) graph.Node{
		"add": (*builder).Add, "subtract": (*builder).Sub, "multiply": (*builder).Mul, "divide": (*builder).Div,
		"subtract from": func(b *builder, x, y graph.Node) graph.Node { return b.Sub(y, x) },
		"divide by":     func(b *builder, x, y graph.Node) graph.Node { return b.Div(y, x) },
		"scale":         func(b *builder, x, _ graph.Node) graph.Node { return b.Scale(x, 0.1) },
		"square":        func(b *builder, x, _ graph.Node) graph.Node { return b.Square(x) },
		"abs":           func(b *builder, x, _ graph.Node) graph.Node { return b.Abs(x) },
		"sqrt":          func(b *builder, x, _ graph.Node) graph.Node { return b.Sqrt(x) },
		"log":           func(b *builder, x, _ graph.Node) graph.Node { return b.Log(x) },
	} {
		evaluate := func(b *builder) (value, gradient graph.Tensor) {
			z := op(b, b.Variable(n), b.Constant("y", graph.Double(shape, y)))
			p := must(b.CompileGradient(b.Sum(b.Mul(z, b.Constant("w", graph.Double(shape, w)))), z))
			run(t, p, graph.Double(shape, x))
			return p.Value(z), p.Gradient()
		}
		value, gradient := evaluate(graph.NewBuilder(compute.Plain[float32]{}))
		want, wantGradient := evaluate(graph.NewDoubleBuilder())
		for i := range n {
			for what, pair := range map[string][2]float32{
				"element":  {value.Single[i], float32(want.Double[i])},
				"gradient": {gradient.Single[i], float32(wantGradient.Double[i])},
			} {
				if pair[0] != pair[1] && !(pair[0] != pair[0] && pair[1] != pair[1]) { // NaN of negative numbers
					t.Fatalf("%s: %s of %g is %g, want %g", name, what, x[i], pair[0], pair[1])
				}
			}
		}
	}
}

// TestSortSorts checks many columns with equal numbers.
func TestSortSorts(t *testing.T) {
	const n, columns = 3001, 50
	engine := must(compute.NewEngine(compute.Options{Threads: 3}))
	defer engine.Close()
	x := plugintest.Away(n*columns, 1)
	for i := range x {
		x[i] = math.Round(x[i] * 100)
	}
	for _, b := range []*builder{graph.NewDoubleBuilder(), graph.NewBuilder(engine)} {
		v := b.Variable(n, columns)
		sorted, order := b.Sort(v)
		p := must(b.Compile(sorted, order))
		run(t, p, graph.Double(graph.Shape{n, columns}, x))
		values, places := p.Value(sorted).Float64s(), p.Value(order).Float64s()
		for c := range columns {
			column, at := make([]float64, n), make([]float64, n)
			for i := range n {
				column[i], at[i] = values[i*columns+c], places[i*columns+c]
				if i > 0 && (column[i] < column[i-1] || column[i] == column[i-1] && at[i] < at[i-1]) {
					t.Fatalf("column %d: %g from %g after %g from %g", c, column[i], at[i], column[i-1], at[i-1])
				}
				if x[int(at[i])*columns+c] != column[i] {
					t.Fatalf("column %d: element %g is not %g", c, at[i], column[i])
				}
			}
		}
	}
}

// TestResizeAgreesWithImaging compares Resize with imaging's, which resizes pictures.
func TestResizeAgreesWithImaging(t *testing.T) {
	engine := must(compute.NewEngine(compute.Options{Threads: 3}))
	defer engine.Close()
	for _, s := range [][4]int{{90, 131, 40, 60}, {33, 20, 150, 225}, {64, 64, 64, 64}, {5, 9, 1, 1}} {
		shape := graph.Shape{s[0], s[1], 3}
		x := make([]float32, shape.Len())
		for i, v := range plugintest.Away(len(x), 4) {
			x[i] = float32(v)
		}
		got := evaluated(t, graph.NewBuilder(engine), graph.Single(shape, x), func(b *builder, x graph.Node) graph.Node { return b.Resize(x, s[2], s[3]) })
		bilinear := evaluated(t, graph.NewBuilder(engine), graph.Single(shape, x), func(b *builder, x graph.Node) graph.Node { return b.ResizeBilinear(x, s[2], s[3]) })
		for name, c := range map[string]struct{ got, want []float32 }{
			"bicubic":  {got.Single, imaging.Resample(x, s[0], s[1], 3, s[2], s[3])},
			"bilinear": {bilinear.Single, imaging.ResampleBilinear(x, s[0], s[1], 3, s[2], s[3])},
		} {
			for i, want := range c.want {
				if d := math.Abs(float64(c.got[i] - want)); d > 1e-6 { // 0 unless the compiler fuses additions
					t.Fatalf("%s, %v: element %d is %g, imaging's %g", name, s, i, c.got[i], want)
				}
			}
		}
	}
}

// TestSampleAt follows the interpolation by hand.
func TestSampleAt(t *testing.T) {
	x := graph.Double(graph.Shape{2, 3, 1}, []float64{1, 2, 3, 10, 20, 30})
	at := graph.Double(graph.Shape{6, 2}, []float64{0, 1, 1, 0.5, 0.25, 2, 0.5, 1.5, -3, 7, math.NaN(), 0})
	got := evaluated(t, graph.NewDoubleBuilder(), x, func(b *builder, x graph.Node) graph.Node { return b.SampleAt(x, b.Constant("at", at)) })
	if want := []float64{2, 15, 3 + 27*0.25, (2.5 + 25) / 2, 3, 1}; !slices.Equal(got.Double, want) {
		t.Errorf("samples %v, want %v", got.Double, want)
	}
}

// TestReshapeCopiesNothing checks the memory and the operations that run.
func TestReshapeCopiesNothing(t *testing.T) {
	b := graph.NewDoubleBuilder()
	x := b.Variable(4, 6)
	y := b.Reshape(x, 24)
	z := b.Reshape(b.Square(y), 2, 12)
	total := b.Sum(z)
	p := must(b.CompileGradient(total, y, z))
	run(t, p, graph.Double(graph.Shape{4, 6}, ones(24)))
	for _, timing := range p.Timings() {
		if strings.Contains(timing.Operation, "reshape") {
			t.Errorf("%s was run", timing.Operation)
		}
	}
	if got := p.Memory().Results; got > 8*(2*32+3*16) { // two tensors and three scalars, in whole cache lines
		t.Errorf("%d bytes of results", got)
	}
	if !p.Value(y).Shape.Equal(graph.Shape{24}) || !p.Gradient().Shape.Equal(graph.Shape{4, 6}) || p.Scalar(total) != 24 {
		t.Errorf("shapes %v and %v, total %g", p.Value(y).Shape, p.Gradient().Shape, p.Scalar(total))
	}
	// A kept view is not overwritten by later operations.
	b = graph.NewDoubleBuilder()
	x = b.Variable(100)
	kept := b.Reshape(b.Scale(x, 2), 10, 10)
	chain := b.Square(b.Reshape(kept, 100))
	for range 5 {
		chain = b.Scale(chain, 3)
	}
	p = must(b.Compile(chain, kept))
	run(t, p, graph.Double(graph.Shape{100}, ones(100)))
	if got := p.Value(kept).Double; !slices.Equal(got, slices.Repeat([]float64{2}, 100)) {
		t.Errorf("the kept view is %v", got)
	}
	// A reshaped variable alone runs nothing.
	seen := evaluated(t, graph.NewDoubleBuilder(), graph.Double(graph.Shape{2, 2}, []float64{1, 2, 3, 4}),
		func(b *builder, x graph.Node) graph.Node { return b.Reshape(x, 4) })
	if !slices.Equal(seen.Double, []float64{1, 2, 3, 4}) {
		t.Errorf("the reshaped variable is %v", seen.Double)
	}
}

// TestDetach: x·detach(x) has the gradient of x·c.
func TestDetach(t *testing.T) {
	b := graph.NewDoubleBuilder()
	x := b.Variable(3)
	p := must(b.CompileGradient(b.Sum(b.Mul(x, b.Detach(x)))))
	run(t, p, graph.Double(graph.Shape{3}, []float64{2, 3, 5}))
	if got := p.Gradient().Double; !slices.Equal(got, []float64{2, 3, 5}) {
		t.Errorf("gradient %v", got)
	}
	b = graph.NewDoubleBuilder()
	if _, err := b.CompileGradient(b.Sum(b.ArgSort(b.Variable(3)))); err == nil || !strings.Contains(err.Error(), "does not depend") {
		t.Errorf("only indices depend on the variable: error %v", err)
	}
}

// TestIndexOutOfRangeIsAnError checks an index that is computed when run.
func TestIndexOutOfRangeIsAnError(t *testing.T) {
	for _, v := range []float64{3, -1, 0.5, math.NaN()} {
		b := graph.NewDoubleBuilder()
		x := b.Variable(1)
		p := must(b.Compile(b.Gather(indices(b, 7, 8, 9), x)))
		err := p.Run(context.Background(), graph.Double(graph.Shape{1}, []float64{v}))
		if err == nil || !strings.Contains(err.Error(), "gather: index") || !strings.Contains(err.Error(), "from 0 to 2") {
			t.Errorf("index %g: error %v", v, err)
		}
	}
}

// TestShapeMistakesOfTheAlgebra: they are found when the graph is built, and the error
// names the operation and the shapes.
func TestShapeMistakesOfTheAlgebra(t *testing.T) {
	for want, op := range map[string]func(b *builder, x graph.Node) graph.Node{ // x is [2 3 4]
		"add: shapes [2 3 4] and [3] do not fit":        func(b *builder, x graph.Node) graph.Node { return b.Add(x, indices(b, 1, 2, 3)) },
		"divide: shapes [2 3 4] and [1 3 1] do not fit": func(b *builder, x graph.Node) graph.Node { return b.Div(x, b.Slice(b.Slice(x, 0, 0, 1), 2, 0, 1)) },
		"multiply: shapes [2 1] and [3] do not fit":     func(b *builder, x graph.Node) graph.Node { return b.Mul(ones2(b, 2, 1), ones2(b, 3)) },
		"matmul: shapes [2 3 4] and [4 2] do not fit":   func(b *builder, x graph.Node) graph.Node { return b.MatMul(x, ones2(b, 4, 2)) },
		"matmul: shapes [6 4] and [2 4] do not fit": func(b *builder, x graph.Node) graph.Node {
			return b.MatMul(b.Reshape(x, 6, 4), b.Transpose(ones2(b, 4, 2)))
		},
		"reshape: input [2 3 4] has 24 elements, [5 5] needs": func(b *builder, x graph.Node) graph.Node { return b.Reshape(x, 5, 5) },
		"reshape: input [2 3 4] has 24 elements, [-4 -6]":     func(b *builder, x graph.Node) graph.Node { return b.Reshape(x, -4, -6) },
		"transpose: input [2 3 4] has no axes in the order":   func(b *builder, x graph.Node) graph.Node { return b.Transpose(x, 0, 0, 2) },
		"slice: input [2 3 4] has no elements 1 to 3 along":   func(b *builder, x graph.Node) graph.Node { return b.Slice(x, 1, 1, 4) },
		"slice: input [2 3 4] has no elements 0 to 0 along":   func(b *builder, x graph.Node) graph.Node { return b.Slice(x, 3, 0, 1) },
		"concat: shapes [2 3 4] and [2 4] do not fit":         func(b *builder, x graph.Node) graph.Node { return b.Concat(2, x, ones2(b, 2, 4)) },
		"concat: no inputs": func(b *builder, x graph.Node) graph.Node { return b.Concat(0) },
		"sum along axes: input [2 3 4] has no adjacent axes [0 2]":             func(b *builder, x graph.Node) graph.Node { return b.SumAlong(x, 0, 2) },
		"mean along axes: input [2 3 4] has no adjacent axes [3]":              func(b *builder, x graph.Node) graph.Node { return b.MeanAlong(x, 3) },
		"maximum along axes: input [2 3 4]: name at least":                     func(b *builder, x graph.Node) graph.Node { return b.MaxAlong(x) },
		"position of the minimum: input [2 3 4] has no adjacent axes":          func(b *builder, x graph.Node) graph.Node { return b.ArgMinAlong(x, -1) },
		"gather: input [2 3 4] and index [2 1] do not fit":                     func(b *builder, x graph.Node) graph.Node { return b.Gather(x, ones2(b, 2, 1)) },
		"gather: index 2: want an integer from 0 to 1":                         func(b *builder, x graph.Node) graph.Node { return b.Gather(x, indices(b, 0, 2)) },
		"gather each: input [2 3 4] and index [2 3]":                           func(b *builder, x graph.Node) graph.Node { return b.GatherEach(x, ones2(b, 2, 3)) },
		"sort: input [] has no first axis":                                     func(b *builder, x graph.Node) graph.Node { return b.ArgSort(b.Sum(x)) },
		"sample at: input [2 3 4] and positions [2 3], want [H W C] and [N 2]": func(b *builder, x graph.Node) graph.Node { return b.SampleAt(x, ones2(b, 2, 3)) },
		"sample at: input [6 4] and positions [1 2]":                           func(b *builder, x graph.Node) graph.Node { return b.SampleAt(b.Reshape(x, 6, 4), ones2(b, 1, 2)) },
		"resize: input [6 4], want [H W C]":                                    func(b *builder, x graph.Node) graph.Node { return b.Resize(b.Reshape(x, 6, 4), 2, 2) },
		"resize: input [2 3 4] cannot be resized to 0×2":                       func(b *builder, x graph.Node) graph.Node { return b.Resize(x, 0, 2) },
		"resize: input [], want [H W C]":                                       func(b *builder, x graph.Node) graph.Node { return b.Resize(b.Sum(x), 2, 2) },
		"another builder":                                                      func(b *builder, x graph.Node) graph.Node { return b.Gather(x, indices(graph.NewDoubleBuilder(), 0)) },
	} {
		b := graph.NewDoubleBuilder()
		op(b, b.Variable(2, 3, 4))
		if err := b.Err(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want one that says %q", err, want)
		}
	}
	// An axis too long for float32 indices is found before anything is computed.
	b := graph.NewDoubleBuilder()
	b.ArgMaxAlong(b.Variable(1<<24+1), 0)
	if err := b.Err(); err == nil || !strings.Contains(err.Error(), "more than indices can count: 16777216") {
		t.Errorf("error %v", err)
	}
}

// ones2 is a constant of ones.
func ones2(b *builder, shape ...int) graph.Node {
	return b.Constant("ones", graph.Double(shape, ones(graph.Shape(shape).Len())))
}

// TestParallelOfAKernel: a loop is split the same way at any number of threads, and a
// kernel's panic in one of its tasks ends the run with an error.
func TestParallelOfAKernel(t *testing.T) {
	engine := must(compute.NewEngine(compute.Options{Threads: 3}))
	defer engine.Close()
	x := plugintest.Away(100003, 3)
	var sums []float64
	for _, p := range []graph.Parallel{{}, graph.NewDoubleBuilder().Parallel(), graph.NewBuilder(engine).Parallel()} {
		doubled := make([]float64, len(x))
		p.For(len(x), 1000, func(from, to int) {
			for i := from; i < to; i++ {
				doubled[i] += 2 * x[i]
			}
		})
		for i := range x {
			if doubled[i] != 2*x[i] {
				t.Fatalf("element %d is %g, want %g", i, doubled[i], 2*x[i])
			}
		}
		sums = append(sums, p.Sum(len(x), 1000, func(from, to int) (sum float64) {
			for _, v := range x[from:to] {
				sum += v / 3
			}
			if from == 0 {
				time.Sleep(2 * time.Millisecond) // the first ends last if there are several threads
			}
			return sum
		}))
		p.For(0, 10, func(int, int) { t.Error("a task for an empty range") })
	}
	if sums[0] != sums[1] || sums[1] != sums[2] {
		t.Errorf("sums %v", sums)
	}
	b := graph.NewBuilder(engine)
	broken := b.Apply(graph.Function{
		Name:   "breaks",
		Shape:  func(in []graph.Shape) (graph.Shape, error) { return in[0], nil },
		Single: breaking{b.Parallel()},
	}, b.Variable(50))
	err := must(b.Compile(broken)).Run(context.Background(), graph.Double(graph.Shape{50}, ones(50)))
	if err == nil || !strings.Contains(err.Error(), "breaks: on purpose") {
		t.Errorf("error %v", err)
	}
}

type breaking struct{ p graph.Parallel }

func (k breaking) Forward([]float32, [][]float32) {
	k.p.For(50, 5, func(from, _ int) {
		if from == 25 {
			panic("on purpose")
		}
	})
}
func (breaking) Backward([]float32, int, []float32, [][]float32, []float32) {}
