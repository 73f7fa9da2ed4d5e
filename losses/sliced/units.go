package sliced

import (
	"math"

	"runexp/framework/graph"
)

// units returns count random unit vectors, [count, channels], uniform on the sphere: normally
// distributed components, divided by the length.
func units(b *graph.Builder, count, channels int) graph.Node {
	each := channels + channels%2 // normal numbers are made in pairs
	k := unitsKernel{p: b.Parallel(), channels: channels, each: each}
	return b.Apply(graph.Function{
		Name:   "random directions",
		Shape:  func([]graph.Shape) (graph.Shape, error) { return graph.Shape{count, channels}, nil },
		Single: unitsOf[float32]{k},
		Double: unitsOf[float64]{k},
		Needs:  graph.NeedsNothing,
	}, b.Draws(count*each))
}

type unitsKernel struct {
	p              graph.Parallel
	channels, each int
}

type unitsOf[T graph.Float] struct{ unitsKernel }

// rowsAtOnce is how many vectors one task makes.
const rowsAtOnce = 16

// Forward makes two normal numbers of two draws u and v in [0, 1), by Box and Muller:
// √(−2 log(1 − u)) times the cosine and the sine of 2πv.
func (k unitsOf[T]) Forward(dst []T, in [][]T) {
	k.p.For(len(dst)/k.channels, rowsAtOnce, func(from, to int) {
		for r := from; r < to; r++ {
			row, draws := dst[r*k.channels:][:k.channels], in[0][r*k.each:][:k.each]
			squares := 0.0
			for i := 0; i < k.each; i += 2 {
				length := math.Sqrt(-2 * math.Log(1-float64(draws[i])))
				sin, cos := math.Sincos(2 * math.Pi * float64(draws[i+1]))
				row[i] = T(length * cos)
				squares += length * length * cos * cos
				if i+1 < len(row) {
					row[i+1] = T(length * sin)
					squares += length * length * sin * sin
				}
			}
			if squares == 0 { // of one channel or two, if u is 0
				row[0], squares = 1, 1
			}
			scale := T(1 / math.Sqrt(squares))
			for i := range row {
				row[i] *= scale
			}
		}
	})
}

// Backward is 0: draws are constants.
func (unitsOf[T]) Backward(dIn []T, _ int, _ []T, _ [][]T, _ []T) { clear(dIn) }
