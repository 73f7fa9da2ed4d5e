package mmd

import (
	"fmt"
	"sort"

	"runexp/framework/graph"
	"runexp/internal/samples"
)

// pairs are random numbers, [M] each, by which pairs of positions of the picture and of a style image are
// drawn: the same for all regions and style images.
type pairs struct{ x, y [2]graph.Node }

// draw returns the pairs of a layer of n positions.
func (l *Loss) draw(b *graph.Builder, n int) pairs {
	m := l.c.Pairs
	if m == 0 {
		m = max(n/2, 1)
	}
	var p pairs
	for i := range 2 {
		p.x[i], p.y[i] = b.Draws(m), b.Draws(m)
	}
	return p
}

const (
	// leastSquare bounds 2σ² from below, in units of the features squared: a flat style image has
	// one of 0.
	leastSquare = 1e-8
	// leastWeight is the weight of a region, in positions, below which its term fades to 0: a region
	// that is empty at a layer has no position to draw.
	leastWeight = 1e-6
)

// discrepancy returns the estimate of MMD², a scalar; sigma 0 is by the style image's pairs.
func (p pairs) discrepancy(b *graph.Builder, x, y samples.Set, sigma float64) graph.Node {
	var xs, ys [2]graph.Node
	for i := range 2 {
		xs[i] = b.Gather(x.Rows, drawn(b, p.x[i], x))
		ys[i] = b.Gather(y.Rows, drawn(b, p.y[i], y))
	}
	squares := func(x, y graph.Node) graph.Node { return b.SumAlong(b.Square(b.Sub(x, y)), 1) }
	ofStyle := squares(ys[0], ys[1])
	twice := b.Number(2 * sigma * sigma)
	if sigma == 0 {
		twice = b.Max(b.Mean(ofStyle), b.Number(leastSquare))
	}
	kernel := func(squares graph.Node) graph.Node { return b.Mean(b.Exp(b.Scale(b.Div(squares, twice), -1))) }
	within := b.Add(kernel(squares(xs[0], xs[1])), kernel(ofStyle))
	between := b.Add(kernel(squares(xs[0], ys[1])), kernel(squares(xs[1], ys[0])))
	estimate := b.Sub(within, between)
	for _, s := range []samples.Set{x, y} {
		if s.Weights.Valid() {
			estimate = b.Mul(estimate, b.Min(b.Scale(b.Sum(s.Weights), 1/leastWeight), b.Number(1)))
		}
	}
	return estimate
}

// drawn returns for each of draws, [M] uniform in [0, 1), the index of a position of s, by its weight.
func drawn(b *graph.Builder, draws graph.Node, s samples.Set) graph.Node {
	in := []graph.Node{draws}
	n := s.Rows.Shape()[0]
	if s.Weights.Valid() {
		in = append(in, s.Weights)
	}
	return b.Apply(graph.Function{
		Name: "positions by weight",
		Shape: func(in []graph.Shape) (graph.Shape, error) {
			if len(in[0]) != 1 || len(in) > 1 && in[1].Len() != n {
				return nil, fmt.Errorf("inputs %v, want draws [M] and %d weights", in, n)
			}
			return in[0], nil
		},
		Single: &drawnKernel[float32]{n: n},
		Double: &drawnKernel[float64]{n: n},
		Needs:  graph.NeedsNothing,
	}, in...)
}

// drawnKernel inverts the cumulative weights. Those of weights of 1 are exact, so that each draw is
// the same position as without weights.
type drawnKernel[T graph.Float] struct {
	n   int
	sum []float64 // of the weights up to each position
}

func (k *drawnKernel[T]) Forward(dst []T, in [][]T) {
	if len(in) == 1 {
		for i, u := range in[0] {
			dst[i] = T(int(float64(u) * float64(k.n)))
		}
		return
	}
	if k.sum == nil {
		k.sum = make([]float64, k.n)
	}
	total := 0.0
	for i, w := range in[1] {
		total += float64(w)
		k.sum[i] = total
	}
	for i, u := range in[0] {
		at := float64(u) * total
		dst[i] = T(min(sort.Search(k.n, func(j int) bool { return k.sum[j] > at }), k.n-1))
	}
}

// Backward is 0: an index has no gradient.
func (k *drawnKernel[T]) Backward(dIn []T, _ int, _ []T, _ [][]T, _ []T) { clear(dIn) }
