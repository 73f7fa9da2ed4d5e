package graph_test

import (
	"context"
	"errors"
	"math"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"runexp/framework/compute"
	"runexp/framework/graph"
	"runexp/framework/plugintest"
)

func run(t *testing.T, p *graph.Program, x graph.Tensor) {
	t.Helper()
	if err := p.Run(context.Background(), x); err != nil {
		t.Fatal(err)
	}
}

// TestSinglePrecisionFollowsDouble compares single precision, which makes pictures, with
// double, whose gradients are checked.
func TestSinglePrecisionFollowsDouble(t *testing.T) {
	engine, err := compute.NewEngine(compute.Options{Threads: 2})
	if err != nil {
		t.Fatal(err)
	}
	defer engine.Close()
	shape := graph.Shape{26, 19, 3}
	x := plugintest.Away(shape.Len(), 5)

	double := graph.NewDoubleBuilder()
	want := network(double, double.Variable(shape...))
	wantProgram := must(double.CompileGradient(want))
	run(t, wantProgram, graph.Double(shape, x))

	single := graph.NewBuilder(engine)
	got := network(single, single.Variable(shape...))
	gotProgram := must(single.CompileGradient(got))
	for range 3 { // memory is shared between results: the second run must not depend on the first
		run(t, gotProgram, graph.Double(shape, x))
		if a, b := gotProgram.Scalar(got), wantProgram.Scalar(want); math.Abs(a-b) > 1e-5*math.Abs(b) {
			t.Errorf("loss %g, in double precision %g", a, b)
		}
		difference, length := 0.0, 0.0
		for i, g := range wantProgram.Gradient().Double {
			difference = math.Hypot(difference, float64(gotProgram.Gradient().Single[i])-g)
			length = math.Hypot(length, g)
		}
		if difference > 1e-5*length {
			t.Errorf("gradient off by %g of its norm", difference/length)
		}
	}
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// TestFusionAndSharedMemoryChangeNothing compares a program that keeps every node, so that
// nothing is fused or recycled, with one that keeps only the total.
func TestFusionAndSharedMemoryChangeNothing(t *testing.T) {
	shape := graph.Shape{13, 10, 3}
	x := plugintest.Away(shape.Len(), 5)
	value := func(keep bool) (float64, []float64, int64) {
		b := graph.NewDoubleBuilder()
		v := b.Variable(shape...)
		var kept []graph.Node
		y := v
		for i := range 4 {
			in := 3
			if i > 0 {
				in = 4
			}
			c := b.Conv(y, filter(in, 4, 3, 1, 1))
			y = b.ReLU(c)
			kept = append(kept, c, y)
		}
		total := b.Add(b.Mean(b.Square(y)), b.Mean(b.Square(kept[3])))
		if !keep {
			kept = nil
		}
		p := must(b.CompileGradient(total, kept...))
		run(t, p, graph.Double(shape, x))
		return p.Scalar(total), p.Gradient().Double, p.Memory().Results
	}
	all, allGradient, allBytes := value(true)
	few, fewGradient, fewBytes := value(false)
	if all != few {
		t.Errorf("total %g with everything kept, %g without", all, few)
	}
	for i := range allGradient {
		if allGradient[i] != fewGradient[i] {
			t.Fatalf("gradient[%d] = %g with everything kept, %g without", i, allGradient[i], fewGradient[i])
		}
	}
	if fewBytes > allBytes*2/3 {
		t.Errorf("%d bytes with only the total kept, %d with everything", fewBytes, allBytes)
	}
}

// TestPassesAreFused checks which operations a tapped network runs, and which are fused;
// TestGradientOfEveryOperation checks its gradient.
func TestPassesAreFused(t *testing.T) {
	shape := graph.Shape{13, 10, 3}
	b := graph.NewDoubleBuilder()
	p := must(b.CompileGradient(network(b, b.Variable(shape...))))
	run(t, p, graph.Double(shape, plugintest.Away(shape.Len(), 5)))
	count := map[string]int{}
	for _, timing := range p.Timings() {
		count[timing.Operation]++
	}
	for operation, want := range map[string]int{
		"conv":             3, // c1, c2 and c3, which are tapped before their ReLU or have none
		"relu+conv+relu":   1, // c1's ReLU, r1
		"relu":             1, // c2's, before a pooling
		"gradient of gram": 4,
		"sum of gradients": 2, // for c2's error and the picture's variation
	} {
		if count[operation] != want {
			t.Errorf("%d of %q, want %d: %v", count[operation], operation, want, count)
		}
	}
}

// TestGramOfAFirstLayerReadsThePicture: the convolution then serves only its ReLU.
func TestGramOfAFirstLayerReadsThePicture(t *testing.T) {
	shape := graph.Shape{6, 5, 3}
	value := func(keep bool) (float64, []float64, map[string]int) {
		b := graph.NewDoubleBuilder()
		c := b.Conv(b.Variable(shape...), filter(3, 60, 3, 1, 1))
		total := b.Add(b.Mean(b.Square(b.Gram(c, 0.1))), b.Mean(b.ReLU(c)))
		var kept []graph.Node
		if keep {
			kept = append(kept, c)
		}
		p := must(b.CompileGradient(total, kept...))
		run(t, p, graph.Double(shape, plugintest.Away(shape.Len(), 5)))
		count := map[string]int{}
		for _, timing := range p.Timings() {
			count[timing.Operation]++
		}
		return p.Scalar(total), p.Gradient().Double, count
	}
	total, gradient, count := value(false)
	if count["gram of conv"] != 1 || count["gradient of gram of conv"] != 1 || count["conv+relu"] != 1 || count["sum of gradients"] != 0 {
		t.Errorf("operations %v", count)
	}
	same, sameGradient, count := value(true)
	if count["conv"] != 1 || total != same || !slices.Equal(gradient, sameGradient) {
		t.Errorf("total %g, and %g with the convolution kept; operations %v", total, same, count)
	}
}

func TestForwardOnly(t *testing.T) {
	b := graph.NewDoubleBuilder()
	x := b.Variable(2, 2, 3)
	g := b.Gram(x, 1)
	unwanted := b.Apply(graph.Function{
		Name:   "never",
		Shape:  func(in []graph.Shape) (graph.Shape, error) { return in[0], nil },
		Double: failing{}, Single: nil,
	}, x)
	_ = unwanted
	p := must(b.Compile(g, x))
	run(t, p, graph.Double(graph.Shape{2, 2, 3}, []float64{1, 0, 0, 0, 2, 0, 0, 0, 3, 1, 1, 1}))
	want := []float64{2, 1, 1, 1, 5, 1, 1, 1, 10}
	for i, v := range p.Value(g).Double {
		if v != want[i] {
			t.Errorf("gram[%d] = %g, want %g", i, v, want[i])
		}
	}
}

// failing is a kernel that panics.
type failing struct{}

func (failing) Forward([]float64, [][]float64)                             { panic("on purpose") }
func (failing) Backward([]float64, int, []float64, [][]float64, []float64) { panic("on purpose") }

func TestKernelPanicIsAnError(t *testing.T) {
	b := graph.NewDoubleBuilder()
	total := b.Sum(b.Apply(graph.Function{
		Name:   "breaks",
		Shape:  func(in []graph.Shape) (graph.Shape, error) { return in[0], nil },
		Double: failing{},
	}, b.Variable(3)))
	p := must(b.CompileGradient(total))
	err := p.Run(context.Background(), graph.Double(graph.Shape{3}, []float64{1, 2, 3}))
	if err == nil || !strings.Contains(err.Error(), "breaks: on purpose") {
		t.Errorf("error %v, want the operation and the panic in it", err)
	}
}

func TestRunStopsWhenContextIsDone(t *testing.T) {
	b := graph.NewDoubleBuilder()
	p := must(b.Compile(b.Sum(b.Variable(3))))
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if err := p.Run(ctx, graph.Double(graph.Shape{3}, make([]float64, 3))); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want context.Canceled", err)
	}
}

func TestMistakesAreErrors(t *testing.T) {
	image := graph.Shape{4, 4, 3}
	for name, c := range map[string]struct {
		build func(b *graph.Builder) graph.Node
		want  string
	}{
		"channels": {func(b *graph.Builder) graph.Node { return b.Sum(b.Conv(b.Variable(4, 4, 2), filter(3, 4, 3, 1, 1))) },
			"conv: input [4 4 2], but the filter takes [H W 3]"},
		"too small": {func(b *graph.Builder) graph.Node {
			return b.Sum(b.MaxPool(b.Variable(1, 4, 3), graph.Pool{Size: 2, Stride: 2}))
		},
			"1×4 features are too small"},
		"shapes": {func(b *graph.Builder) graph.Node {
			return b.MSE(b.Variable(image...), b.Constant("c", graph.Double(graph.Shape{3}, ones(3))))
		},
			"mean squared error: shapes [4 4 3] and [3] differ"},
		"not a scalar": {func(b *graph.Builder) graph.Node { return b.Square(b.Variable(image...)) }, "only a scalar has a gradient"},
		"no variable": {func(b *graph.Builder) graph.Node {
			b.Variable(image...)
			return b.Sum(b.Constant("c", graph.Double(graph.Shape{3}, ones(3))))
		},
			"does not depend on the variable"},
		"constant's length": {func(b *graph.Builder) graph.Node {
			return b.Sum(b.Constant("c", graph.Double(graph.Shape{4}, ones(3))))
		},
			"constant c: 3 elements for shape [4]"},
		"another builder": {func(b *graph.Builder) graph.Node {
			return b.Sum(graph.NewDoubleBuilder().Variable(image...))
		}, "another builder"},
	} {
		t.Run(name, func(t *testing.T) {
			b := graph.NewDoubleBuilder()
			_, err := b.CompileGradient(c.build(b))
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error %v, want one that says %q", err, c.want)
			}
		})
	}
}

// TestMemoryWithoutValues predicts the memory of a program whose constant has no value.
func TestMemoryWithoutValues(t *testing.T) {
	b := graph.NewBuilder(compute.Plain[float32]{})
	x := b.Variable(8, 4, 3)
	r := b.MaxPool(b.ReLU(b.Conv(x, filter(3, 4, 3, 1, 1))), graph.Pool{Size: 2, Stride: 2})
	total := b.MSE(r, b.Constant("unknown", graph.Tensor{Shape: r.Shape()}))
	p := must(b.CompileGradient(total))
	m := p.Memory()
	if want := int64(4 * (8*4*3 + 4*2*4)); m.Loads != want {
		t.Errorf("%d bytes of variable and constant, want %d", m.Loads, want)
	}
	if want := int64(8*8*4*4/64 + 4*2*4); m.Saved != want {
		t.Errorf("%d bytes of mask and positions, want %d", m.Saved, want)
	}
	if least := int64(4 * (8*4*4 + 8*4*3)); m.Results < least || len(p.Filters()) != 1 {
		t.Errorf("%d bytes of results, want at least %d; %d filters", m.Results, least, len(p.Filters()))
	}
	err := p.Run(context.Background(), graph.Single(graph.Shape{8, 4, 3}, make([]float32, 96)))
	if err == nil || !strings.Contains(err.Error(), `"unknown" has no value`) {
		t.Errorf("error %v", err)
	}
}

func TestProgramsAreCollected(t *testing.T) {
	collected := make(chan bool, 1)
	func() {
		b := graph.NewDoubleBuilder()
		total := b.Sum(b.Square(b.Variable(3)))
		p := must(b.CompileGradient(total))
		run(t, p, graph.Double(graph.Shape{3}, ones(3)))
		runtime.AddCleanup(&p.Gradient().Double[0], func(int) { collected <- true }, 0)
	}()
	for range 20 {
		runtime.GC()
		select {
		case <-collected:
			return
		case <-time.After(10 * time.Millisecond):
		}
	}
	t.Error("an unused program's memory is not freed")
}
