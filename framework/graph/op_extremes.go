package graph

import "fmt"

// MaxAlong returns the largest elements of x along axes, which keep size 1 as SumAlong's
// do. The gradient goes to the first of ties; NaN is larger than any number.
//
// Shapes: [… N …] → [… 1 …]
func (b *Builder) MaxAlong(x Node, axes ...int) Node {
	return b.extremeAlong("maximum along axes", x, axes, 1)
}

// MinAlong returns the smallest elements of x along axes, which keep size 1 as SumAlong's
// do. The gradient goes to the first of ties; NaN is smaller than any number.
//
// Shapes: [… N …] → [… 1 …]
func (b *Builder) MinAlong(x Node, axes ...int) Node {
	return b.extremeAlong("minimum along axes", x, axes, -1)
}

func (b *Builder) extremeAlong(name string, x Node, which []int, sign int) Node {
	out, along, err := reduced(x.Shape(), which)
	return b.Apply(Function{
		Name:   name,
		Shape:  func([]Shape) (Shape, error) { return out, err },
		Single: &extremeKernel[float32]{extremes: extremes[float32]{p: b.Parallel(), along: along, sign: float32(sign)}},
		Double: &extremeKernel[float64]{extremes: extremes[float64]{p: b.Parallel(), along: along, sign: float64(sign)}},
		Needs:  NeedsNothing,
	}, x)
}

// ArgMaxAlong returns the positions along axes of the largest elements of x, the first of
// ties, counted from 0 over the merged axes: an index for Gather. It has no gradient.
//
// Shapes: [… N …] → [… 1 …]
func (b *Builder) ArgMaxAlong(x Node, axes ...int) Node {
	return b.positionAlong("position of the maximum", x, axes, 1)
}

// ArgMinAlong returns the positions of the smallest elements, as ArgMaxAlong does.
//
// Shapes: [… N …] → [… 1 …]
func (b *Builder) ArgMinAlong(x Node, axes ...int) Node {
	return b.positionAlong("position of the minimum", x, axes, -1)
}

func (b *Builder) positionAlong(name string, x Node, which []int, sign int) Node {
	out, along, err := reduced(x.Shape(), which)
	if err == nil {
		err = fitsIndex(x.Shape(), along.n)
	}
	return b.Apply(Function{
		Name:     name,
		Shape:    func([]Shape) (Shape, error) { return out, err },
		Single:   &positionKernel[float32]{extremes: extremes[float32]{p: b.Parallel(), along: along, sign: float32(sign)}},
		Double:   &positionKernel[float64]{extremes: extremes[float64]{p: b.Parallel(), along: along, sign: float64(sign)}},
		Needs:    NeedsNothing,
		constant: true,
	}, x)
}

// maxIndex is the range of integers that float32 represents exactly.
const maxIndex = 1 << 24

// fitsIndex returns an error for an axis of n elements if float32 cannot index them.
func fitsIndex(s Shape, n int) error {
	if n > maxIndex {
		return fmt.Errorf("input %v has %d elements along the axes, more than indices can count: %d", s, n, maxIndex)
	}
	return nil
}

// extremes finds the largest elements along axes, or with sign −1 the smallest.
type extremes[T Float] struct {
	p     Parallel
	along axes
	sign  T
	at    []int32 // their positions
}

// find writes the elements to dst and their positions to at.
func (e *extremes[T]) find(dst, x []T) {
	a := e.along
	e.at = grown(e.at, len(dst))
	atOnce := max(16, strip/a.n)
	if a.inner > 1 && a.outer > 1 { // a task never spans two rows
		atOnce = min(atOnce, a.inner)
	}
	e.p.For(len(dst), atOnce, func(from, to int) {
		for from < to {
			o, i := from/a.inner, from%a.inner
			end := min(to, (o+1)*a.inner)
			e.findIn(dst[from:end], e.at[from:end], x[o*a.n*a.inner+i:])
			from = end
		}
	})
}

// findIn does so for adjacent columns of [n, inner], the first of which starts at x[0].
func (e *extremes[T]) findIn(best []T, at []int32, x []T) {
	copy(best, x)
	clear(at)
	if len(best) == 1 {
		v, where := best[0], 0
		for k := 1; k < e.along.n; k++ {
			if w := x[k*e.along.inner]; e.beats(w, v) {
				v, where = w, k
			}
		}
		best[0], at[0] = v, int32(where)
		return
	}
	for k := 1; k < e.along.n; k++ {
		for i, w := range x[k*e.along.inner:][:len(best)] {
			if e.beats(w, best[i]) {
				best[i], at[i] = w, int32(k)
			}
		}
	}
}

// beats reports whether w takes precedence over v: NaN does, except over another NaN.
func (e *extremes[T]) beats(w, v T) bool { return !(e.sign*w <= e.sign*v) && v == v }

func (e *extremes[T]) saved(elements int) int64 { return 4 * int64(elements) }

type extremeKernel[T Float] struct{ extremes[T] }

func (k *extremeKernel[T]) Forward(dst []T, in [][]T) { k.find(dst, in[0]) }

func (k *extremeKernel[T]) Backward(dIn []T, _ int, dOut []T, _ [][]T, _ []T) {
	k.p.For(len(dIn), strip, func(from, to int) { clear(dIn[from:to]) })
	for j, d := range dOut {
		o, i := j/k.along.inner, j%k.along.inner
		dIn[(o*k.along.n+int(k.at[j]))*k.along.inner+i] = d
	}
}

type positionKernel[T Float] struct{ extremes[T] }

func (k *positionKernel[T]) Forward(dst []T, in [][]T) {
	k.find(dst, in[0])
	for i, at := range k.at {
		dst[i] = T(at)
	}
}

func (k *positionKernel[T]) Backward([]T, int, []T, [][]T, []T) { panic(noGradient) }

// noGradient is the panic of kernels that have no gradient; the differentiator never
// requests one.
const noGradient = "an index has no gradient"
