package graph

import (
	"fmt"

	"runexp/framework/compute"
)

// Affine returns m·p + bias for every pixel p of x, [H, W, 3]: a change of
// colour space, order or scale.
//
// Shapes: [H W 3] → [H W 3]
func (b *Builder) Affine(x Node, m [3][3]float64, bias [3]float64) Node {
	return b.Apply(Function{
		Name: "affine",
		Shape: func(in []Shape) (Shape, error) {
			if len(in[0]) != 3 || in[0][2] != 3 {
				return nil, fmt.Errorf("input %v, want [H W 3]", in[0])
			}
			return in[0], nil
		},
		Single: affineKernel[float32]{b.single, m, bias},
		Double: affineKernel[float64]{b.double, m, bias},
		Needs:  NeedsNothing,
	}, x)
}

type affineKernel[T Float] struct {
	k    compute.Kernels[T]
	m    [3][3]float64
	bias [3]float64
}

func (a affineKernel[T]) Forward(dst []T, in [][]T) { a.k.Affine(dst, in[0], a.m, a.bias) }

func (a affineKernel[T]) Backward(dIn []T, _ int, dOut []T, _ [][]T, _ []T) {
	a.k.AffineBackward(dIn, dOut, a.m)
}

// AbsDifferences returns the scalar wy·Σ|x[y+1] − x[y]| + wx·Σ|x[x+1] − x[x]|
// over x, [H, W, C]: anisotropic total variation. sign(0) = 0 in the gradient.
//
// Shapes: [H W C] → []
func (b *Builder) AbsDifferences(x Node, wy, wx float64) Node {
	shape := x.Shape()
	return b.Apply(Function{
		Name: "absolute differences",
		Shape: func(in []Shape) (Shape, error) {
			if len(in[0]) != 3 {
				return nil, fmt.Errorf("input %v, want [H W C]", in[0])
			}
			return Shape{}, nil
		},
		Single: absDifferences[float32]{b.single, shape, wy, wx},
		Double: absDifferences[float64]{b.double, shape, wy, wx},
		Needs:  NeedsInputs,
	}, x)
}

type absDifferences[T Float] struct {
	k      compute.Kernels[T]
	shape  Shape
	wy, wx float64
}

func (a absDifferences[T]) Forward(dst []T, in [][]T) {
	dy, dx := a.k.AbsDifferences(in[0], a.shape[0], a.shape[1], a.shape[2])
	dst[0] = T(a.wy*dy + a.wx*dx)
}

func (a absDifferences[T]) Backward(dIn []T, _ int, dOut []T, in [][]T, _ []T) {
	d := float64(dOut[0])
	a.k.AbsDifferencesBackward(dIn, in[0], a.shape[0], a.shape[1], a.shape[2], d*a.wy, d*a.wx)
}
