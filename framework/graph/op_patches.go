package graph

import "fmt"

// Patches returns the squares of size×size positions of x as rows, each row by row with its
// channels last. They begin at rows and columns 0, stride, 2·stride, …, and the last ones end
// at the last row and column, so that each position is in a patch if stride ≤ size.
//
// Shapes: [H W C] → [N size·size·C], N = (⌈(H−size)/stride⌉ + 1)·(⌈(W−size)/stride⌉ + 1)
func (b *Builder) Patches(x Node, size, stride int) Node {
	s := x.Shape()
	k := patches{p: b.Parallel(), size: size}
	var out Shape
	var err error
	switch {
	case len(s) != 3:
		err = fmt.Errorf("input %v, want [H W C]", s)
	case size < 1 || stride < 1:
		err = fmt.Errorf("a size of %d and a stride of %d", size, stride)
	case s[0] < size || s[1] < size:
		err = fmt.Errorf("%d×%d positions are less than a patch of %d×%d", s[0], s[1], size, size)
	default:
		k.w, k.c = s[1], s[2]
		k.rows, k.columns = PatchStarts(s[0], size, stride), PatchStarts(s[1], size, stride)
		out = Shape{len(k.rows) * len(k.columns), size * size * k.c}
	}
	return b.Apply(Function{
		Name:   "patches",
		Shape:  func([]Shape) (Shape, error) { return out, err },
		Single: patchesKernel[float32]{k},
		Double: patchesKernel[float64]{k},
		Needs:  NeedsNothing,
	}, x)
}

// PatchStarts returns where the patches of Patches begin along a side of n ≥ size positions.
func PatchStarts(n, size, stride int) (starts []int) {
	for at := 0; at < n-size; at += stride {
		starts = append(starts, at)
	}
	return append(starts, n-size)
}

// patches has the width and channels of the input, and where patches begin.
type patches struct {
	p             Parallel
	size, w, c    int
	rows, columns []int
}

type patchesKernel[T Float] struct{ patches }

func (k patchesKernel[T]) Forward(dst []T, in [][]T) {
	run := k.size * k.c // adjacent in both
	k.p.copyRuns(len(k.rows)*len(k.columns), k.size*run, func(i, n int) {
		top, left := k.rows[i/len(k.columns)], k.columns[i%len(k.columns)]
		for y := range k.size {
			copy(dst[i*n+y*run:][:run], in[0][((top+y)*k.w+left)*k.c:])
		}
	})
}

// Backward adds up, for each row of the input, the patches that it is in.
func (k patchesKernel[T]) Backward(dIn []T, _ int, dOut []T, _ [][]T, _ []T) {
	run, row := k.size*k.c, k.w*k.c
	k.p.copyRuns(len(dIn)/row, row, func(y, n int) {
		d := dIn[y*n:][:n]
		clear(d)
		for i, top := range k.rows {
			if y < top || y >= top+k.size {
				continue
			}
			for j, left := range k.columns {
				from := dOut[((i*len(k.columns)+j)*k.size+y-top)*run:][:run]
				to := d[left*k.c:][:run]
				for c, v := range from {
					to[c] += v
				}
			}
		}
	})
}
