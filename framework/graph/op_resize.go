package graph

import (
	"fmt"

	"runexp/framework/imaging"
)

// Resize returns x resized to h rows of w pixels by the antialiased bicubic of
// imaging.Resample (Pillow's BICUBIC): first along rows, then along columns. Values may
// overshoot the range of x.
//
// Shapes: [H W C] → [h w C]
func (b *Builder) Resize(x Node, h, w int) Node { return b.resize(imaging.CubicWindows, x, h, w) }

// ResizeBilinear returns x resized to h rows of w pixels by imaging.ResampleBilinear
// (PyTorch's interpolate, bilinear): without antialiasing, and within the range of x.
//
// Shapes: [H W C] → [h w C]
func (b *Builder) ResizeBilinear(x Node, h, w int) Node {
	return b.resize(imaging.LinearWindows, x, h, w)
}

// ResizeCorners returns x resized to h rows of w pixels bilinearly, without antialiasing, so
// that the corner pixels keep their values: imaging.CornerWindows (PyTorch's interpolate,
// bilinear, align_corners).
//
// Shapes: [H W C] → [h w C]
func (b *Builder) ResizeCorners(x Node, h, w int) Node {
	return b.resize(imaging.CornerWindows, x, h, w)
}

func (b *Builder) resize(windows func(n, n2 int) []imaging.Window, x Node, h, w int) Node {
	s := x.Shape()
	var k resize
	var out Shape
	var err error
	switch {
	case len(s) != 3:
		err = fmt.Errorf("input %v, want [H W C]", s)
	case h < 1 || w < 1:
		err = fmt.Errorf("input %v cannot be resized to %d×%d", s, h, w)
	default:
		k, out = newResize(b.Parallel(), s, windows(s[0], h), windows(s[1], w)), Shape{h, w, s[2]}
	}
	return b.Apply(Function{
		Name:   "resize",
		Shape:  func([]Shape) (Shape, error) { return out, err },
		Single: &resizeKernel[float32]{resize: k},
		Double: &resizeKernel[float64]{resize: k},
		Needs:  NeedsNothing,
	}, x)
}

// resize is two passes, each along the axis n of [outer, n, inner].
type resize struct {
	rows, columns pass
}

// pass makes [outer, len(forward), inner] of [outer, len(backward), inner].
type pass struct {
	p                 Parallel
	outer, inner      int
	forward, backward []imaging.Window
}

func newResize(p Parallel, s Shape, columns, rows []imaging.Window) resize {
	return resize{
		rows:    pass{p, s[0], s[2], rows, transposedWindows(rows, s[1])},
		columns: pass{p, 1, len(rows) * s[2], columns, transposedWindows(columns, s[0])},
	}
}

// transposedWindows returns for each of n inputs the outputs that read it, which are
// adjacent, with their weights; there may be none.
func transposedWindows(windows []imaging.Window, n int) []imaging.Window {
	back := make([]imaging.Window, n)
	for i, window := range windows {
		for k, weight := range window.Weights {
			to := &back[window.First+k]
			if len(to.Weights) == 0 {
				to.First = i
			}
			to.Weights = append(to.Weights, weight)
		}
	}
	return back
}

// run writes dst[o, i, j] = Σ weight·src[o, k, j] over the window of i.
func run[T Float](p pass, dst, src []T, windows []imaging.Window) {
	to, from := len(windows), len(src)/(p.outer*p.inner)
	p.p.copyRuns(p.outer*to, p.inner, func(r, n int) {
		window, row := windows[r%to], dst[r*n:][:n]
		first := (r/to*from + window.First) * n
		if len(window.Weights) == 2 { // bilinear: half the time
			v, w := window.Weights[0], window.Weights[1]
			next := src[first+n:][:n]
			for j, s := range src[first:][:n] {
				row[j] = T(float64(v*float64(s)) + float64(w*float64(next[j])))
			}
			return
		}
		for j := range row {
			sum, at := 0.0, first+j
			for _, weight := range window.Weights {
				sum += float64(weight * float64(src[at]))
				at += n
			}
			row[j] = T(sum)
		}
	})
}

type resizeKernel[T Float] struct {
	resize
	between []T // [H, w, C]
}

func (k *resizeKernel[T]) Forward(dst []T, in [][]T) {
	k.between = grown(k.between, k.betweenLen())
	run(k.rows, k.between, in[0], k.rows.forward)
	run(k.columns, dst, k.between, k.columns.forward)
}

func (k *resizeKernel[T]) Backward(dIn []T, _ int, dOut []T, _ [][]T, _ []T) {
	k.between = grown(k.between, k.betweenLen())
	run(k.columns, k.between, dOut, k.columns.backward)
	run(k.rows, dIn, k.between, k.rows.backward)
}

func (k *resizeKernel[T]) betweenLen() int { return len(k.columns.backward) * k.columns.inner }

func (k *resizeKernel[T]) saved(int) int64 { return 4 * int64(k.betweenLen()) }
