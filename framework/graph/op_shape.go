package graph

import (
	"fmt"
	"slices"
)

// Reshape returns x in another shape with the same order of elements. It does not copy.
//
// Shapes: x → shape
func (b *Builder) Reshape(x Node, shape ...int) Node {
	return b.Apply(Function{
		Name: "reshape",
		Shape: func(in []Shape) (Shape, error) {
			s := Shape(slices.Clone(shape))
			if in[0].Len() != s.Len() || len(s) > 0 && slices.Min(s) < 1 {
				return nil, fmt.Errorf("input %v has %d elements, %v needs %d", in[0], in[0].Len(), s, s.Len())
			}
			return append(Shape{}, s...), nil
		},
		Needs: NeedsNothing,
		view:  true,
	}, x)
}

// Detach returns x as a constant: no gradient flows through it. It does not copy.
//
// Shapes: x → the same
func (b *Builder) Detach(x Node) Node {
	return b.Apply(Function{Name: "detach", Shape: sameShape, Needs: NeedsNothing, view: true, constant: true}, x)
}

// Number returns a scalar constant.
//
// Shapes: → []
func (b *Builder) Number(v float64) Node {
	return b.Constant(fmt.Sprint(v), Double(Shape{}, []float64{v}))
}

// Slice returns elements from, …, to − 1 of x along axis.
//
// Shapes: [… N …] → [… to−from …]
func (b *Builder) Slice(x Node, axis, from, to int) Node {
	s := x.Shape()
	var along axes
	var err error
	if axis < 0 || axis >= len(s) || from < 0 || to <= from || to > s[axis] {
		err = fmt.Errorf("input %v has no elements %d to %d along axis %d", s, from, to-1, axis)
	} else {
		along = axesOf(s, axis, axis)
		s[axis] = to - from
	}
	k := slice{b.Parallel(), along, from, to}
	return b.Apply(Function{
		Name:   "slice",
		Shape:  func([]Shape) (Shape, error) { return s, err },
		Single: sliceKernel[float32]{k},
		Double: sliceKernel[float64]{k},
		Needs:  NeedsNothing,
	}, x)
}

type slice struct {
	p        Parallel
	along    axes
	from, to int
}

type sliceKernel[T Float] struct{ slice }

func (k sliceKernel[T]) Forward(dst []T, in [][]T) {
	k.p.copyRuns(k.along.outer, (k.to-k.from)*k.along.inner, func(o, run int) {
		copy(dst[o*run:][:run], in[0][(o*k.along.n+k.from)*k.along.inner:])
	})
}

func (k sliceKernel[T]) Backward(dIn []T, _ int, dOut []T, _ [][]T, _ []T) {
	k.p.For(len(dIn), strip, func(from, to int) { clear(dIn[from:to]) })
	k.p.copyRuns(k.along.outer, (k.to-k.from)*k.along.inner, func(o, run int) {
		copy(dIn[(o*k.along.n+k.from)*k.along.inner:], dOut[o*run:][:run])
	})
}

// copyRuns calls f for each of n runs of `run` elements.
func (p Parallel) copyRuns(n, run int, f func(i, run int)) {
	p.For(n, max(1, strip/run), func(from, to int) {
		for i := from; i < to; i++ {
			f(i, run)
		}
	})
}

// Concat concatenates xs along axis; their other sizes must be equal.
//
// Shapes: [… N …], [… M …], … → [… N+M+… …]
func (b *Builder) Concat(axis int, xs ...Node) Node {
	k := concat{p: b.Parallel(), starts: []int{0}}
	var out Shape
	var err error
	for i, x := range xs {
		s := x.Shape()
		if i == 0 {
			out = x.Shape()
		}
		if axis < 0 || axis >= len(s) || len(s) != len(out) || !slices.Equal(s[:axis], out[:axis]) || !slices.Equal(s[axis+1:], out[axis+1:]) {
			err = fmt.Errorf("shapes %v and %v do not fit along axis %d", xs[0].Shape(), s, axis)
			break
		}
		k.starts = append(k.starts, k.starts[i]+s[axis])
		out[axis] = k.starts[i+1]
	}
	if err == nil && len(xs) > 0 {
		k.along = axesOf(out, axis, axis)
	}
	return b.Apply(Function{
		Name:   "concat",
		Shape:  func([]Shape) (Shape, error) { return out, err },
		Single: concatKernel[float32]{k},
		Double: concatKernel[float64]{k},
		Needs:  NeedsNothing,
	}, xs...)
}

type concat struct {
	p      Parallel
	along  axes  // of the output
	starts []int // along the axis, of each input and of the end
}

// each calls f for each run of input i: run `o` of it, where it is in the output, and its length.
func (k concat) each(i int, f func(o, at, run int)) {
	k.p.copyRuns(k.along.outer, (k.starts[i+1]-k.starts[i])*k.along.inner, func(o, run int) {
		f(o, (o*k.along.n+k.starts[i])*k.along.inner, run)
	})
}

type concatKernel[T Float] struct{ concat }

func (k concatKernel[T]) Forward(dst []T, in [][]T) {
	for i, x := range in {
		k.each(i, func(o, at, run int) { copy(dst[at:], x[o*run:][:run]) })
	}
}

func (k concatKernel[T]) Backward(dIn []T, wrt int, dOut []T, _ [][]T, _ []T) {
	k.each(wrt, func(o, at, run int) { copy(dIn[o*run:][:run], dOut[at:]) })
}
