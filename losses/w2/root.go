package w2

import "runexp/framework/graph"

// steps is how many steps of its iterations a root and its gradient take. It is crowsonkb's.
const steps = 12

// root returns the square root of a positive definite a, [C, C], by the coupled iteration of
// Newton and Schulz: with Y₀ = a/‖a‖ and Z₀ = I
//
//	T = (3I − Z·Y)/2,  Y ← Y·T,  Z ← T·Z
//
// Y converges to (a/‖a‖)^½, where eigenvalues are not small beside ‖a‖, the root of the sum
// of squares. a must be a constant, detached if it is not: the iteration is not meant to be
// differentiated.
func root(b *graph.Builder, a graph.Node) graph.Node {
	length := norm(b, a)
	y := b.Div(a, length)
	var z graph.Node
	for i := range steps {
		product := y // Z₀·Y₀
		if i > 0 {
			product = b.MatMul(z, y)
		}
		t := plusDiagonal(b, product, -0.5, 1.5)
		switch y = b.MatMul(y, t); {
		case i == 0:
			z = t
		case i < steps-1:
			z = b.MatMul(t, z)
		}
	}
	return b.Mul(y, b.Sqrt(length))
}

// traceOfRoot returns tr(a^½) for a positive definite a. The gradient of a root Z for dZ is
// the X that solves Z·X + X·Z = dZ; here dZ = I. It is by the iteration that Lin and Maji
// take for it (2017, arXiv:1707.06772): with A₀ = Z/‖Z‖ and Q₀ = I/‖Z‖
//
//	Q ← (Q·(3I − A²) − A·(A·Q − Q·A))/2,  A ← A·(3I − A²)/2
//
// and X = Q/2. As Q is a polynomial of A, the two commute and the middle part is 0.
func traceOfRoot(b *graph.Builder, a graph.Node) graph.Node {
	z := root(b, b.Detach(a))
	length := norm(b, z)
	current := b.Div(z, length)
	var q graph.Node
	for i := range steps {
		t := plusDiagonal(b, b.MatMul(current, current), -0.5, 1.5)
		if i == 0 {
			q = b.Div(t, length) // Q₀·T
		} else {
			q = b.MatMul(q, t)
		}
		if i < steps-1 {
			current = b.MatMul(current, t)
		}
	}
	return withGradient(b, trace(b, z), a, b.Scale(q, 0.5))
}

// norm returns the root of the sum of squares, as a scalar.
func norm(b *graph.Builder, a graph.Node) graph.Node { return b.Sqrt(b.Sum(b.Square(a))) }
