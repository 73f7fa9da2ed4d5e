package fourier

import (
	"errors"
	"math"

	"gonum.org/v1/gonum/dsp/fourier"

	"runexp/framework/graph"
)

// hartley returns the Hartley transform of each channel of x (see kernel).
//
// Shapes: [H W 3] → [H W 3]
func hartley(b *graph.Builder, x graph.Node, h, w int) graph.Node {
	return b.Apply(graph.Function{
		Name: "hartley",
		Shape: func(in []graph.Shape) (graph.Shape, error) {
			if !in[0].Equal(graph.Shape{h, w, 3}) {
				return nil, errors.New("not a picture's coefficients")
			}
			return in[0], nil
		},
		Single: newKernel[float32](b.Parallel(), h, w),
		Double: newKernel[float64](b.Parallel(), h, w),
		Needs:  graph.NeedsNothing,
	}, x)
}

// A kernel is the Hartley transform of each channel of [H, W, 3]:
//
//	y(l) = 1/√(HW) · Σ_k cas 2π(k₁l₁/H + k₂l₂/W) · x(k), cas t = cos t + sin t
//
// for k and l in [0, H) × [0, W). It is real, symmetric and its own inverse, and so its own
// gradient. It is the real minus the imaginary part of the Fourier transform
// F = Σ x·exp(−2πi(…)), computed in float64 by rows, then columns (gonum's dsp/fourier).
type kernel[T graph.Float] struct {
	parallel      graph.Parallel
	h, w          int
	spectrum      []complex128 // F of one channel, [H, W/2+1]; the rest follows by symmetry
	rows, columns []line       // by task
}

// A line is what a task needs to transform its rows, or its columns.
type line struct {
	ofRow    *fourier.FFT
	row      []float64
	ofColumn *fourier.CmplxFFT
	column   []complex128
}

// lines is how many rows or columns a task transforms: some 200 µs of work.
const lines = 32

func newKernel[T graph.Float](p graph.Parallel, h, w int) *kernel[T] {
	return &kernel[T]{parallel: p, h: h, w: w}
}

// Forward transforms.
func (k *kernel[T]) Forward(dst []T, in [][]T) { k.transform(dst, in[0]) }

// Backward transforms the gradient.
func (k *kernel[T]) Backward(dIn []T, _ int, dOut []T, _ [][]T, _ []T) { k.transform(dIn, dOut) }

// transform writes the transform of src to dst.
func (k *kernel[T]) transform(dst, src []T) {
	half := k.w/2 + 1
	if k.spectrum == nil {
		k.spectrum = make([]complex128, k.h*half)
		k.rows, k.columns = make([]line, tasks(k.h)), make([]line, tasks(half))
	}
	for c := range 3 {
		k.parallel.For(k.h, lines, func(from, to int) { k.transformRows(src, c, from, to) })
		k.parallel.For(half, lines, func(from, to int) { k.transformColumns(from, to) })
		k.parallel.For(k.h, lines, func(from, to int) { k.write(dst, c, from, to) })
	}
}

func tasks(n int) int { return (n + lines - 1) / lines }

// transformRows writes the transforms of rows of channel c to the spectrum.
func (k *kernel[T]) transformRows(src []T, c, from, to int) {
	l := &k.rows[from/lines]
	if l.ofRow == nil {
		l.ofRow, l.row = fourier.NewFFT(k.w), make([]float64, k.w)
	}
	half := k.w/2 + 1
	for y := from; y < to; y++ {
		for x := range l.row {
			l.row[x] = float64(src[(y*k.w+x)*3+c])
		}
		l.ofRow.Coefficients(k.spectrum[y*half:][:half], l.row)
	}
}

// transformColumns transforms columns of the spectrum in place.
func (k *kernel[T]) transformColumns(from, to int) {
	l := &k.columns[from/lines]
	if l.ofColumn == nil {
		l.ofColumn, l.column = fourier.NewCmplxFFT(k.h), make([]complex128, k.h)
	}
	half := k.w/2 + 1
	for x := from; x < to; x++ {
		for y := range l.column {
			l.column[y] = k.spectrum[y*half+x]
		}
		l.ofColumn.Coefficients(l.column, l.column)
		for y, v := range l.column {
			k.spectrum[y*half+x] = v
		}
	}
}

// write writes rows of channel c from the spectrum: Re F − Im F, where F(−k) is the
// conjugate of F(k).
func (k *kernel[T]) write(dst []T, c, from, to int) {
	half := k.w/2 + 1
	norm := 1 / math.Sqrt(float64(k.h*k.w))
	for y := from; y < to; y++ {
		opposite := (k.h - y) % k.h
		for x := range k.w {
			if x < half {
				f := k.spectrum[y*half+x]
				dst[(y*k.w+x)*3+c] = T((real(f) - imag(f)) * norm)
			} else {
				f := k.spectrum[opposite*half+k.w-x]
				dst[(y*k.w+x)*3+c] = T((real(f) + imag(f)) * norm)
			}
		}
	}
}
