package transport

import "runexp/framework/graph"

// MeanSquare returns the mean over the rows of d, [K, N], of the sum of their squares: the squared
// distance of Displacements. It is one pass over memory, and one for the gradient.
func MeanSquare(b *graph.Builder, d graph.Node) graph.Node {
	rows := 1
	if s := d.Shape(); len(s) > 0 {
		rows = s[0]
	}
	k := square{p: b.Parallel(), scale: 1 / float64(rows)}
	return b.Apply(graph.Function{
		Name:   "mean square of rows",
		Shape:  func([]graph.Shape) (graph.Shape, error) { return graph.Shape{}, nil },
		Single: squareKernel[float32]{k},
		Double: squareKernel[float64]{k},
		Needs:  graph.NeedsInputs,
	}, d)
}

type square struct {
	p     graph.Parallel
	scale float64
}

type squareKernel[T graph.Float] struct{ square }

// atOnce is how many elements one task handles.
const atOnce = 1 << 14

func (k squareKernel[T]) Forward(dst []T, in [][]T) {
	dst[0] = T(k.scale * k.p.Sum(len(in[0]), atOnce, func(from, to int) float64 {
		// Four sums at once: one would wait for each addition.
		var sums [4]float64
		d := in[0][from:to]
		for ; len(d) >= 4; d = d[4:] {
			for i, v := range d[:4] {
				sums[i] += float64(v) * float64(v)
			}
		}
		for _, v := range d {
			sums[0] += float64(v) * float64(v)
		}
		return sums[0] + sums[1] + sums[2] + sums[3]
	}))
}

func (k squareKernel[T]) Backward(dIn []T, _ int, dOut []T, in [][]T, _ []T) {
	scale := T(2 * k.scale * float64(dOut[0]))
	k.p.For(len(dIn), atOnce, func(from, to int) {
		for i, v := range in[0][from:to] {
			dIn[from+i] = scale * v
		}
	})
}
