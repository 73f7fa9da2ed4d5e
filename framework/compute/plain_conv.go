package compute

// Conv computes dst[oy, ox, o] = bias[o] + Σ src[oy·s + ky − p, ox·s + kx − p, i] · kernel[o, i, ky, kx]
// over ky, kx and i, s the stride and p the padding; outside, src is 0.
func (p Plain[T]) Conv(dst, src []T, h, w int, f *Filter, mask []uint64) {
	oh, _ := checkConv("Conv", len(dst), len(src), h, w, f, mask)
	convRows(dst, src, h, w, f, 0, oh)
	if mask != nil {
		p.ReLU(dst, dst, mask)
	}
}

func (p Plain[T]) ConvReLU(dst, src []T, h, w int, f *Filter, mask []uint64) {
	p.Conv(dst, rectified(src), h, w, f, mask)
}

// rectified returns max(src, 0), and NaN where src is not a number.
func rectified[T Float](src []T) []T {
	out := make([]T, len(src))
	for i, v := range src {
		if !(v <= 0) {
			out[i] = v
		}
	}
	return out
}

// convRows computes rows y0 to y1 of dst.
func convRows[T Float](dst, src []T, h, w int, f *Filter, y0, y1 int) {
	_, ow := f.OutSize(h, w)
	for oy := y0; oy < y1; oy++ {
		for ox := range ow {
			for o := range f.Out {
				dst[(oy*ow+ox)*f.Out+o] = T(float64(f.Bias[o]) + correlate(src, h, w, f, oy, ox, o))
			}
		}
	}
}

// correlate returns the sum of Conv at one output element, without the bias.
func correlate[T Float](src []T, h, w int, f *Filter, oy, ox, o int) float64 {
	taps := f.KH * f.KW
	sum := 0.0
	for ky := range f.KH {
		y := oy*f.Stride + ky - f.Pad
		if y < 0 || y >= h {
			continue
		}
		for kx := range f.KW {
			x := ox*f.Stride + kx - f.Pad
			if x < 0 || x >= w {
				continue
			}
			pixel := src[(y*w+x)*f.In:][:f.In]
			kernel := f.Kernel[o*f.In*taps+ky*f.KW+kx:]
			for i, v := range pixel {
				sum += float64(float64(v) * float64(kernel[i*taps]))
			}
		}
	}
	return sum
}

// ConvBackward gathers: dSrc[y, x, i] = Σ dDst[oy, ox, o] · kernel[o, i, ky, kx]
// over ky, kx and o, where oy·s + ky − p = y and ox·s + kx − p = x.
func (Plain[T]) ConvBackward(dSrc, dDst []T, h, w int, f *Filter, mask []uint64) {
	checkConv("ConvBackward", len(dDst), len(dSrc), h, w, f, mask)
	convBackwardRows(dSrc, dDst, h, w, f, mask, 0, h)
}

func (p Plain[T]) ConvReLUBackward(dSrc, dDst, src []T, h, w int, f *Filter, mask []uint64) {
	check("ConvReLUBackward", "src", len(src), len(dSrc))
	p.ConvBackward(dSrc, dDst, h, w, f, mask)
	closeGate(dSrc, src, 0, len(src))
}

// closeGate sets x to 0 where gate is not > 0, for elements i0 to i1.
func closeGate[T Float](x, gate []T, i0, i1 int) {
	for i := i0; i < i1; i++ {
		if !(gate[i] > 0) {
			x[i] = 0
		}
	}
}

// convBackwardRows computes rows y0 to y1 of dSrc.
func convBackwardRows[T Float](dSrc, dDst []T, h, w int, f *Filter, mask []uint64, y0, y1 int) {
	oh, ow := f.OutSize(h, w)
	sums := make([]float64, f.In)
	for y := y0; y < y1; y++ {
		for x := range w {
			clear(sums)
			for ky := range f.KH {
				oy, inside := source(y, ky, oh, f.Stride, f.Pad)
				if !inside {
					continue
				}
				for kx := range f.KW {
					if ox, inside := source(x, kx, ow, f.Stride, f.Pad); inside {
						spread(sums, dDst, mask, (oy*ow+ox)*f.Out, f, ky*f.KW+kx)
					}
				}
			}
			for i, sum := range sums {
				dSrc[(y*w+x)*f.In+i] = T(sum)
			}
		}
	}
}

// source returns the window, of n, that has element at at its position k.
func source(at, k, n, stride, pad int) (int, bool) {
	from := at + pad - k
	if from < 0 || from%stride != 0 || from/stride >= n {
		return 0, false
	}
	return from / stride, true
}

// spread adds the contribution of the output pixel at offset at to one input pixel through
// tap.
func spread[T Float](sums []float64, dDst []T, mask []uint64, at int, f *Filter, tap int) {
	taps := f.KH * f.KW
	for o := range f.Out {
		if !set(mask, at+o) {
			continue
		}
		d := float64(dDst[at+o])
		kernel := f.Kernel[o*f.In*taps+tap:]
		for i := range sums {
			sums[i] += float64(d * float64(kernel[i*taps]))
		}
	}
}
