package graph

import "fmt"

// Subsample returns a regular grid of x's positions, every stride-th in both directions,
// from the offset (⌊stride·u₀⌋, ⌊stride·u₁⌋) on:
//
//	y[i, j] = x[stride·i + ⌊stride·u₀⌋, stride·j + ⌊stride·u₁⌋]
//
// with u in [0, 1), Draws(2) for a random offset. There are as many for every u; a side
// shorter than stride has one, at the offset or the last position. u has no gradient.
//
// Shapes: [H W C], u [2] → [H/stride W/stride C], rounded down, at least 1
func (b *Builder) Subsample(x, u Node, stride int) Node {
	s := x.Shape()
	var err error
	var out Shape
	switch {
	case len(s) != 3 || !u.Shape().Equal(Shape{2}):
		err = fmt.Errorf("input %v and offset %v, want [H W C] and [2]", s, u.Shape())
	case stride < 1:
		err = fmt.Errorf("a stride of %d", stride)
	default:
		out = Shape{max(s[0]/stride, 1), max(s[1]/stride, 1), s[2]}
	}
	k := subsample{b.Parallel(), s, out, stride}
	return b.Apply(Function{
		Name:   "subsample",
		Shape:  func([]Shape) (Shape, error) { return out, err },
		Single: subsampleKernel[float32]{k},
		Double: subsampleKernel[float64]{k},
		Needs:  NeedsInputs,
	}, x, u)
}

type subsample struct {
	p       Parallel
	in, out Shape
	stride  int
}

type subsampleKernel[T Float] struct{ subsample }

// each calls f with each position of the result and of the input it is.
func (k subsampleKernel[T]) each(u []T, f func(to, from, channels int)) {
	offset := func(axis int) int {
		at := int(float64(u[axis]) * float64(k.stride))
		return min(max(at, 0), k.stride-1, k.in[axis]-1)
	}
	top, left := offset(0), offset(1)
	k.p.copyRuns(k.out[0]*k.out[1], k.out[2], func(i, channels int) {
		row, column := i/k.out[1]*k.stride+top, i%k.out[1]*k.stride+left
		f(i*channels, (row*k.in[1]+column)*channels, channels)
	})
}

func (k subsampleKernel[T]) Forward(dst []T, in [][]T) {
	k.each(in[1], func(to, from, channels int) { copy(dst[to:][:channels], in[0][from:]) })
}

func (k subsampleKernel[T]) Backward(dIn []T, wrt int, dOut []T, in [][]T, _ []T) {
	k.p.For(len(dIn), strip, func(from, to int) { clear(dIn[from:to]) })
	if wrt == 1 {
		return
	}
	k.each(in[1], func(to, from, channels int) { copy(dIn[from:][:channels], dOut[to:]) })
}
