package graph

// NormalizeGradient returns x, and divides the gradient through it by the sum of its
// absolute values:
//
//	dx = weight · dy / (Σ|dy| + 1e-8)
//
// The result is not the derivative of any total. Johnson's neural-style (2015) does so at
// each layer of a loss.
//
// Shapes: x → the same
func (b *Builder) NormalizeGradient(x Node, weight float64) Node {
	return b.Apply(Function{
		Name:   "normalize gradient",
		Shape:  sameShape,
		Single: normalizeKernel[float32]{weight},
		Double: normalizeKernel[float64]{weight},
		Needs:  NeedsNothing,
	}, x)
}

type normalizeKernel[T Float] struct{ weight float64 }

func (normalizeKernel[T]) Forward(dst []T, in [][]T) { copy(dst, in[0]) }

// vanishing prevents a division by 0 for a gradient of 0.
const vanishing = 1e-8

func (k normalizeKernel[T]) Backward(dIn []T, _ int, dOut []T, _ [][]T, _ []T) {
	sum := vanishing
	for _, d := range dOut {
		sum += max(float64(d), -float64(d))
	}
	for i, d := range dOut {
		dIn[i] = T(k.weight / sum * float64(d))
	}
}
