package graph

import "fmt"

// Gather returns rows of x: row i of the result is row index[i]. The index is a node, a
// constant or the result of ArgMaxAlong, to look up nearest neighbours for example; it has
// no gradient. Rows may be repeated or omitted.
//
// Shapes: [N …], index [M] → [M …]
func (b *Builder) Gather(x, index Node) Node {
	return b.gather("gather", x, index, func(s, i Shape) (Shape, int) {
		if len(s) == 0 || len(i) != 1 {
			return nil, 0
		}
		return append(Shape{i[0]}, s[1:]...), s[1:].Len()
	})
}

// GatherEach returns elements of x: element [i, j] of the result is x[index[i, j], j],
// where j runs over all axes after the first. With the result of ArgSort it sorts x, or
// puts it in the order of another tensor.
//
// Shapes: [N …], index [M …] → [M …]
func (b *Builder) GatherEach(x, index Node) Node {
	return b.gather("gather each", x, index, func(s, i Shape) (Shape, int) {
		if len(s) == 0 || len(i) != len(s) || !i[1:].Equal(s[1:]) {
			return nil, 0
		}
		return i, 1
	})
}

// gather implements both: fit returns the result's shape, or nil, and the number of
// columns per index.
func (b *Builder) gather(name string, x, index Node, fit func(x, index Shape) (Shape, int)) Node {
	s, i := x.Shape(), index.Shape()
	out, each := fit(s, i)
	var err error
	k := gather{p: b.Parallel(), each: each}
	if out == nil {
		err = fmt.Errorf("input %v and index %v do not fit", s, i)
	} else {
		k.n, k.columns = s[0], s[1:].Len()
		if err = fitsIndex(s, k.n); err == nil && index.b == b {
			err = k.checkConstant(b.nodes[index.id])
		}
	}
	return b.Apply(Function{
		Name:   name,
		Shape:  func([]Shape) (Shape, error) { return out, err },
		Single: gatherKernel[float32]{k},
		Double: gatherKernel[float64]{k},
		Needs:  NeedsInputs,
	}, x, index)
}

// gather reads from [n, columns]; each group of `each` columns, one or all, shares an index.
type gather struct {
	p                Parallel
	n, columns, each int
}

// checkConstant returns an error for a constant index that is out of range.
func (g gather) checkConstant(index node) error {
	if index.kind != constant || index.constant.unknown() {
		return nil
	}
	for _, v := range index.constant.Float64s() {
		if rowOf(v, g.n) < 0 {
			return g.noRow(v)
		}
	}
	return nil
}

func (g gather) noRow(index float64) error {
	return fmt.Errorf("index %g: want an integer from 0 to %d", index, g.n-1)
}

// rowOf returns the row of an index, or −1 if it is not one of n rows.
func rowOf[T Float](index T, n int) int {
	if i := int(index); uint(i) < uint(n) && T(i) == index {
		return i
	}
	return -1
}

type gatherKernel[T Float] struct{ gather }

func (k gatherKernel[T]) Forward(dst []T, in [][]T) {
	x, index := in[0], in[1]
	perRow := k.columns / k.each // indices
	k.p.copyRuns(len(index)/perRow, k.columns, func(r, n int) {
		row := dst[r*n:][:n]
		for i, v := range index[r*perRow:][:perRow] {
			from := rowOf(v, k.n)
			if from < 0 {
				panic(k.noRow(float64(v)).Error())
			}
			if k.each == 1 {
				row[i] = x[from*n+i]
			} else {
				copy(row, x[from*n:])
			}
		}
	})
}

// Backward adds up repeated rows in the order of the result. Each task has its own
// columns, a cache line of them if there are many.
func (k gatherKernel[T]) Backward(dIn []T, wrt int, dOut []T, in [][]T, _ []T) {
	k.p.For(len(dIn), strip, func(from, to int) { clear(dIn[from:to]) })
	if wrt == 1 {
		return // positions have no gradient
	}
	index, columns := in[1], k.columns
	k.p.For(columns, 16, func(from, to int) {
		for r := range len(dOut) / columns {
			row := dOut[r*columns:][:columns]
			if k.each == 1 {
				at := index[r*columns:][:columns]
				for c := from; c < to; c++ {
					dIn[int(at[c])*columns+c] += row[c]
				}
				continue
			}
			sum := dIn[int(index[r])*columns:][:columns]
			for c := from; c < to; c++ {
				sum[c] += row[c]
			}
		}
	})
}
