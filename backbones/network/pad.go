package network

import (
	"fmt"

	"runexp/framework/graph"
)

// pad returns x, [H, W, C], padded by amount a on each side according to border:
// [H+2a, W+2a, C].
func pad(b *graph.Builder, x graph.Node, amount int, border Border) graph.Node {
	k := padding{p: b.Parallel()}
	return b.Apply(graph.Function{
		Name: fmt.Sprintf("%s padding", border),
		Shape: func(in []graph.Shape) (graph.Shape, error) {
			s := in[0]
			if len(s) != 3 {
				return nil, fmt.Errorf("input %v, want [H W C]", s)
			}
			if border == Reflect && min(s[0], s[1]) <= amount {
				return nil, fmt.Errorf("%d×%d features are too small to be reflected %d deep: use a larger picture or shallower layers", s[0], s[1], amount)
			}
			k.rows, k.columns, k.c = seen(s[0], amount, border), seen(s[1], amount, border), s[2]
			k.h, k.w = s[0], s[1]
			return graph.Shape{s[0] + 2*amount, s[1] + 2*amount, s[2]}, nil
		},
		Single: padKernel[float32]{&k},
		Double: padKernel[float64]{&k},
		Needs:  graph.NeedsNothing,
	}, x)
}

// seen returns the source element of each of n elements padded by amount on both sides; -1
// for a zero.
func seen(n, amount int, border Border) []int {
	at := make([]int, n+2*amount)
	for i := range at {
		from := i - amount
		switch {
		case from >= 0 && from < n:
		case border == Replicate:
			from = min(max(from, 0), n-1)
		case border == Reflect && from < 0:
			from = -from
		case border == Reflect:
			from = 2*(n-1) - from
		default:
			from = -1
		}
		at[i] = from
	}
	return at
}

// padding is the source of each row and column of the padded image.
type padding struct {
	p             graph.Parallel
	rows, columns []int
	h, w, c       int
}

type padKernel[T graph.Float] struct{ *padding }

// rowsATask is how many rows of an image one task handles.
const rowsATask = 4

func (k padKernel[T]) Forward(dst []T, in [][]T) {
	width := len(k.columns) * k.c
	k.p.For(len(k.rows), rowsATask, func(from, to int) {
		for y := from; y < to; y++ {
			row := dst[y*width:][:width]
			for x, column := range k.columns {
				pixel := row[x*k.c:][:k.c]
				if k.rows[y] < 0 || column < 0 {
					clear(pixel)
				} else {
					copy(pixel, in[0][(k.rows[y]*k.w+column)*k.c:])
				}
			}
		}
	})
}

// Backward adds up the gradients of all copies of a pixel, in the order of rows and columns.
func (k padKernel[T]) Backward(dIn []T, _ int, dOut []T, _ [][]T, _ []T) {
	width := len(k.columns) * k.c
	k.p.For(k.h, rowsATask, func(from, to int) {
		clear(dIn[from*k.w*k.c : to*k.w*k.c])
		for y, row := range k.rows {
			if row < from || row >= to {
				continue
			}
			for x, column := range k.columns {
				if column < 0 {
					continue
				}
				pixel := dIn[(row*k.w+column)*k.c:][:k.c]
				for c, d := range dOut[y*width+x*k.c:][:k.c] {
					pixel[c] += d
				}
			}
		}
	})
}
