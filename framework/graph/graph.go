// Package graph records differentiable operations and runs them.
//
// A Builder records operations on Nodes; Compile turns the expression of the requested
// nodes into a Program. Differentiation and execution are Gorgonia's
// (gorgonia.org/gorgonia); this package is its only user and works around its pitfalls,
// which traps_test.go demonstrates. docs/design/003-program.md explains how.
//
// # Broadcasting
//
// An operation on two tensors, such as Add, takes equal shapes, or one that broadcasts to
// the other: compared from the last axis back, each of its sizes is equal to the other's,
// or is 1 or missing and is repeated. The repeated axes must be adjacent. So a scalar [],
// a row [C], a column [N 1], the means [1 1 C] of channels and the weights [H W 1] of
// pixels broadcast to [N C] or [H W C]. The result has the larger shape: two tensors never
// stretch each other. The gradient of a repeated operand is summed in double precision.
package graph

import (
	"fmt"
	"slices"
	"strings"

	"runexp/framework/compute"
)

// Float is the type of a tensor's elements.
type Float = compute.Float

// A Shape is the sizes of a tensor's axes, slowest first: [H, W, C] for an image or its
// features, [C, C] for a Gram matrix, [] for a scalar.
type Shape []int

// Len returns the number of elements; 1 for a scalar.
func (s Shape) Len() int {
	n := 1
	for _, d := range s {
		n *= d
	}
	return n
}

// Equal reports whether s and t have the same sizes.
func (s Shape) Equal(t Shape) bool { return slices.Equal(s, t) }

func (s Shape) String() string {
	parts := make([]string, len(s))
	for i, d := range s {
		parts[i] = fmt.Sprint(d)
	}
	return "[" + strings.Join(parts, " ") + "]"
}

// A Node represents a tensor that a Program computes. It belongs to one Builder and must
// not be passed to another. The zero Node is the result of a failed operation; operations
// on it do nothing.
type Node struct {
	b  *Builder
	id int
}

// Valid reports whether the operation that made n succeeded.
func (n Node) Valid() bool { return n.b != nil }

// Shape returns the node's shape, nil for an invalid node.
func (n Node) Shape() Shape {
	if !n.Valid() {
		return nil
	}
	return slices.Clone(n.b.nodes[n.id].shape)
}

// A Tensor is a shape with its elements, in single or in double precision: one
// of the two slices is nil.
type Tensor struct {
	Shape  Shape
	Single []float32
	Double []float64
}

// Single returns a tensor over data, which it does not copy.
func Single(shape Shape, data []float32) Tensor { return Tensor{Shape: shape, Single: data} }

// Double returns a tensor over data, which it does not copy.
func Double(shape Shape, data []float64) Tensor { return Tensor{Shape: shape, Double: data} }

// unknown reports whether t has no elements.
func (t Tensor) unknown() bool { return t.Single == nil && t.Double == nil }

// Clone returns a deep copy.
func (t Tensor) Clone() Tensor {
	return Tensor{slices.Clone(t.Shape), slices.Clone(t.Single), slices.Clone(t.Double)}
}

// Float64s returns the elements in double precision, converted if necessary.
func (t Tensor) Float64s() []float64 {
	if t.Double != nil {
		return t.Double
	}
	out := make([]float64, len(t.Single))
	convert(out, t.Single)
	return out
}

// copyTo writes t's elements into dst, converted if necessary.
func copyTo[T Float](dst []T, t Tensor) {
	if t.Double != nil {
		convert(dst, t.Double)
	} else {
		convert(dst, t.Single)
	}
}

// convert copies src to dst in dst's precision.
func convert[D, S Float](dst []D, src []S) {
	for i, v := range src {
		dst[i] = D(v)
	}
}

// tensorOf wraps data in a Tensor of its own precision.
func tensorOf[T Float](shape Shape, data []T) Tensor {
	switch data := any(data).(type) {
	case []float32:
		return Single(shape, data)
	case []float64:
		return Double(shape, data)
	}
	panic("unreachable: T is float32 or float64")
}

// A Filter is a frozen convolution. A backbone makes one per layer, which all its graphs
// share.
type Filter = compute.Filter

// A Pool is a pooling window.
type Pool = compute.Pool
