package graph

import "fmt"

// Sum returns the scalar Σx, summed in double precision.
//
// Shapes: x → []
func (b *Builder) Sum(x Node) Node { return b.sum("sum", x, 1) }

// Mean returns the scalar mean(x), summed in double precision.
//
// Shapes: x → []
func (b *Builder) Mean(x Node) Node { return b.sum("mean", x, 1/float64(max(1, x.Shape().Len()))) }

func (b *Builder) sum(name string, x Node, factor float64) Node {
	return b.Apply(Function{
		Name:   name,
		Shape:  func([]Shape) (Shape, error) { return Shape{}, nil },
		Single: sum[float32]{factor, b.Parallel()},
		Double: sum[float64]{factor, b.Parallel()},
		Needs:  NeedsNothing,
	}, x)
}

// sum adds all elements in order: other blocks would give other bits.
type sum[T Float] struct {
	factor float64
	p      Parallel
}

func (s sum[T]) Forward(dst []T, in [][]T) {
	total := 0.0
	for _, v := range in[0] {
		total += float64(v)
	}
	dst[0] = T(s.factor * total)
}

func (s sum[T]) Backward(dIn []T, _ int, dOut []T, _ [][]T, _ []T) {
	d := T(s.factor * float64(dOut[0]))
	s.p.For(len(dIn), strip, func(from, to int) {
		for i := from; i < to; i++ {
			dIn[i] = d
		}
	})
}

// SumAlong returns the sums of x along axes, which must be adjacent and keep size 1, so
// that the result broadcasts to x. It sums in double precision.
//
// Shapes: [… N …] → [… 1 …]
func (b *Builder) SumAlong(x Node, axes ...int) Node {
	return b.sumAlong("sum along axes", x, axes, false)
}

// MeanAlong returns the means of x along axes, which keep size 1 as SumAlong's do.
//
// Shapes: [… N …] → [… 1 …]
func (b *Builder) MeanAlong(x Node, axes ...int) Node {
	return b.sumAlong("mean along axes", x, axes, true)
}

func (b *Builder) sumAlong(name string, x Node, which []int, mean bool) Node {
	out, along, err := reduced(x.Shape(), which)
	factor := 1.0
	if mean && err == nil {
		factor = 1 / float64(along.n)
	}
	return b.Apply(Function{
		Name:   name,
		Shape:  func([]Shape) (Shape, error) { return out, err },
		Single: &sumAlong[float32]{sums: sums[float32]{p: b.Parallel(), along: along}, factor: factor},
		Double: &sumAlong[float64]{sums: sums[float64]{p: b.Parallel(), along: along}, factor: factor},
		Needs:  NeedsNothing,
	}, x)
}

// reduced returns s with size 1 for the axes `which`.
func reduced(s Shape, which []int) (out Shape, along axes, err error) {
	if len(which) == 0 {
		return nil, axes{}, fmt.Errorf("input %v: name at least one axis", s)
	}
	out = append(Shape{}, s...)
	for i, axis := range which {
		if axis < 0 || axis >= len(s) || i > 0 && axis != which[i-1]+1 {
			return nil, axes{}, fmt.Errorf("input %v has no adjacent axes %v: they count from 0, in order", s, which)
		}
		out[axis] = 1
	}
	return out, axesOf(s, which[0], which[len(which)-1]), nil
}

type sumAlong[T Float] struct {
	sums   sums[T]
	factor float64
}

func (s *sumAlong[T]) Forward(dst []T, in [][]T) {
	s.sums.into(dst, s.factor, func(_, from, to int) []T { return in[0][from:to] })
}

func (s *sumAlong[T]) Backward(dIn []T, _ int, dOut []T, _ [][]T, _ []T) {
	s.sums.p.For(len(dIn), strip, func(from, to int) {
		d := dIn[from:to]
		spread(d, dOut, s.sums.along, from)
		for i, v := range d {
			d[i] = T(s.factor * float64(v))
		}
	})
}

func (s *sumAlong[T]) saved(int) int64 { return s.sums.saved() }
