package graph

import (
	"fmt"
	"slices"
)

// Transpose returns x with its axes permuted: axis i of the result is axis order[i] of x.
// Without order the axes are reversed, which transposes a matrix. MatMul reads a transposed
// matrix without copying it.
//
// Shapes: [A B … Z] → [Z … B A]
func (b *Builder) Transpose(x Node, order ...int) Node {
	s := x.Shape()
	if len(order) == 0 {
		for i := range s {
			order = append(order, len(s)-1-i)
		}
	}
	every := make([]int, len(s))
	for i := range every {
		every[i] = i
	}
	var err error
	if !slices.Equal(slices.Sorted(slices.Values(order)), every) {
		err = fmt.Errorf("input %v has no axes in the order %v", s, order)
	}
	var forward, backward permutation
	if err == nil {
		inverse := make([]int, len(s))
		for to, from := range order {
			inverse[from] = to
		}
		forward = newPermutation(s, order)
		backward = newPermutation(forward.shape, inverse)
	}
	return b.Apply(Function{
		Name:   "transpose",
		Shape:  func([]Shape) (Shape, error) { return forward.shape, err },
		Single: transposeKernel[float32]{b.Parallel(), forward, backward},
		Double: transposeKernel[float64]{b.Parallel(), forward, backward},
		Needs:  NeedsNothing,
	}, x)
}

// permutation is the shape of a transposed tensor and the stride of each of its axes in the
// source; swaps says whether it only transposes a matrix.
type permutation struct {
	shape Shape
	apart []int
	swaps bool
}

func newPermutation(s Shape, order []int) permutation {
	p := permutation{shape: Shape{}, swaps: slices.Equal(order, []int{1, 0})}
	for _, axis := range order {
		p.shape = append(p.shape, s[axis])
		p.apart = append(p.apart, s[axis+1:].Len())
	}
	return p
}

type transposeKernel[T Float] struct {
	p                 Parallel
	forward, backward permutation
}

func (k transposeKernel[T]) Forward(dst []T, in [][]T) { permute(k.p, dst, in[0], k.forward) }

func (k transposeKernel[T]) Backward(dIn []T, _ int, dOut []T, _ [][]T, _ []T) {
	permute(k.p, dIn, dOut, k.backward)
}

// permute writes src in p's shape, row by row.
func permute[T Float](parallel Parallel, dst, src []T, p permutation) {
	last := len(p.shape) - 1
	if last < 0 {
		copy(dst, src)
		return
	}
	row, apart := p.shape[last], p.apart[last]
	parallel.copyRuns(len(dst)/row, row, func(r, _ int) {
		at := 0
		for axis, rest := last-1, r; axis >= 0; axis-- {
			at += rest % p.shape[axis] * p.apart[axis]
			rest /= p.shape[axis]
		}
		to := dst[r*row:][:row]
		for i := range to {
			to[i] = src[at+i*apart]
		}
	})
}
