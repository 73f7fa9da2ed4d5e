package graph_test

import (
	"context"
	"errors"
	"fmt"

	"runexp/framework/graph"
)

// The mean of the squares, and its gradient 2x/n.
func ExampleBuilder() {
	b := graph.NewDoubleBuilder()
	x := b.Variable(2, 2)
	total := b.Mean(b.Square(x))
	program, err := b.CompileGradient(total)
	if err != nil {
		fmt.Println(err)
		return
	}
	err = program.Run(context.Background(), graph.Double(graph.Shape{2, 2}, []float64{1, 2, 3, 4}))
	fmt.Println(program.Scalar(total), program.Gradient().Double, err)
	// Output: 7.5 [0.5 1 1.5 2] <nil>
}

// After the first error the methods do nothing; Compile returns it.
func ExampleBuilder_Err() {
	b := graph.NewDoubleBuilder()
	sum := b.Add(b.Variable(2, 2), b.Constant("target", graph.Double(graph.Shape{3}, []float64{1, 2, 3})))
	_, err := b.Compile(b.Mean(sum))
	fmt.Println(sum.Valid(), err)
	// Output: false add: shapes [2 2] and [3] do not fit: one must broadcast to the other
}

// cube is an operation that no Builder method expresses, in either precision.
type cube[T graph.Float] struct{}

func (cube[T]) Forward(dst []T, in [][]T) {
	for i, v := range in[0] {
		dst[i] = v * v * v
	}
}

func (cube[T]) Backward(dIn []T, _ int, dOut []T, in [][]T, _ []T) {
	for i, v := range in[0] {
		dIn[i] = 3 * v * v * dOut[i]
	}
}

func ExampleBuilder_Apply() {
	b := graph.NewDoubleBuilder()
	x := b.Variable(2)
	total := b.Sum(b.Apply(graph.Function{
		Name: "cube",
		Shape: func(in []graph.Shape) (graph.Shape, error) {
			if len(in) != 1 {
				return nil, errors.New("it takes one input")
			}
			return in[0], nil
		},
		Single: cube[float32]{},
		Double: cube[float64]{},
		Needs:  graph.NeedsInputs,
	}, x))
	program, err := b.CompileGradient(total)
	if err != nil {
		fmt.Println(err)
		return
	}
	err = program.Run(context.Background(), graph.Double(graph.Shape{2}, []float64{1, 2}))
	fmt.Println(program.Scalar(total), program.Gradient().Double, err)
	// Output: 9 [3 12] <nil>
}
