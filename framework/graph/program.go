package graph

import (
	"context"
	"errors"
	"fmt"
	"time"
	"unsafe"

	"runexp/framework/compute"
)

// A Program computes the nodes it was compiled for, repeatedly, for different values of the
// variable. It is used by one goroutine. The first Run allocates its memory.
type Program struct {
	tape    *tape
	layout  layout
	element int64 // bytes of an element
	start   func() (machine, error)
	machine machine // nil before the first Run
}

// machine runs a tape in one precision.
type machine interface {
	run(ctx context.Context, x Tensor) error
	result(instruction int) Tensor
	timing() []time.Duration // by instruction
}

// Compile returns a Program that computes outputs.
func (b *Builder) Compile(outputs ...Node) (*Program, error) {
	return b.compile(Node{}, outputs)
}

// CompileGradient returns a Program that computes outputs, the scalar total and its gradient
// with respect to the variable.
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
		return newProgram(t, func(f Function) Kernel[float64] { return f.Double }, b.double), nil
	}
	return newProgram(t, func(f Function) Kernel[float32] { return f.Single }, b.single), nil
}

func newProgram[T Float](t *tape, kernel func(Function) Kernel[T], k compute.Kernels[T]) *Program {
	l := plan(t)
	p := &Program{tape: t, layout: l, element: int64(unsafe.Sizeof(T(0)))}
	p.start = func() (machine, error) { return newTapeMachine(t, l, kernel, k) }
	return p
}

// Run computes everything for the variable's value x, which it copies. It returns a kernel's
// panic as an error. When ctx is done it stops before the next operation with ctx's error.
func (p *Program) Run(ctx context.Context, x Tensor) error {
	if p.machine == nil {
		var err error
		if p.machine, err = p.start(); err != nil {
			return err
		}
	}
	return p.machine.run(ctx, x)
}

// Value returns the value of n, one of p's outputs, from the last Run. It is valid until the
// next Run.
func (p *Program) Value(n Node) Tensor {
	i, ok := p.tape.forward[n.id]
	if !ok {
		panic(fmt.Sprintf("graph: node %d is not an output of this program", n.id))
	}
	return p.machine.result(i)
}

// Scalar returns Value of a scalar node as a number.
func (p *Program) Scalar(n Node) float64 { return p.Value(n).Float64s()[0] }

// Gradient returns the gradient of the total, in the variable's shape. It is valid until the
// next Run.
func (p *Program) Gradient() Tensor { return p.machine.result(p.tape.gradient) }
