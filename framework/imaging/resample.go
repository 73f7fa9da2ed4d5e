package imaging

import (
	"fmt"
	"math"
)

// Resample resizes pix, [h, w, channels] channels last, to h2 rows of w2 pixels: first
// along rows, then along columns, each with the antialiased Catmull-Rom cubic (Keys
// 1981, a = −1/2).
//
// Pixel i covers [i, i+1). With scale s = w/w2 and f = max(s, 1), output x is centred on
// c = (x+½)·s and reads the inputs i that round into c ± 2f, with weight
// k((i − c + ½)/f), normalised to a sum of 1; at the border the remaining part of the
// kernel is normalised the same way. So shrinking widens the kernel, which antialiases,
// and enlarging interpolates. This is the BICUBIC of Pillow
// (src/libImaging/Resample.c, precompute_coeffs) in its 32-bit modes: weights and sums
// in float64, both passes stored as float32.
//
// The cubic has negative lobes: results may leave the range of the input. Input values
// may be outside [0, 1]. Sizes below 1 and a pix of the wrong length panic.
func Resample(pix []float32, h, w, channels, h2, w2 int) []float32 {
	return resample(CubicWindows, pix, h, w, channels, h2, w2)
}

// resample resizes along rows and then along columns, with the windows of each side.
func resample(windows func(n, n2 int) []Window, pix []float32, h, w, channels, h2, w2 int) []float32 {
	if min(h, w, channels, h2, w2) < 1 || len(pix) != h*w*channels {
		panic(fmt.Sprintf("imaging: resample %d values as [%d, %d, %d] to %d×%d", len(pix), h, w, channels, h2, w2))
	}
	rows := make([]float32, h*w2*channels)
	resampleRows(rows, pix, h, w, channels, windows(w, w2))
	out := make([]float32, h2*w2*channels)
	resampleColumns(out, rows, w2*channels, windows(h, h2))
	return out
}

// resampleRows writes dst [h, len(windows), channels] from src [h, w, channels].
func resampleRows(dst, src []float32, h, w, channels int, windows []Window) {
	w2 := len(windows)
	for y := range h {
		row := src[y*w*channels:][:w*channels]
		out := dst[y*w2*channels:][:w2*channels]
		for x, window := range windows {
			for c := range channels {
				sum := 0.0
				at := window.First*channels + c
				for _, weight := range window.Weights {
					sum += weight * float64(row[at])
					at += channels
				}
				out[x*channels+c] = float32(sum)
			}
		}
	}
}

// resampleColumns writes dst [len(windows), n] from src [h, n].
func resampleColumns(dst, src []float32, n int, windows []Window) {
	sums := make([]float64, n)
	for y, window := range windows {
		clear(sums)
		for i, weight := range window.Weights {
			for j, v := range src[(window.First+i)*n:][:n] {
				sums[j] += weight * float64(v)
			}
		}
		for j, sum := range sums {
			dst[y*n+j] = float32(sum)
		}
	}
}

// A Window is the range of inputs of one output.
type Window struct {
	First   int
	Weights []float64 // with a sum of 1
}

// CubicWindows returns the window of each output when n values are resampled to n2, as
// Resample does along each side.
func CubicWindows(n, n2 int) []Window {
	scale := float64(n) / float64(n2)
	widen := max(scale, 1)
	support := 2 * widen
	windows := make([]Window, n2)
	for x := range windows {
		centre := (float64(x) + 0.5) * scale
		first := max(int(centre-support+0.5), 0)
		end := min(int(centre+support+0.5), n)
		weights := make([]float64, end-first)
		total := 0.0
		for i := range weights {
			weights[i] = cubic((float64(first+i) - centre + 0.5) / widen)
			total += weights[i]
		}
		for i := range weights {
			weights[i] /= total
		}
		windows[x] = Window{first, weights}
	}
	return windows
}

// cubic is Keys' kernel with a = −1/2, the Catmull-Rom spline:
//
//	(a+2)|x|³ − (a+3)|x|² + 1   for |x| < 1
//	a(|x|³ − 5|x|² + 8|x| − 4)  for |x| < 2
//	0                           elsewhere
func cubic(x float64) float64 {
	const a = -0.5
	x = math.Abs(x)
	switch {
	case x < 1:
		return ((a+2)*x-(a+3))*x*x + 1
	case x < 2:
		return (((x-5)*x+8)*x - 4) * a
	}
	return 0
}
