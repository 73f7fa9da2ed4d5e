package hypercolumn

import "runexp/framework/graph"

// noLength is added to squared lengths, in squared units of features, so that a row of zeros
// stays one.
const noLength = 1e-12

// Directions returns the rows of x, [N C], with length 1: a product of two is the cosine of
// their angle.
func Directions(b *graph.Builder, x graph.Node) graph.Node {
	return b.Div(x, b.Sqrt(b.Add(b.SumAlong(b.Square(x), 1), b.Number(noLength))))
}

// RelaxedEMD returns the relaxed earth mover's distance of the rows of x, [N C], and y, [M C],
//
//	max(1/N Σ_i min_j D_ij, 1/M Σ_j min_i D_ij)
//
// where cost returns D of pairs of rows, [K 1] for two [K C], and nearness, [N M], is larger
// where D is smaller. It is a lower bound of the earth mover's distance, which moves all rows
// of one to all of the other. Only the costs of the nearest pairs have a gradient, that of the
// minimum: nearness needs none, and the gradient of a matrix [N M] is not computed.
func RelaxedEMD(b *graph.Builder, x, y, nearness graph.Node, cost func(x, y graph.Node) graph.Node) graph.Node {
	of := func(axis int) graph.Node {
		nearest := b.ArgMaxAlong(nearness, axis)
		return b.Reshape(nearest, nearest.Shape().Len())
	}
	there := b.Mean(cost(x, b.Gather(y, of(1))))
	back := b.Mean(cost(b.Gather(x, of(0)), y))
	return b.Max(there, back)
}
