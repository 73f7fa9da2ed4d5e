package moments

import (
	"fmt"
	"math"

	"runexp/framework/graph"
)

// channelMoments adds the means and, in the second row, the standard deviations
// of the channels of x, [H, W, C], as [2, C].
func channelMoments(b *graph.Builder, x graph.Node) graph.Node {
	return b.Apply(graph.Function{
		Name: "channel moments",
		Shape: func(in []graph.Shape) (graph.Shape, error) {
			if len(in[0]) != 3 {
				return nil, fmt.Errorf("input %v, want [H W C]", in[0])
			}
			return graph.Shape{2, in[0][2]}, nil
		},
		Single: &kernel[float32]{},
		Double: &kernel[float64]{},
		Needs:  graph.NeedsInputs,
	}, x)
}

// epsilon is added to a variance, in units of the features squared. It is far below
// the variance of an active channel, and gives a constant channel a gradient of 0.
const epsilon = 1e-8

// kernel computes in double precision for any T. Forward stores the moments for
// Backward.
type kernel[T graph.Float] struct{ mean, deviation []float64 }

// Forward writes μ = Σx/n and σ = √(Σ(x − μ)²/n + ε), n = H·W.
func (k *kernel[T]) Forward(dst []T, in [][]T) {
	x, c := in[0], len(dst)/2
	if k.mean == nil {
		k.mean, k.deviation = make([]float64, c), make([]float64, c)
	}
	n := float64(len(x) / c)
	clear(k.mean)
	for i, v := range x {
		k.mean[i%c] += float64(v) / n
	}
	for i := range k.deviation {
		k.deviation[i] = epsilon
	}
	for i, v := range x {
		d := float64(v) - k.mean[i%c]
		k.deviation[i%c] += d * d / n
	}
	for i := range k.deviation {
		k.deviation[i] = math.Sqrt(k.deviation[i])
		dst[i], dst[c+i] = T(k.mean[i]), T(k.deviation[i])
	}
}

// Backward writes dμ/n + dσ·(x − μ)/(n·σ).
func (k *kernel[T]) Backward(dIn []T, _ int, dOut []T, in [][]T, _ []T) {
	x, c := in[0], len(dOut)/2
	n := float64(len(x) / c)
	for i, v := range x {
		j := i % c
		dIn[i] = T((float64(dOut[j]) + float64(dOut[c+j])*(float64(v)-k.mean[j])/k.deviation[j]) / n)
	}
}
