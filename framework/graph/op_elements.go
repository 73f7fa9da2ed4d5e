package graph

import (
	"errors"
	"fmt"
	"math"
)

// Scale returns s·x.
//
// Shapes: x → the same
func (b *Builder) Scale(x Node, s float64) Node {
	return b.unary("scale", NeedsNothing, scaled[float32](s), scaled[float64](s), x)
}

// Square returns x², element by element.
//
// Shapes: x → the same
func (b *Builder) Square(x Node) Node {
	return b.unary("square", NeedsInputs, squared[float32](), squared[float64](), x)
}

// Abs returns |x|, element by element; its gradient at 0 is 0.
//
// Shapes: x → the same
func (b *Builder) Abs(x Node) Node {
	return b.unary("abs", NeedsInputs, absolute[float32](), absolute[float64](), x)
}

// Sqrt returns √x, element by element. The gradient at 0 is infinite: add a small constant
// first if x can be 0.
//
// Shapes: x → the same
func (b *Builder) Sqrt(x Node) Node {
	return b.unary("sqrt", NeedsInputs, root[float32](), root[float64](), x)
}

// Exp returns eˣ, element by element. In single precision it overflows from 89 on.
//
// Shapes: x → the same
func (b *Builder) Exp(x Node) Node {
	return b.unary("exp", NeedsOutput, exponential[float32](), exponential[float64](), x)
}

// Log returns the natural logarithm of x, element by element: −∞ at 0 and NaN below.
//
// Shapes: x → the same
func (b *Builder) Log(x Node) Node {
	return b.unary("log", NeedsInputs, logarithm[float32](), logarithm[float64](), x)
}

// unary is an elementwise operation, as loops (see pair). Its gradient reads the input or
// the output, whichever the operation needs.
type unary[T Float] struct {
	value    func(dst, x []T)
	gradient func(dIn, dOut, x []T)
}

func scaled[T Float](s float64) unary[T] {
	times := func(dst, x []T) {
		for i, v := range x {
			dst[i] = T(s * float64(v))
		}
	}
	return unary[T]{times, func(dIn, dOut, _ []T) { times(dIn, dOut) }}
}

func squared[T Float]() unary[T] {
	return unary[T]{
		func(dst, x []T) {
			for i, v := range x {
				dst[i] = v * v
			}
		},
		func(dIn, dOut, x []T) {
			for i, v := range x {
				dIn[i] = T(float64(dOut[i]) * (2 * float64(v)))
			}
		},
	}
}

func absolute[T Float]() unary[T] {
	return unary[T]{
		func(dst, x []T) {
			for i, v := range x {
				dst[i] = T(math.Abs(float64(v)))
			}
		},
		func(dIn, dOut, x []T) {
			for i, v := range x {
				sign := T(0)
				if v > 0 {
					sign = 1
				} else if v < 0 {
					sign = -1
				}
				dIn[i] = dOut[i] * sign
			}
		},
	}
}

func root[T Float]() unary[T] {
	return unary[T]{
		func(dst, x []T) {
			for i, v := range x {
				dst[i] = T(math.Sqrt(float64(v)))
			}
		},
		func(dIn, dOut, x []T) {
			for i, v := range x {
				dIn[i] = T(float64(dOut[i]) * (0.5 / math.Sqrt(float64(v))))
			}
		},
	}
}

func exponential[T Float]() unary[T] {
	return unary[T]{
		func(dst, x []T) {
			for i, v := range x {
				dst[i] = T(math.Exp(float64(v)))
			}
		},
		func(dIn, dOut, y []T) {
			for i, v := range y {
				dIn[i] = dOut[i] * v
			}
		},
	}
}

func logarithm[T Float]() unary[T] {
	return unary[T]{
		func(dst, x []T) {
			for i, v := range x {
				dst[i] = T(math.Log(float64(v)))
			}
		},
		func(dIn, dOut, x []T) {
			for i, v := range x {
				dIn[i] = dOut[i] / v
			}
		},
	}
}

func (b *Builder) unary(name string, needs Needs, single unary[float32], double unary[float64], x Node) Node {
	return b.Apply(Function{
		Name:   name,
		Shape:  sameShape,
		Single: unaryKernel[float32]{single, b.Parallel()},
		Double: unaryKernel[float64]{double, b.Parallel()},
		Needs:  needs,
	}, x)
}

type unaryKernel[T Float] struct {
	unary[T]
	p Parallel
}

func (k unaryKernel[T]) Forward(dst []T, in [][]T) {
	k.p.For(len(dst), strip, func(from, to int) { k.value(dst[from:to], in[0][from:to]) })
}

func (k unaryKernel[T]) Backward(dIn []T, _ int, dOut []T, in [][]T, out []T) {
	x := out // or the input, or nil
	if in != nil {
		x = in[0]
	}
	k.p.For(len(dIn), strip, func(from, to int) {
		k.gradient(dIn[from:to], dOut[from:to], x[min(from, len(x)):min(to, len(x))])
	})
}

// sameShape is the Shape of an operation whose inputs and output have the same shape.
func sameShape(in []Shape) (Shape, error) {
	for _, s := range in[1:] {
		if !s.Equal(in[0]) {
			return nil, fmt.Errorf("shapes %v and %v differ", in[0], s)
		}
	}
	return in[0], nil
}

var errNoGradient = errors.New("graph: the total does not depend on the variable")
