package graph

import (
	"fmt"

	"runexp/framework/compute"
)

// MatMul returns the matrix product x·y. A Transpose of x or y is fused, not computed; use
// Reshape to make features [H W C] a matrix.
//
// Shapes: [M K], [K N] → [M N]
func (b *Builder) MatMul(x, y Node) Node {
	x, xT := b.untransposed(x)
	y, yT := b.untransposed(y)
	k := matMul{xT: xT, yT: yT}
	return b.Apply(Function{
		Name: "matmul",
		Shape: func(in []Shape) (Shape, error) {
			shapes := [2]Shape{}
			for i, t := range [2]bool{xT, yT} {
				shapes[i] = in[i]
				if t {
					shapes[i] = Shape{in[i][1], in[i][0]}
				}
			}
			if len(shapes[0]) != 2 || len(shapes[1]) != 2 || shapes[0][1] != shapes[1][0] {
				return nil, fmt.Errorf("shapes %v and %v do not fit: want [M K] and [K N]", shapes[0], shapes[1])
			}
			return Shape{shapes[0][0], shapes[1][1]}, nil
		},
		Single: matMulKernel[float32]{b.single, k.sized(x, y)},
		Double: matMulKernel[float64]{b.double, k.sized(x, y)},
		Needs:  NeedsInputs,
	}, x, y)
}

// untransposed returns the matrix that n is the transpose of, if it is one.
func (b *Builder) untransposed(n Node) (Node, bool) {
	if n.b != b || b.err != nil {
		return n, false
	}
	t, ok := b.nodes[n.id].fn.Single.(transposeKernel[float32])
	if !ok || !t.forward.swaps {
		return n, false
	}
	return Node{b, b.nodes[n.id].in[0]}, true
}

// matMul is the product of x [rows, depth] and y [depth, columns], each stored
// transposed or not.
type matMul struct {
	rows, depth, columns int
	xT, yT               bool
}

// sized returns k with the sizes of x and y; MatMul's Shape checks that they fit.
func (k matMul) sized(x, y Node) matMul {
	s, t := x.Shape(), y.Shape()
	if len(s) != 2 || len(t) != 2 {
		return k
	}
	k.rows, k.depth, k.columns = s[0], s[1], t[1]
	if k.xT {
		k.rows, k.depth = k.depth, k.rows
	}
	if k.yT {
		k.columns = t[0]
	}
	return k
}

type matMulKernel[T Float] struct {
	k compute.Kernels[T]
	matMul
}

func (m matMulKernel[T]) Forward(dst []T, in [][]T) {
	m.k.MatMul(dst, in[0], in[1], m.rows, m.depth, m.columns, m.xT, m.yT)
}

// Backward writes D·yᵀ for x and xᵀ·D for y, D being dOut, transposed if x or y is stored
// transposed.
func (m matMulKernel[T]) Backward(dIn []T, wrt int, dOut []T, in [][]T, _ []T) {
	x, y := in[0], in[1]
	switch {
	case wrt == 0 && !m.xT:
		m.k.MatMul(dIn, dOut, y, m.rows, m.columns, m.depth, false, !m.yT)
	case wrt == 0:
		m.k.MatMul(dIn, y, dOut, m.depth, m.columns, m.rows, m.yT, true)
	case !m.yT:
		m.k.MatMul(dIn, x, dOut, m.depth, m.rows, m.columns, !m.xT, false)
	default:
		m.k.MatMul(dIn, dOut, x, m.columns, m.rows, m.depth, true, m.xT)
	}
}

func (m matMulKernel[T]) arithmetic(bool) (direct, real float64) {
	direct = 2 * float64(m.rows) * float64(m.depth) * float64(m.columns)
	return direct, direct
}
