package graph

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"runexp/framework/compute"
)

// A Program computes the nodes it was compiled for, again and again, for
// changing values of the variable. It is used by one goroutine.
type Program struct {
	machine machine
	at      map[int]int // builder node → instruction
	grad    int
	memory  int64
}

// machine runs a tape in one precision.
type machine interface {
	run(ctx context.Context, x Tensor) error
	result(instruction int) Tensor
}

// Compile returns a Program that computes outputs.
func (b *Builder) Compile(outputs ...Node) (*Program, error) {
	return b.compile(Node{}, outputs)
}

// CompileGradient returns a Program that computes outputs, the scalar total and
// its gradient for the variable.
func (b *Builder) CompileGradient(total Node, outputs ...Node) (*Program, error) {
	if b.err == nil && !total.Valid() {
		return nil, errors.New("graph: the total is not a node")
	}
	return b.compile(total, append([]Node{total}, outputs...))
}

func (b *Builder) compile(total Node, outputs []Node) (*Program, error) {
	if b.err != nil {
		return nil, b.err
	}
	if len(outputs) == 0 {
		return nil, errors.New("graph: nothing to compute")
	}
	for _, n := range outputs {
		if n.b != b {
			return nil, errors.New("graph: an output belongs to another builder")
		}
	}
	b.fuse(outputs)
	var t *tape
	if total.Valid() {
		d, gradient, err := differentiate(b, total)
		if err != nil {
			return nil, err
		}
		if t, err = newTape(b, outputs, d, gradient); err != nil {
			return nil, err
		}
	} else {
		var err error
		if t, err = newTape(b, outputs, nil, nil); err != nil {
			return nil, err
		}
	}
	if b.inDouble {
		return newProgram[float64](t, func(f Function) Kernel[float64] { return f.Double }, b.double)
	}
	return newProgram[float32](t, func(f Function) Kernel[float32] { return f.Single }, b.single)
}

func newProgram[T Float](t *tape, kernel func(Function) Kernel[T], k compute.Kernels[T]) (*Program, error) {
	l := plan(t)
	m, err := newTapeMachine(t, l, kernel, k)
	if err != nil {
		return nil, err
	}
	var element T
	return &Program{machine: m, at: t.forward, grad: t.gradient, memory: int64(l.size) * int64(sizeOf(element))}, nil
}

func sizeOf[T Float](T) int {
	if _, single := any(T(0)).(float32); single {
		return 4
	}
	return 8
}

// Run computes everything for the variable's value x, which it copies. A panic
// of a kernel comes back as an error. When ctx is done, Run stops before the
// next operation with ctx's error.
func (p *Program) Run(ctx context.Context, x Tensor) error { return p.machine.run(ctx, x) }

// Value returns the value that the last Run gave to n, one of the outputs that
// p was compiled for. It is valid until the next Run.
func (p *Program) Value(n Node) Tensor {
	i, ok := p.at[n.id]
	if !ok {
		panic(fmt.Sprintf("graph: node %d is no output of this program", n.id))
	}
	return p.machine.result(i)
}

// Scalar returns Value of a scalar node as a number.
func (p *Program) Scalar(n Node) float64 { return p.Value(n).Float64s()[0] }

// Gradient returns the gradient of the total for the variable, in the
// variable's shape. It is valid until the next Run.
func (p *Program) Gradient() Tensor { return p.machine.result(p.grad) }

// Bytes returns the size of the memory that results share. Constants, filters
// and what kernels remember come on top.
func (p *Program) Bytes() int64 { return p.memory }

// fuse replaces every ReLU that is the only reader of a convolution by the two
// in one, which never writes the convolution's output.
func (b *Builder) fuse(outputs []Node) {
	readers := make([]int, len(b.nodes))
	for _, n := range b.nodes {
		for _, in := range n.in {
			readers[in]++
		}
	}
	for _, n := range outputs {
		readers[n.id]++
	}
	for id, n := range b.nodes {
		if _, isReLU := n.fn.Single.(*reluKernel[float32]); !isReLU || readers[n.in[0]] != 1 {
			continue
		}
		before := b.nodes[n.in[0]]
		c, isConv := before.fn.Single.(*convKernel[float32])
		if !isConv {
			continue
		}
		b.nodes[id].fn = convolution(b.single, b.double, c.f, b.nodes[before.in[0]].shape, true)
		b.nodes[id].in = slices.Clone(before.in)
		b.nodes[id].name = b.nodes[id].fn.Name
	}
}
