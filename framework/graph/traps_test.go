package graph

import (
	"fmt"
	"hash"
	"hash/fnv"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/chewxy/hm"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// These tests reproduce, on Gorgonia alone, the traps that this package hides. If one
// fails after an upgrade, the code that avoids it can be simplified.

// vector adds the input x.
func vector(g *gorgonia.ExprGraph, values ...float64) *gorgonia.Node {
	value := tensor.New(tensor.WithShape(len(values)), tensor.WithBacking(values))
	return gorgonia.NewTensor(g, tensor.Float64, 1, gorgonia.WithName("x"), gorgonia.WithShape(len(values)), gorgonia.WithValue(value))
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// times is y = factor·x on a vector. It owns its output's memory.
type times struct {
	factor   float64
	hashed   bool // whether the hash includes factor
	out      []float64
	observed func()
	gradient *times // SymDiff's result
}

func (o *times) Arity() int { return 1 }
func (o *times) Type() hm.Type {
	t := gorgonia.TensorType{Dims: 1, Of: tensor.Float64}
	return hm.NewFnType(t, t)
}
func (o *times) InferShape(in ...gorgonia.DimSizer) (tensor.Shape, error) {
	return in[0].(tensor.Shape).Clone(), nil
}
func (o *times) ReturnsPtr() bool     { return false }
func (o *times) CallsExtern() bool    { return false }
func (o *times) OverwritesInput() int { return -1 }
func (o *times) Hashcode() uint32     { h := fnv.New32a(); o.WriteHash(h); return h.Sum32() }
func (o *times) String() string       { return "times" }
func (o *times) DiffWRT(int) []bool   { return []bool{true} }
func (o *times) WriteHash(h hash.Hash) {
	fmt.Fprint(h, "times")
	if o.hashed {
		fmt.Fprint(h, o.factor)
	}
}

func (o *times) Do(in ...gorgonia.Value) (gorgonia.Value, error) {
	if o.observed != nil {
		o.observed()
	}
	x := in[0].Data().([]float64)
	if o.out == nil {
		o.out = make([]float64, len(x))
	}
	for i := range x {
		o.out[i] = o.factor * x[i]
	}
	return tensor.New(tensor.WithShape(len(x)), tensor.WithBacking(o.out)), nil
}

func (o *times) SymDiff(_ gorgonia.Nodes, _, grad *gorgonia.Node) (gorgonia.Nodes, error) {
	o.gradient = &times{factor: o.factor, hashed: true}
	n, err := gorgonia.ApplyOp(o.gradient, grad)
	return gorgonia.Nodes{n}, err
}

func TestTrapOperationsMergeByHash(t *testing.T) {
	g := gorgonia.NewGraph()
	x := vector(g, 1)
	two := must(gorgonia.ApplyOp(&times{factor: 2}, x))
	three := must(gorgonia.ApplyOp(&times{factor: 3}, x))
	if two != three {
		t.Error("operations with equal hashes were not merged")
	}
	if must(gorgonia.ApplyOp(&times{factor: 3, hashed: true}, x)) == two {
		t.Error("operations with different hashes were merged")
	}
}

func TestTrapInputsMergeByName(t *testing.T) {
	g := gorgonia.NewGraph()
	if vector(g, 1) != vector(g, 2) {
		t.Error("inputs of the same name were not merged")
	}
}

func TestTrapConstantsMergeByName(t *testing.T) {
	g := gorgonia.NewGraph()
	a := g.AddNode(gorgonia.NewConstant(1.0, gorgonia.WithName("weight")))
	b := g.AddNode(gorgonia.NewConstant(2.0, gorgonia.WithName("weight")))
	if a != b || a.Value().Data().(float64) != 1 {
		t.Error("constants of the same name and different values were not merged")
	}
}

func TestTrapIntermediateValuesAreOverwritten(t *testing.T) {
	g := gorgonia.NewGraph()
	x := vector(g, 1)
	y := must(gorgonia.Add(x, x))
	var read gorgonia.Value
	gorgonia.Read(y, &read)
	z := must(gorgonia.Add(y, x))
	_ = z
	vm := gorgonia.NewTapeMachine(g)
	if err := vm.RunAll(); err != nil {
		t.Fatal(err)
	}
	if got := read.Data().([]float64)[0]; got != 2 {
		t.Errorf("Read returns %g, want 2", got)
	}
	if got := y.Value().Data().([]float64)[0]; got == 2 {
		t.Error("the intermediate value was not overwritten")
	}
}

func TestTrapDualValuesAccumulate(t *testing.T) {
	g := gorgonia.NewGraph()
	x := vector(g, 1)
	cost := must(gorgonia.Sum(must(gorgonia.Square(x))))
	must(gorgonia.Grad(cost, x))
	vm := gorgonia.NewTapeMachine(g, gorgonia.BindDualValues(x))
	for range 2 {
		if err := vm.RunAll(); err != nil {
			t.Fatal(err)
		}
		vm.Reset()
	}
	if got := must(x.Grad()).Data().([]float64)[0]; got != 4 {
		t.Errorf("the gradient 2, bound twice, is %g, want 4", got)
	}
}

func TestTrapGradReturnsNothing(t *testing.T) {
	g := gorgonia.NewGraph()
	x := gorgonia.NewScalar(g, tensor.Int, gorgonia.WithName("x"))
	gradients, err := gorgonia.Grad(must(gorgonia.Add(x, x)), x)
	if gradients != nil || err != nil {
		t.Errorf("Grad of an int = %v, %v, want nil, nil", gradients, err)
	}
}

func TestTrapNewTapeMachinePanics(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("an empty graph compiled without a panic")
		}
	}()
	gorgonia.NewTapeMachine(gorgonia.NewGraph())
}

func TestTrapResetDropsRegisters(t *testing.T) {
	g := gorgonia.NewGraph()
	x := vector(g, 1)
	y := must(gorgonia.Add(x, x))
	vm := gorgonia.NewTapeMachine(g)
	var at [2]uintptr
	for i := range at {
		if err := vm.RunAll(); err != nil {
			t.Fatal(err)
		}
		at[i] = y.Value().Uintptr()
		vm.Reset()
	}
	if at[0] == at[1] {
		t.Error("Gorgonia's own operation reused its memory in the next run")
	}
}

func TestTrapOperationsRunOnAnotherGoroutine(t *testing.T) {
	goroutine := func() string {
		buf := make([]byte, 64)
		return strings.Fields(string(buf[:runtime.Stack(buf, false)]))[1]
	}
	var inside string
	g := gorgonia.NewGraph()
	must(gorgonia.ApplyOp(&times{factor: 2, observed: func() { inside = goroutine() }}, vector(g, 1)))
	if err := gorgonia.NewTapeMachine(g).RunAll(); err != nil {
		t.Fatal(err)
	}
	if inside == goroutine() {
		t.Error("the operation ran on the caller's goroutine, where recover would fire")
	}
}

func TestTrapGradientsAreSummedInPlace(t *testing.T) {
	g := gorgonia.NewGraph()
	x := vector(g, 1)
	two, three := &times{factor: 2, hashed: true}, &times{factor: 3, hashed: true}
	left := must(gorgonia.Sum(must(gorgonia.ApplyOp(two, x))))
	right := must(gorgonia.Sum(must(gorgonia.ApplyOp(three, x))))
	must(gorgonia.Grad(must(gorgonia.Add(left, right)), x))
	if err := gorgonia.NewTapeMachine(g).RunAll(); err != nil {
		t.Fatal(err)
	}
	// The gradient of each branch is its factor, which was in its own buffer.
	if a, b := two.gradient.out[0], three.gradient.out[0]; a != 5 && b != 5 {
		t.Errorf("the branches' buffers hold %g and %g after the sum, want 5 = 2 + 3 in one", a, b)
	}
}

func TestTrapEveryValueIsKept(t *testing.T) {
	g := gorgonia.NewGraph()
	n := vector(g, 1)
	var chain gorgonia.Nodes
	for i := range 4 {
		n = must(gorgonia.ApplyOp(&times{factor: float64(i), hashed: true}, n))
		chain = append(chain, n)
	}
	if err := gorgonia.NewTapeMachine(g).RunAll(); err != nil {
		t.Fatal(err)
	}
	for i, n := range chain {
		if n.Value() == nil {
			t.Errorf("the value of operation %d was freed", i)
		}
	}
}

func TestTrapMachinesAreNotCollected(t *testing.T) {
	collected := make(chan bool, 1)
	func() {
		g := gorgonia.NewGraph()
		op := &times{factor: 2, hashed: true}
		must(gorgonia.ApplyOp(op, vector(g, 1)))
		vm := gorgonia.NewTapeMachine(g)
		op.observed = func() { vm.Reset() } // the operation points at its machine, as ours do
		runtime.AddCleanup(op, func(int) { collected <- true }, 0)
	}()
	for range 5 {
		runtime.GC()
		select {
		case <-collected:
			t.Error("a machine that its operations point at was collected in spite of its finalizer")
		case <-time.After(10 * time.Millisecond):
		}
	}
}
