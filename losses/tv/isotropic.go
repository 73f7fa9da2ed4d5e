package tv

import (
	"fmt"
	"math"

	"runexp/framework/graph"
)

// isotropicDifferences returns the scalar factor·Σ(dy² + dx²)^(power/2) over the elements of x,
// [H, W, C], that have a neighbour below and one to the right. The gradient of a term is 0 where both differences are.
func isotropicDifferences(b *graph.Builder, x graph.Node, power, factor float64) graph.Node {
	k := &isotropic{p: b.Parallel(), half: power / 2, factor: factor}
	return b.Apply(graph.Function{
		Name: "isotropic differences",
		Shape: func(in []graph.Shape) (graph.Shape, error) {
			s := in[0]
			if len(s) != 3 {
				return nil, fmt.Errorf("input %v, want [H W C]", s)
			}
			k.h, k.w, k.c = s[0], s[1], s[2]
			return graph.Shape{}, nil
		},
		Single: isotropicKernel[float32]{k},
		Double: isotropicKernel[float64]{k},
		Needs:  graph.NeedsInputs,
	}, x)
}

type isotropic struct {
	p            graph.Parallel
	h, w, c      int
	half, factor float64
}

type isotropicKernel[T graph.Float] struct{ *isotropic }

// differences returns dy and dx at an element.
func (k isotropicKernel[T]) differences(x []T, at int) (dy, dx float64) {
	return float64(x[at+k.w*k.c]) - float64(x[at]), float64(x[at+k.c]) - float64(x[at])
}

func (k isotropicKernel[T]) Forward(dst []T, in [][]T) {
	dst[0] = T(k.factor * k.p.Sum(k.h-1, rowsATask, func(from, to int) float64 {
		sum := 0.0
		for i := from; i < to; i++ {
			for j := range (k.w - 1) * k.c {
				dy, dx := k.differences(in[0], i*k.w*k.c+j)
				sum += math.Pow(dy*dy+dx*dx, k.half)
			}
		}
		return sum
	}))
}

// Backward adds up, for each row of elements, the terms of that row and of the row above.
func (k isotropicKernel[T]) Backward(dIn []T, _ int, dOut []T, in [][]T, _ []T) {
	row := k.w * k.c
	scale := 2 * k.half * k.factor * float64(dOut[0])
	k.p.For(k.h, rowsATask, func(from, to int) {
		low, high := from*row, to*row
		clear(dIn[low:high])
		for i := max(from-1, 0); i < min(to, k.h-1); i++ {
			for j := range (k.w - 1) * k.c {
				at := i*row + j
				dy, dx := k.differences(in[0], at)
				squares := dy*dy + dx*dx
				if squares == 0 {
					continue // 0·∞ for powers below 2
				}
				g := scale * math.Pow(squares, k.half-1)
				if at >= low {
					dIn[at] -= T(g * (dy + dx))
					dIn[at+k.c] += T(g * dx)
				}
				if below := at + row; below < high {
					dIn[below] += T(g * dy)
				}
			}
		}
	})
}
