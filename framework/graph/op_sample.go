package graph

import (
	"fmt"
	"math"
)

// SampleAt returns x at positions, interpolated bilinearly between pixels: row i of the
// result is x at the row at[i, 0] and the column at[i, 1], in pixels of x, whose first has its
// centre at 0. Positions outside are moved to the border. They have no gradient.
//
// Shapes: [H W C], at [N 2] → [N C]
func (b *Builder) SampleAt(x, at Node) Node {
	s, positions := x.Shape(), at.Shape()
	var out Shape
	var err error
	k := sample{p: b.Parallel()}
	if len(s) != 3 || len(positions) != 2 || positions[1] != 2 {
		err = fmt.Errorf("input %v and positions %v, want [H W C] and [N 2]", s, positions)
	} else {
		out = Shape{positions[0], s[2]}
		k.h, k.w, k.c = s[0], s[1], s[2]
	}
	return b.Apply(Function{
		Name:   "sample at",
		Shape:  func([]Shape) (Shape, error) { return out, err },
		Single: &sampleKernel[float32]{sample: k},
		Double: &sampleKernel[float64]{sample: k},
		Needs:  NeedsNothing,
	}, x, at)
}

// sample reads from [h, w, c].
type sample struct {
	p       Parallel
	h, w, c int
}

type sampleKernel[T Float] struct {
	sample
	corners []corner[T] // four for each position
}

// A corner is one of the four pixels around a position.
type corner[T Float] struct {
	at     int // where its channels begin
	weight T
}

func (k *sampleKernel[T]) Forward(dst []T, in [][]T) {
	x, at := in[0], in[1]
	k.corners = grown(k.corners, 2*len(at))
	k.p.For(len(at)/2, max(1, strip/k.c), func(from, to int) {
		for i := from; i < to; i++ {
			corners := k.corners[4*i:][:4]
			k.around(corners, at[2*i], at[2*i+1])
			row := dst[i*k.c:][:k.c]
			clear(row)
			for _, corner := range corners {
				for c, v := range x[corner.at:][:k.c] {
					row[c] += corner.weight * v
				}
			}
		}
	})
}

// around writes the corners of the position y, x.
func (k *sampleKernel[T]) around(corners []corner[T], y, x T) {
	y0, y1, fy := between(y, k.h)
	x0, x1, fx := between(x, k.w)
	corners[0] = corner[T]{(y0*k.w + x0) * k.c, (1 - fy) * (1 - fx)}
	corners[1] = corner[T]{(y0*k.w + x1) * k.c, (1 - fy) * fx}
	corners[2] = corner[T]{(y1*k.w + x0) * k.c, fy * (1 - fx)}
	corners[3] = corner[T]{(y1*k.w + x1) * k.c, fy * fx}
}

// between returns the elements of an axis of n before and after v, and how far v is
// from the first one.
func between[T Float](v T, n int) (before, after int, fraction T) {
	if !(v > 0) { // NaN too
		v = 0
	}
	v = min(v, T(n-1))
	before = int(math.Floor(float64(v)))
	return before, min(before+1, n-1), v - T(before)
}

func (k *sampleKernel[T]) Backward(dIn []T, wrt int, dOut []T, in [][]T, out []T) {
	k.p.For(len(dIn), strip, func(from, to int) { clear(dIn[from:to]) })
	k.addBackward(dIn, wrt, dOut, in, out)
}

// addBackward adds up pixels near several positions in the order of the positions. Each task
// has its own channels, as in gather.
func (k *sampleKernel[T]) addBackward(dIn []T, wrt int, dOut []T, _ [][]T, _ []T) {
	if wrt == 1 {
		return // positions have no gradient
	}
	k.p.For(k.c, 16, func(from, to int) {
		for i := range len(dOut) / k.c {
			row := dOut[i*k.c:][:k.c]
			for _, corner := range k.corners[4*i:][:4] {
				sum := dIn[corner.at:][:k.c]
				for c := from; c < to; c++ {
					sum[c] += corner.weight * row[c]
				}
			}
		}
	})
}

func (k *sampleKernel[T]) saved(elements int) int64 { return 4 * 16 * int64(elements/k.c) }
