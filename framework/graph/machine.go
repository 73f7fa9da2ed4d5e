package graph

import (
	"context"
	"fmt"
	"hash"
	"hash/fnv"
	"runtime"
	"runtime/debug"
	"time"

	"github.com/chewxy/hm"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"runexp/framework/compute"
)

// tapeMachine runs a tape on Gorgonia's TapeMachine, with one operation per instruction.
// Every operation writes into memory assigned by the layout, and has its predecessor on
// the tape as an input, so that Gorgonia keeps the order that the layout relies on.
type tapeMachine[T Float] struct {
	t       *tape
	vm      gorgonia.VM
	results [][]T           // by instruction
	took    []time.Duration // by instruction, in the last run
	ctx     context.Context
	failed  error // what a step returned
}

func newTapeMachine[T Float](t *tape, l layout, kernel func(Function) Kernel[T], k compute.Kernels[T]) (m *tapeMachine[T], err error) {
	m = &tapeMachine[T]{t: t, results: make([][]T, len(t.instructions)), took: make([]time.Duration, len(t.instructions))}
	arena := compute.Aligned[T](l.size)
	for i, instruction := range t.instructions {
		size := instruction.shape.Len()
		switch instruction.op {
		case view:
			m.results[i] = m.results[instruction.in[0]]
		case load:
			n := t.b.nodes[instruction.node]
			if n.kind == constant && n.constant.unknown() {
				return nil, fmt.Errorf("graph: the constant %q has no value", n.name)
			}
			m.results[i] = loaded[T](n, size)
		default:
			m.results[i] = arena[l.offset[i] : l.offset[i]+size : l.offset[i]+size]
		}
	}

	g := gorgonia.NewGraph()
	nodes := make([]*gorgonia.Node, len(t.instructions))
	var before *gorgonia.Node // the last operation
	for i, instruction := range t.instructions {
		if instruction.op == view {
			nodes[i] = nodes[instruction.in[0]]
			continue
		}
		value := tensor.New(tensor.WithShape(tapeShape(instruction.shape)...), tensor.WithBacking(m.results[i]))
		if instruction.op == load {
			nodes[i] = gorgonia.NewTensor(g, value.Dtype(), value.Dims(), gorgonia.WithName(fmt.Sprintf("load %d", i)),
				gorgonia.WithShape(value.Shape()...), gorgonia.WithValue(value))
			continue
		}
		s := &step[T]{m: m, position: i, value: value, do: m.instruction(i, kernel, k)}
		var children gorgonia.Nodes
		for _, o := range instruction.operands() {
			children = append(children, nodes[o])
		}
		if before != nil {
			children = append(children, before)
		}
		if len(children) == 0 { // the seed, if it is first: Gorgonia rejects an operation without inputs
			one := tensor.New(tensor.WithShape(1), tensor.Of(value.Dtype()))
			children = gorgonia.Nodes{gorgonia.NewTensor(g, one.Dtype(), 1, gorgonia.WithName("start"),
				gorgonia.WithShape(1), gorgonia.WithValue(one))}
		}
		s.children = children
		if nodes[i], err = gorgonia.ApplyOp(s, children...); err != nil {
			return nil, fmt.Errorf("graph: %v: %w", s, err)
		}
		before = nodes[i]
	}
	if before == nil {
		return m, nil // all outputs are loads: nothing to run
	}
	defer func() { // NewTapeMachine panics instead of returning an error
		if r := recover(); r != nil {
			err = fmt.Errorf("graph: compile: %v", r)
		}
	}()
	vm := gorgonia.NewTapeMachine(g)
	// Its finalizer does nothing without CUDA. Our operations point back to the machine,
	// and a cycle with a finalizer is never collected.
	runtime.SetFinalizer(vm, nil)
	m.vm = vm
	return m, nil
}

// loaded returns the memory of the variable, or of a constant.
func loaded[T Float](n node, size int) []T {
	if same, ok := any(n.constant.Single).([]T); ok && same != nil {
		return same
	}
	if same, ok := any(n.constant.Double).([]T); ok && same != nil {
		return same
	}
	out := compute.Aligned[T](size)
	if n.kind == constant {
		copyTo(out, n.constant)
	}
	return out
}

// tapeShape is the shape on Gorgonia's side, where a scalar is a vector of one.
func tapeShape(s Shape) tensor.Shape {
	if len(s) == 0 {
		return tensor.Shape{1}
	}
	return tensor.Shape(s).Clone()
}

func (m *tapeMachine[T]) result(i int) Tensor {
	return tensorOf(m.t.instructions[i].shape, m.results[i])
}

func (m *tapeMachine[T]) timing() []time.Duration { return m.took }

func (m *tapeMachine[T]) run(ctx context.Context, x Tensor) error {
	for i, instruction := range m.t.instructions {
		if instruction.op == load && m.t.b.nodes[instruction.node].kind == variable {
			if !x.Shape.Equal(instruction.shape) {
				return fmt.Errorf("graph: a value of shape %v for a variable of shape %v", x.Shape, instruction.shape)
			}
			copyTo(m.results[i], x)
		}
	}
	if m.vm == nil {
		return nil
	}
	m.ctx, m.failed = ctx, nil
	m.vm.Reset()
	if err := m.vm.RunAll(); m.failed == nil {
		return err
	}
	return m.failed // Gorgonia wraps it in an error that errors.Is cannot unwrap
}

// instruction returns the function that executes instruction i.
func (m *tapeMachine[T]) instruction(i int, kernel func(Function) Kernel[T], k compute.Kernels[T]) func() {
	instruction := m.t.instructions[i]
	result := func(o int) []T {
		if o == none {
			return nil
		}
		return m.results[o]
	}
	var in [][]T
	for _, o := range instruction.in {
		in = append(in, result(o))
	}
	dst, dOut, out := m.results[i], result(instruction.dOut), result(instruction.out)
	switch instruction.op {
	case forward:
		run := kernel(m.t.b.nodes[instruction.node].fn)
		return func() { run.Forward(dst, in) }
	case backward:
		run := kernel(m.t.b.nodes[instruction.node].fn)
		if onto := result(instruction.onto); onto != nil {
			return func() {
				if &dst[0] != &onto[0] {
					copy(dst, onto)
				}
				run.(adder[T]).addBackward(dst, instruction.wrt, dOut, in, out)
			}
		}
		return func() { run.Backward(dst, instruction.wrt, dOut, in, out) }
	case add:
		return func() { sumInto(k, dst, in[0], in[1]) }
	default: // seed
		return func() { dst[0] = 1 }
	}
}

// sumInto writes a + b into dst, which may be the memory of a or of b.
func sumInto[T Float](k compute.Kernels[T], dst, a, b []T) {
	switch &dst[0] {
	case &a[0]:
		k.Accumulate(dst, b)
	case &b[0]:
		k.Accumulate(dst, a)
	default:
		copy(dst, a)
		k.Accumulate(dst, b)
	}
}

// step is an instruction as a Gorgonia operation.
type step[T Float] struct {
	m        *tapeMachine[T]
	position int
	children gorgonia.Nodes
	value    *tensor.Dense // over the result's memory
	do       func()
}

var _ gorgonia.Op = (*step[float32])(nil)

// Do runs on a goroutine of the tape machine, out of reach of the caller's recover: a panic
// that is not recovered here ends the process.
func (s *step[T]) Do(...gorgonia.Value) (_ gorgonia.Value, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("%v: %v\n%s", s, r, debug.Stack())
		}
		s.m.failed = err
	}()
	if s.m.ctx.Err() != nil { // RunAll takes no context
		return nil, context.Cause(s.m.ctx)
	}
	begin := time.Now()
	s.do()
	s.m.took[s.position] = time.Since(begin)
	return s.value, nil
}

func (s *step[T]) Arity() int { return len(s.children) }

func (s *step[T]) Type() hm.Type {
	types := make([]hm.Type, 0, len(s.children)+1)
	for _, c := range s.children {
		types = append(types, c.Type())
	}
	return hm.NewFnType(append(types, gorgonia.TensorType{Dims: s.value.Dims(), Of: s.value.Dtype()})...)
}

func (s *step[T]) InferShape(...gorgonia.DimSizer) (tensor.Shape, error) { return s.value.Shape(), nil }
func (s *step[T]) ReturnsPtr() bool                                      { return false }
func (s *step[T]) CallsExtern() bool                                     { return false }
func (s *step[T]) OverwritesInput() int                                  { return -1 }
func (s *step[T]) WriteHash(h hash.Hash)                                 { fmt.Fprintf(h, "step %d", s.position) }

func (s *step[T]) Hashcode() uint32 {
	h := fnv.New32a()
	s.WriteHash(h)
	return h.Sum32()
}

func (s *step[T]) String() string { return s.m.t.describe(s.position) }
