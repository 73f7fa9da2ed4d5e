package compute

// A convolution's output is F = P·W: row p of P is the elements of window p, in the order
// of the picture, and a 1; W is the kernel and, as its last row, the bias. So FᵀF =
// Wᵀ(PᵀP)W, and the gradient for P, whose last column belongs to no pixel, is P·M with M =
// W·(dG + dGᵀ)·Wᵀ. Neither needs F.

// PatchesPay reports whether ConvGram is less work than Gram of Conv: whether a window of f
// has far fewer elements than f has output channels.
func (f *Filter) PatchesPay() bool { return 2*(f.depth()+1) <= f.Out }

// depth is the number of elements of a window.
func (f *Filter) depth() int { return f.KH * f.KW * f.In }

// patchWork is the length of the work memory of gramOfPatches and patchesBackward.
func (f *Filter) patchWork() int { return (2*f.depth() + 3) * f.Out }

// matrix writes W, [depth+1, Out], into the first part of work, and returns it and the rest.
func (f *Filter) matrix(work []float64) (w, rest []float64) {
	taps, depth := f.KH*f.KW, f.depth()
	w, rest = work[:(depth+1)*f.Out], work[(depth+1)*f.Out:]
	for o := range f.Out {
		for row := range depth {
			tap, in := row/f.In, row%f.In
			w[row*f.Out+o] = float64(f.Kernel[(o*f.In+in)*taps+tap])
		}
		w[depth*f.Out+o] = float64(f.Bias[o])
	}
	return w, rest
}

// gramOfPatches writes scale·WᵀSW for S = PᵀP, whose rows are `wide` long; it reads only the
// upper triangle.
func (f *Filter) gramOfPatches(dst []float32, s []float64, wide int, scale float64, work []float64) {
	depth, c := f.depth()+1, f.Out
	w, rest := f.matrix(work)
	half, row := rest[:depth*c], rest[depth*c:][:c] // half is S·W
	clear(half)
	for i := range depth {
		for j := range depth {
			v := s[min(i, j)*wide+max(i, j)]
			for o := range c {
				half[i*c+o] += float64(v * w[j*c+o])
			}
		}
	}
	for a := range c {
		clear(row)
		for i := range depth {
			v := w[i*c+a]
			for b := a; b < c; b++ {
				row[b] += float64(v * half[i*c+b])
			}
		}
		for b := a; b < c; b++ {
			dst[a*c+b] = float32(scale * row[b])
			dst[b*c+a] = dst[a*c+b]
		}
	}
}

// patchesBackward writes scale·M without its last column, [depth+1, depth], into m.
func (f *Filter) patchesBackward(m []float64, dDst []float32, scale float64, work []float64) {
	depth, c := f.depth(), f.Out
	w, rest := f.matrix(work)
	half := rest[:c] // a row of W·(dG + dGᵀ)
	for i := range depth + 1 {
		clear(half)
		for a := range c {
			v := w[i*c+a]
			for b := range c {
				half[b] += float64(v * (float64(dDst[a*c+b]) + float64(dDst[b*c+a])))
			}
		}
		for j := range depth {
			sum := 0.0
			for b := range c {
				sum += float64(half[b] * w[j*c+b])
			}
			m[i*depth+j] = scale * sum
		}
	}
}

// ConvGram is Gram of Conv.
func (p Plain[T]) ConvGram(dst, src []T, h, w int, f *Filter, scale float64) {
	convGram(p, dst, src, h, w, f, scale)
}

func (p Plain[T]) ConvGramBackward(dSrc, dDst, src []T, h, w int, f *Filter, scale float64, add bool) {
	convGramBackward(p, dSrc, dDst, src, h, w, f, scale, add)
}

// convGram and its gradient are the two operations one after the other on k.
func convGram[T Float](k Kernels[T], dst, src []T, h, w int, f *Filter, scale float64) {
	oh, ow := checkConvGram("ConvGram", len(dst), len(src), h, w, f)
	features := make([]T, oh*ow*f.Out)
	k.Conv(features, src, h, w, f, nil)
	k.Gram(dst, features, oh*ow, f.Out, scale)
}

func convGramBackward[T Float](k Kernels[T], dSrc, dDst, src []T, h, w int, f *Filter, scale float64, add bool) {
	oh, ow := checkConvGram("ConvGramBackward", len(dDst), len(src), h, w, f)
	check("ConvGramBackward", "dSrc", len(dSrc), len(src))
	features, gradient := make([]T, oh*ow*f.Out), make([]T, oh*ow*f.Out)
	k.Conv(features, src, h, w, f, nil)
	k.GramBackward(gradient, dDst, features, oh*ow, f.Out, scale, false)
	if !add {
		k.ConvBackward(dSrc, gradient, h, w, f, nil)
		return
	}
	own := make([]T, len(dSrc))
	k.ConvBackward(own, gradient, h, w, f, nil)
	k.Accumulate(dSrc, own)
}
