package gram

import (
	"math"

	"runexp/framework"
	"runexp/framework/graph"
)

// pairs returns the terms of across: next, named after two layers each.
func pairs(taps []framework.Tap) []framework.Tap {
	var all []framework.Tap
	for i := range len(taps) - 1 {
		all = append(all, framework.Tap{Layer: taps[i].Layer + "-" + taps[i+1].Layer, Weight: taps[i].Weight})
	}
	return all
}

// within returns the Gram matrix of features [H, W, C] in a region; everywhere if mask is not
// valid.
func (l *Loss) within(b *graph.Builder, features, mask graph.Node) graph.Node {
	shape := features.Shape()
	weighted, factor := l.prepared(b, features, mask)
	return l.divided(b, b.Gram(weighted, factor/l.channels(float64(shape[2]))), mask)
}

// across returns the matrix of features [H, W, C] with those of another layer, [h, w, C⁺].
func (l *Loss) across(b *graph.Builder, features, next, mask graph.Node) graph.Node {
	shape := features.Shape()
	n, c, c2 := shape[0]*shape[1], shape[2], next.Shape()[2]
	if next.Shape()[0] != shape[0] || next.Shape()[1] != shape[1] {
		next = b.ResizeBilinear(next, shape[0], shape[1])
	}
	first, factor := l.prepared(b, features, mask)
	second, _ := l.prepared(b, next, mask)
	product := b.MatMul(b.Transpose(b.Reshape(first, n, c)), b.Reshape(second, n, c2))
	return l.divided(b, b.Scale(product, factor/l.channels(math.Sqrt(float64(c)*float64(c2)))), mask)
}

// prepared returns features centred and weighted as the loss has them, and the factor of a
// product of two such without a mask.
func (l *Loss) prepared(b *graph.Builder, features, mask graph.Node) (weighted graph.Node, factor float64) {
	shape := features.Shape()
	if l.c.Centred {
		features = b.Sub(features, mean(b, features, mask))
	}
	switch {
	case mask.Valid():
		return b.Mul(features, mask), 1
	case l.c.Per == "none":
		return features, 1
	}
	return features, 1 / float64(shape[0]*shape[1])
}

// channels returns what a matrix of so many channels is divided by besides positions.
func (l *Loss) channels(n float64) float64 {
	if l.c.Per == "positions" || l.c.Per == "none" {
		return 1
	}
	return n
}

// divided returns a matrix of weighted features divided by the region's positions.
func (l *Loss) divided(b *graph.Builder, matrix, mask graph.Node) graph.Node {
	if !mask.Valid() || l.c.Per == "none" {
		return matrix
	}
	return b.Div(matrix, framework.Area(b, b.Square(mask)))
}

// mean returns the mean of each channel, [1, 1, C], over positions weighted by the square of
// mask.
func mean(b *graph.Builder, features, mask graph.Node) graph.Node {
	if !mask.Valid() {
		return b.MeanAlong(features, 0, 1)
	}
	square := b.Square(mask)
	return b.Div(b.SumAlong(b.Mul(features, square), 0, 1), framework.Area(b, square))
}
