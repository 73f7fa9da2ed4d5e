package tv

import (
	"fmt"

	"runexp/framework/graph"
)

// weights are those of squared differences: down, to the right, and along both diagonals.
type weights struct{ y, x, diagonal float64 }

// squaredDifferences returns the scalar y·Σdy² + x·Σdx² + diagonal·(Σdd² + Σde²), as of
// Loss, over x, [H, W, C].
func squaredDifferences(b *graph.Builder, x graph.Node, of weights) graph.Node {
	k := &squares{p: b.Parallel(), weights: of}
	return b.Apply(graph.Function{
		Name: "squared differences",
		Shape: func(in []graph.Shape) (graph.Shape, error) {
			s := in[0]
			if len(s) != 3 {
				return nil, fmt.Errorf("input %v, want [H W C]", s)
			}
			k.h, k.w, k.c = s[0], s[1], s[2]
			return graph.Shape{}, nil
		},
		Single: kernel[float32]{k},
		Double: kernel[float64]{k},
		Needs:  graph.NeedsInputs,
	}, x)
}

// squares is the kernel for both precisions. Between the pixels of the picture, whose border
// is repeated, are (H+1)×(W+1) cells; cell (i, j) has its corners in rows i−1 and i and
// columns j−1 and j.
type squares struct {
	p       graph.Parallel
	h, w, c int
	weights
}

type kernel[T graph.Float] struct{ *squares }

// rowsATask is how many rows one task handles.
const rowsATask = 16

// corners returns the offsets of the corners of cell (i, j): above left and right, below left
// and right.
func (k *squares) corners(i, j int) [4]int {
	above, below := max(i-1, 0), min(i, k.h-1)
	left, right := max(j-1, 0), min(j, k.w-1)
	at := func(y, x int) int { return (y*k.w + x) * k.c }
	return [4]int{at(above, left), at(above, right), at(below, left), at(below, right)}
}

// Forward sums over cells: each has its two diagonals, and the differences from its corner
// below right to the left and up, which are 0 in the last row and column of cells, and in
// the first where they would cross the border.
func (k kernel[T]) Forward(dst []T, in [][]T) {
	x := in[0]
	square := func(a, b int) float64 {
		d := float64(x[a]) - float64(x[b])
		return d * d
	}
	dst[0] = T(k.p.Sum(k.h+1, rowsATask, func(from, to int) float64 {
		down, right, diagonals := 0.0, 0.0, 0.0
		for i := from; i < to; i++ {
			for j := range k.w + 1 {
				at := k.corners(i, j)
				for c := range k.c {
					diagonals += square(at[3]+c, at[0]+c) + square(at[2]+c, at[1]+c)
					if i < k.h && j < k.w {
						right += square(at[3]+c, at[2]+c)
						down += square(at[3]+c, at[1]+c)
					}
				}
			}
		}
		return k.y*down + k.x*right + k.diagonal*diagonals
	}))
}

// Backward adds up, for each row of pixels, what the two rows of cells at it depend on it.
func (k kernel[T]) Backward(dIn []T, _ int, dOut []T, in [][]T, _ []T) {
	x := in[0]
	d := 2 * float64(dOut[0])
	k.p.For(k.h, rowsATask, func(from, to int) {
		low, high := from*k.w*k.c, to*k.w*k.c
		clear(dIn[low:high])
		add := func(a, b int, factor float64) {
			d := d * factor * (float64(x[a]) - float64(x[b]))
			if a >= low && a < high {
				dIn[a] += T(d)
			}
			if b >= low && b < high {
				dIn[b] -= T(d)
			}
		}
		for i := from; i <= to; i++ {
			for j := range k.w + 1 {
				at := k.corners(i, j)
				for c := range k.c {
					add(at[3]+c, at[0]+c, k.diagonal)
					add(at[2]+c, at[1]+c, k.diagonal)
					if i < k.h && j < k.w {
						add(at[3]+c, at[2]+c, k.x)
						add(at[3]+c, at[1]+c, k.y)
					}
				}
			}
		}
	})
}
