package graph

import (
	"fmt"

	"runexp/framework/compute"
)

// Gram returns scale·FᵀF, [C, C], of x = F, [H, W, C] reshaped to [H·W, C]: the
// correlations of the channels, in units of F².
//
// Shapes: [H W C] → [C C]
func (b *Builder) Gram(x Node, scale float64) Node {
	return b.Apply(Function{
		Name: "gram",
		Shape: func(in []Shape) (Shape, error) {
			if len(in[0]) != 3 {
				return nil, fmt.Errorf("input %v, want [H W C]", in[0])
			}
			return Shape{in[0][2], in[0][2]}, nil
		},
		Single: gramKernel[float32]{b.single, x.Shape(), scale},
		Double: gramKernel[float64]{b.double, x.Shape(), scale},
		Needs:  NeedsInputs,
	}, x)
}

type gramKernel[T Float] struct {
	k     compute.Kernels[T]
	shape Shape
	scale float64
}

func (g gramKernel[T]) Forward(dst []T, in [][]T) {
	g.k.Gram(dst, in[0], g.shape[0]*g.shape[1], g.shape[2], g.scale)
}

func (g gramKernel[T]) Backward(dIn []T, _ int, dOut []T, in [][]T, _ []T) {
	g.k.GramBackward(dIn, dOut, in[0], g.shape[0]*g.shape[1], g.shape[2], g.scale, false)
}

func (g gramKernel[T]) addBackward(dIn []T, _ int, dOut []T, in [][]T, _ []T) {
	g.k.GramBackward(dIn, dOut, in[0], g.shape[0]*g.shape[1], g.shape[2], g.scale, true)
}

// convGram is Gram of Conv, without computing Conv.
func convGram(single compute.Kernels[float32], double compute.Kernels[float64], f *compute.Filter, in Shape, scale float64) Function {
	h, w := planeSize(in)
	return Function{
		Name:   "gram of conv",
		Shape:  func([]Shape) (Shape, error) { return Shape{f.Out, f.Out}, nil },
		Single: convGramKernel[float32]{single, f, h, w, scale},
		Double: convGramKernel[float64]{double, f, h, w, scale},
		Needs:  NeedsInputs,
	}
}

type convGramKernel[T Float] struct {
	k     compute.Kernels[T]
	f     *compute.Filter
	h, w  int
	scale float64
}

func (g convGramKernel[T]) Forward(dst []T, in [][]T) {
	g.k.ConvGram(dst, in[0], g.h, g.w, g.f, g.scale)
}

func (g convGramKernel[T]) Backward(dIn []T, _ int, dOut []T, in [][]T, _ []T) {
	g.k.ConvGramBackward(dIn, dOut, in[0], g.h, g.w, g.f, g.scale, false)
}

func (g convGramKernel[T]) addBackward(dIn []T, _ int, dOut []T, in [][]T, _ []T) {
	g.k.ConvGramBackward(dIn, dOut, in[0], g.h, g.w, g.f, g.scale, true)
}

// MSE returns the scalar mean((x − y)²) over all elements.
//
// Shapes: x, y of equal shape → []
func (b *Builder) MSE(x, y Node) Node {
	return b.Apply(Function{
		Name: "mean squared error",
		Shape: func(in []Shape) (Shape, error) {
			_, err := sameShape(in)
			return Shape{}, err
		},
		Single: mse[float32]{b.single},
		Double: mse[float64]{b.double},
		Needs:  NeedsInputs,
	}, x, y)
}

type mse[T Float] struct{ k compute.Kernels[T] }

func (m mse[T]) Forward(dst []T, in [][]T) {
	dst[0] = T(m.k.SquaredError(in[0], in[1]) / float64(len(in[0])))
}

func (m mse[T]) Backward(dIn []T, wrt int, dOut []T, in [][]T, _ []T) {
	m.k.SquaredErrorBackward(dIn, in[wrt], in[1-wrt], float64(dOut[0])/float64(len(dIn)))
}
