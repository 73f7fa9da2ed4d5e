package graph

import (
	"errors"
	"fmt"
	"math"
)

// Add returns x + y, element by element.
func (b *Builder) Add(x, y Node) Node {
	return b.elementwise("add", binary{
		value:    func(x, y float64) float64 { return x + y },
		gradient: [2]func(x, y float64) float64{one, one},
	}, x, y)
}

// Sub returns x − y, element by element.
func (b *Builder) Sub(x, y Node) Node {
	return b.elementwise("subtract", binary{
		value:    func(x, y float64) float64 { return x - y },
		gradient: [2]func(x, y float64) float64{one, func(_, _ float64) float64 { return -1 }},
	}, x, y)
}

// Mul returns x·y, element by element.
func (b *Builder) Mul(x, y Node) Node {
	return b.elementwise("multiply", binary{
		value: func(x, y float64) float64 { return x * y },
		gradient: [2]func(x, y float64) float64{
			func(_, y float64) float64 { return y },
			func(x, _ float64) float64 { return x },
		},
	}, x, y)
}

// Scale returns s·x.
func (b *Builder) Scale(x Node, s float64) Node {
	return b.unary("scale", func(x float64) float64 { return s * x }, func(float64) float64 { return s }, x)
}

// Square returns x², element by element.
func (b *Builder) Square(x Node) Node {
	return b.unary("square", func(x float64) float64 { return x * x }, func(x float64) float64 { return 2 * x }, x)
}

// Abs returns |x|, element by element; its gradient at 0 is 0.
func (b *Builder) Abs(x Node) Node {
	return b.unary("abs", math.Abs, func(x float64) float64 {
		switch {
		case x > 0:
			return 1
		case x < 0:
			return -1
		}
		return 0
	}, x)
}

// Sqrt returns √x, element by element. The gradient at 0 is infinite: add a
// small constant first where x can be 0.
func (b *Builder) Sqrt(x Node) Node {
	return b.unary("sqrt", math.Sqrt, func(x float64) float64 { return 0.5 / math.Sqrt(x) }, x)
}

// Sum returns the scalar Σx, summed in double precision.
func (b *Builder) Sum(x Node) Node { return b.sum("sum", x, 1) }

// Mean returns the scalar mean(x), summed in double precision.
func (b *Builder) Mean(x Node) Node { return b.sum("mean", x, 1/float64(max(1, x.Shape().Len()))) }

func (b *Builder) sum(name string, x Node, factor float64) Node {
	return b.Apply(Function{
		Name:   name,
		Shape:  func([]Shape) (Shape, error) { return Shape{}, nil },
		Single: sum[float32]{factor},
		Double: sum[float64]{factor},
		Needs:  NeedsNothing,
	}, x)
}

type sum[T Float] struct{ factor float64 }

func (s sum[T]) Forward(dst []T, in [][]T) {
	total := 0.0
	for _, v := range in[0] {
		total += float64(v)
	}
	dst[0] = T(s.factor * total)
}

func (s sum[T]) Backward(dIn []T, _ int, dOut []T, _ [][]T, _ []T) {
	d := T(s.factor * float64(dOut[0]))
	for i := range dIn {
		dIn[i] = d
	}
}

// binary is an operation on pairs of elements with its partial derivatives.
type binary struct {
	value    func(x, y float64) float64
	gradient [2]func(x, y float64) float64
}

func one(_, _ float64) float64 { return 1 }

func (b *Builder) elementwise(name string, f binary, x, y Node) Node {
	return b.Apply(Function{
		Name:   name,
		Shape:  sameShape,
		Single: binaryKernel[float32]{f},
		Double: binaryKernel[float64]{f},
		Needs:  NeedsInputs,
	}, x, y)
}

type binaryKernel[T Float] struct{ binary }

func (k binaryKernel[T]) Forward(dst []T, in [][]T) {
	x, y := in[0], in[1]
	for i := range dst {
		dst[i] = T(k.value(float64(x[i]), float64(y[i])))
	}
}

func (k binaryKernel[T]) Backward(dIn []T, wrt int, dOut []T, in [][]T, _ []T) {
	x, y := in[0], in[1]
	for i := range dIn {
		dIn[i] = T(float64(dOut[i]) * k.gradient[wrt](float64(x[i]), float64(y[i])))
	}
}

func (b *Builder) unary(name string, value, gradient func(x float64) float64, x Node) Node {
	return b.Apply(Function{
		Name:   name,
		Shape:  sameShape,
		Single: unaryKernel[float32]{value, gradient},
		Double: unaryKernel[float64]{value, gradient},
		Needs:  NeedsInputs,
	}, x)
}

type unaryKernel[T Float] struct{ value, gradient func(x float64) float64 }

func (k unaryKernel[T]) Forward(dst []T, in [][]T) {
	for i, x := range in[0] {
		dst[i] = T(k.value(float64(x)))
	}
}

func (k unaryKernel[T]) Backward(dIn []T, _ int, dOut []T, in [][]T, _ []T) {
	for i, x := range in[0] {
		dIn[i] = T(float64(dOut[i]) * k.gradient(float64(x)))
	}
}

// sameShape is the Shape of an operation whose inputs and output agree.
func sameShape(in []Shape) (Shape, error) {
	for _, s := range in[1:] {
		if !s.Equal(in[0]) {
			return nil, fmt.Errorf("shapes %v and %v differ", in[0], s)
		}
	}
	return in[0], nil
}

var errNoGradient = errors.New("graph: the total does not depend on the variable")
