package w2

import (
	"fmt"

	"runexp/framework/graph"
)

// square returns the shape of the first input, which must be a square matrix.
func square(in []graph.Shape) (graph.Shape, error) {
	if s := in[0]; len(s) != 2 || s[0] != s[1] {
		return nil, fmt.Errorf("input %v, want [C C]", s)
	}
	return in[0], nil
}

// scalar is the Shape of what returns a number of a square matrix.
func scalar(in []graph.Shape) (graph.Shape, error) {
	_, err := square(in)
	return graph.Shape{}, err
}

// plusDiagonal returns scale·x + value·I, for a square x.
func plusDiagonal(b *graph.Builder, x graph.Node, scale, value float64) graph.Node {
	return b.Apply(graph.Function{
		Name: "plus diagonal", Shape: square, Needs: graph.NeedsNothing,
		Single: diagonalKernel[float32]{scale, value},
		Double: diagonalKernel[float64]{scale, value},
	}, x)
}

type diagonalKernel[T graph.Float] struct{ scale, value float64 }

func (k diagonalKernel[T]) Forward(dst []T, in [][]T) {
	for i, v := range in[0] {
		dst[i] = T(k.scale * float64(v))
	}
	for i, step := 0, stride(len(dst)); i < len(dst); i += step {
		dst[i] = T(k.scale*float64(in[0][i]) + k.value)
	}
}

func (k diagonalKernel[T]) Backward(dIn []T, _ int, dOut []T, _ [][]T, _ []T) {
	for i, d := range dOut {
		dIn[i] = T(k.scale * float64(d))
	}
}

// stride is the distance of the diagonal's elements in a square matrix of n elements.
func stride(n int) int {
	c := 1
	for c*c < n {
		c++
	}
	return c + 1
}

// trace returns the sum of a square matrix's diagonal.
func trace(b *graph.Builder, x graph.Node) graph.Node {
	return b.Apply(graph.Function{
		Name: "trace", Shape: scalar, Needs: graph.NeedsNothing,
		Single: traceKernel[float32]{}, Double: traceKernel[float64]{},
	}, x)
}

type traceKernel[T graph.Float] struct{}

func (traceKernel[T]) Forward(dst []T, in [][]T) {
	sum := 0.0
	for i, step := 0, stride(len(in[0])); i < len(in[0]); i += step {
		sum += float64(in[0][i])
	}
	dst[0] = T(sum)
}

func (traceKernel[T]) Backward(dIn []T, _ int, dOut []T, _ [][]T, _ []T) {
	clear(dIn)
	for i, step := 0, stride(len(dIn)); i < len(dIn); i += step {
		dIn[i] = dOut[0]
	}
}

// withGradient returns the scalar value, as a function of x whose gradient is gradient, of
// x's shape. Only x may depend on the variable.
func withGradient(b *graph.Builder, value, x, gradient graph.Node) graph.Node {
	return b.Apply(graph.Function{
		Name: "with gradient", Needs: graph.NeedsInputs,
		Shape: func(in []graph.Shape) (graph.Shape, error) {
			if len(in[0]) != 0 || !in[1].Equal(in[2]) {
				return nil, fmt.Errorf("shapes %v, want a scalar and two that are equal", in)
			}
			return graph.Shape{}, nil
		},
		Single: gradientKernel[float32]{}, Double: gradientKernel[float64]{},
	}, value, x, gradient)
}

type gradientKernel[T graph.Float] struct{}

func (gradientKernel[T]) Forward(dst []T, in [][]T) { dst[0] = in[0][0] }

func (gradientKernel[T]) Backward(dIn []T, _ int, dOut []T, in [][]T, _ []T) {
	for i, g := range in[2] {
		dIn[i] = T(float64(dOut[0]) * float64(g))
	}
}
