package compute

import (
	"fmt"
	"testing"
)

// trials returns every kernel at sizes that are edge cases: single pixels, odd sides,
// channels that do not fill a vector, windows that extend past the edge.
func trials() []trial {
	var all []trial
	all = append(all, convTrials()...)
	all = append(all, poolTrials()...)
	all = append(all, gramTrials()...)
	all = append(all, matMulTrials()...)
	return append(all, elementTrials()...)
}

func convTrials() (all []trial) {
	add := func(h, w int, f *Filter, mask bool) {
		if oh, ow := f.OutSize(h, w); oh < 1 || ow < 1 {
			return
		}
		tolerance, backward := 4e-6, 4e-6
		if f.fitsWinograd() {
			tolerance, backward = WinogradBound, WinogradBound
		}
		if f.backward() == winogradBackward6 {
			backward = WinogradBackwardBound
		}
		name := fmt.Sprintf("%d→%d %d×%d/%d+%d winograd=%v flat=%v mask=%v on %d×%d", f.In, f.Out, f.KH, f.KW, f.Stride, f.Pad, f.Winograd, f.Flat, mask, h, w)
		all = append(all,
			trial{"Conv " + name, tolerance,
				func(t *testing.T, k Kernels[float32]) outcome { return runConv(t, k, h, w, f, mask) },
				func(t *testing.T, k Kernels[float64]) outcome { return runConv(t, k, h, w, f, mask) }},
			trial{"ConvBackward " + name, backward,
				func(t *testing.T, k Kernels[float32]) outcome { return runConvBackward(t, k, h, w, f, mask) },
				func(t *testing.T, k Kernels[float64]) outcome { return runConvBackward(t, k, h, w, f, mask) }})
	}
	square := func(in, out, k, stride, pad int, winograd bool) *Filter {
		return &Filter{In: in, Out: out, KH: k, KW: k, Stride: stride, Pad: pad, Winograd: winograd}
	}
	sizes := [][2]int{{1, 1}, {1, 2}, {2, 1}, {3, 5}, {4, 4}, {5, 8}, {6, 7}, {13, 3}, {1, 29}, {17, 16}}
	for i, size := range sizes {
		for j, channels := range [][2]int{{16, 16}, {17, 33}, {33, 8}, {8, 48}, {48, 96}} {
			add(size[0], size[1], square(channels[0], channels[1], 3, 1, 1, true), (i+j)%2 == 0)
			flat := square(channels[0], channels[1], 3, 1, 1, true)
			flat.Flat = true
			add(size[0], size[1], flat, (i+j)%2 == 1)
		}
		for _, pad := range []int{0, 2} {
			add(size[0], size[1], square(16, 20, 3, 1, pad, true), true)
		}
		for _, f := range []*Filter{
			square(3, 64, 3, 1, 1, true), square(3, 5, 3, 1, 1, false), square(64, 16, 1, 1, 0, false),
			square(20, 48, 1, 1, 0, false), square(7, 16, 5, 1, 2, false), square(3, 16, 7, 2, 3, false),
			square(3, 32, 11, 4, 2, false), square(16, 17, 3, 2, 1, false), square(5, 16, 1, 2, 0, false),
			square(4, 4, 1, 1, 1, false), square(2, 3, 2, 3, 0, false), square(1, 1, 3, 1, 1, false),
			{In: 6, Out: 16, KH: 3, KW: 1, Stride: 1, Pad: 1}, {In: 6, Out: 16, KH: 1, KW: 5, Stride: 2, Pad: 2},
		} {
			add(size[0], size[1], f, true)
		}
	}
	add(37, 53, square(3, 48, 3, 1, 1, true), true)     // direct, several strips
	add(37, 53, square(64, 16, 3, 1, 1, true), true)    // one worker per strip
	add(37, 53, square(16, 20, 3, 1, 1, true), false)   // the same, odd channels
	add(3, 5, square(256, 128, 3, 1, 1, true), true)    // a shared strip
	add(5, 101, square(150, 190, 3, 1, 1, true), false) // two of them, odd channels
	add(6, 13, square(250, 270, 3, 1, 1, true), true)   // backward by F(4×4)
	return all
}

func runConv[T Float](t *testing.T, k Kernels[T], h, w int, shape *Filter, withMask bool) (o outcome) {
	d := newFixture[T](t)
	defer d.close()
	f := d.filter(shape.copy())
	oh, ow := f.OutSize(h, w)
	src, dst := d.normal(h*w*f.In), d.out(oh*ow*f.Out)
	var mask []uint64
	if withMask {
		mask = d.mask(len(dst))
	}
	k.Conv(dst, src, h, w, f, mask)
	if mask != nil {
		checkPositive(t, dst, mask)
	}
	o.add(widened(dst)...)
	k.ConvReLU(dst, src, h, w, f, mask)
	if mask != nil {
		checkPositive(t, dst, mask)
	}
	o.add(widened(dst)...)
	return o
}

// checkPositive compares a ReLU's mask with its output: near 0 two implementations may
// differ in a bit, but each must be consistent.
func checkPositive[T Float](t *testing.T, dst []T, mask []uint64) {
	for i := range len(mask) * 64 {
		positive := i < len(dst) && dst[i] > 0
		if bit := mask[i/64]>>(i%64)&1 == 1; bit != positive || i < len(dst) && dst[i] < 0 {
			t.Errorf("element %d of %d: the mask is %v", i, len(dst), bit)
			return
		}
	}
}

// copy omits the transformed filters.
func (f *Filter) copy() *Filter {
	return &Filter{In: f.In, Out: f.Out, KH: f.KH, KW: f.KW, Stride: f.Stride, Pad: f.Pad, Winograd: f.Winograd, Flat: f.Flat}
}

func runConvBackward[T Float](t *testing.T, k Kernels[T], h, w int, shape *Filter, withMask bool) (o outcome) {
	d := newFixture[T](t)
	defer d.close()
	f := d.filter(shape.copy())
	oh, ow := f.OutSize(h, w)
	dDst, dSrc := d.normal(oh*ow*f.Out), d.out(h*w*f.In)
	var mask []uint64
	if withMask {
		mask = d.coin(len(dDst))
	}
	k.ConvBackward(dSrc, dDst, h, w, f, mask)
	o.add(widened(dSrc)...)
	k.ConvReLUBackward(dSrc, dDst, d.normal(len(dSrc)), h, w, f, mask)
	o.add(widened(dSrc)...)
	return o
}

func poolTrials() (all []trial) {
	for _, p := range []Pool{
		{Size: 2, Stride: 2}, {Size: 2, Stride: 2, Ceil: true}, {Size: 3, Stride: 2, Ceil: true}, {Size: 3, Stride: 2, Pad: 1},
		{Size: 3, Stride: 1, Pad: 1}, {Size: 1, Stride: 3}, {Size: 16, Stride: 5, Pad: 8, Ceil: true},
	} {
		for _, s := range [][3]int{{1, 1, 16}, {2, 3, 1}, {5, 4, 17}, {16, 9, 64}, {37, 53, 20}} {
			if oh, ow := p.OutSize(s[0], s[1]); oh < 1 || ow < 1 {
				continue
			}
			name := fmt.Sprintf(" %+v on %v", p, s)
			all = append(all,
				trial{"MaxPool" + name, 1e-6,
					func(t *testing.T, k Kernels[float32]) outcome { return runMaxPool(t, k, s[0], s[1], s[2], p) },
					func(t *testing.T, k Kernels[float64]) outcome { return runMaxPool(t, k, s[0], s[1], s[2], p) }},
				trial{"AvgPool" + name, 1e-5,
					func(t *testing.T, k Kernels[float32]) outcome { return runAvgPool(t, k, s[0], s[1], s[2], p) },
					func(t *testing.T, k Kernels[float64]) outcome { return runAvgPool(t, k, s[0], s[1], s[2], p) }})
		}
	}
	return all
}

func runMaxPool[T Float](t *testing.T, k Kernels[T], h, w, c int, p Pool) (o outcome) {
	d := newFixture[T](t)
	defer d.close()
	oh, ow := p.OutSize(h, w)
	src, dst, argmax := d.normal(h*w*c), d.out(oh*ow*c), d.bytes(oh*ow*c)
	for i := range src {
		src[i] = T(int(2 * src[i])) // ties
	}
	k.MaxPool(dst, src, h, w, c, p, argmax)
	for _, at := range argmax {
		o.bits = append(o.bits, uint64(at))
	}
	dSrc := d.out(h * w * c)
	k.MaxPoolBackward(dSrc, d.normal(oh*ow*c), h, w, c, p, argmax)
	o.add(widened(dst)...)
	o.add(widened(dSrc)...)
	return o
}

func runAvgPool[T Float](t *testing.T, k Kernels[T], h, w, c int, p Pool) (o outcome) {
	d := newFixture[T](t)
	defer d.close()
	oh, ow := p.OutSize(h, w)
	dst, dSrc := d.out(oh*ow*c), d.out(h*w*c)
	k.AvgPool(dst, d.normal(h*w*c), h, w, c, p)
	k.AvgPoolBackward(dSrc, d.normal(oh*ow*c), h, w, c, p)
	o.add(widened(dst)...)
	o.add(widened(dSrc)...)
	return o
}

func gramTrials() (all []trial) {
	for _, s := range [][2]int{{1, 1}, {3, 5}, {15, 64}, {300, 17}, {1111, 48}, {1700, 64}, {40, 128}, {600, 256}} {
		all = append(all, trial{fmt.Sprintf("Gram %v", s), 1e-5,
			func(t *testing.T, k Kernels[float32]) outcome { return runGram(t, k, s[0], s[1]) },
			func(t *testing.T, k Kernels[float64]) outcome { return runGram(t, k, s[0], s[1]) }})
	}
	for _, c := range []struct {
		h, w int
		f    *Filter
	}{
		{1, 1, &Filter{In: 3, Out: 64, KH: 3, KW: 3, Stride: 1, Pad: 1}},
		{5, 8, &Filter{In: 3, Out: 64, KH: 3, KW: 3, Stride: 1, Pad: 1}},
		{37, 153, &Filter{In: 3, Out: 64, KH: 3, KW: 3, Stride: 1, Pad: 1}},
		{300, 70, &Filter{In: 1, Out: 20, KH: 3, KW: 3, Stride: 1, Pad: 0}}, // several sums
		{17, 16, &Filter{In: 4, Out: 48, KH: 2, KW: 3, Stride: 2, Pad: 1}},
		{13, 7, &Filter{In: 2, Out: 7, KH: 1, KW: 2, Stride: 3, Pad: 0}}, // pixels in no window
		{9, 11, &Filter{In: 3, Out: 5, KH: 5, KW: 5, Stride: 1, Pad: 4}},
	} {
		all = append(all, trial{fmt.Sprintf("ConvGram %d→%d %d×%d/%d+%d on %d×%d", c.f.In, c.f.Out, c.f.KH, c.f.KW, c.f.Stride, c.f.Pad, c.h, c.w), 4e-6,
			func(t *testing.T, k Kernels[float32]) outcome { return runConvGram(t, k, c.h, c.w, c.f) },
			func(t *testing.T, k Kernels[float64]) outcome { return runConvGram(t, k, c.h, c.w, c.f) }})
	}
	return all
}

func runConvGram[T Float](t *testing.T, k Kernels[T], h, w int, shape *Filter) (o outcome) {
	d := newFixture[T](t)
	defer d.close()
	f := d.filter(shape.copy())
	oh, ow := f.OutSize(h, w)
	src, dst, dSrc := d.normal(h*w*f.In), d.out(f.Out*f.Out), d.out(h*w*f.In)
	k.ConvGram(dst, src, h, w, f, 1/float64(oh*ow))
	k.ConvGramBackward(dSrc, d.normal(len(dst)), src, h, w, f, 0.25, false)
	o.add(widened(dst)...)
	o.add(widened(dSrc)...)
	k.ConvGramBackward(dSrc, d.normal(len(dst)), src, h, w, f, 0.5, true)
	o.add(widened(dSrc)...)
	return o
}

func runGram[T Float](t *testing.T, k Kernels[T], n, c int) (o outcome) {
	d := newFixture[T](t)
	defer d.close()
	src, dst, dSrc := d.normal(n*c), d.out(c*c), d.out(n*c)
	k.Gram(dst, src, n, c, 1/float64(n))
	k.GramBackward(dSrc, d.normal(c*c), src, n, c, 0.25, false)
	o.add(widened(dst)...)
	o.add(widened(dSrc)...)
	k.GramBackward(dSrc, d.normal(c*c), src, n, c, 0.5, true)
	o.add(widened(dSrc)...)
	return o
}

func elementTrials() (all []trial) {
	for _, n := range []int{1, 3, 15, 16, 63, 64, 65, 257, 1003, 150000} {
		all = append(all, trial{fmt.Sprintf("elements %d", n), 1e-6,
			func(t *testing.T, k Kernels[float32]) outcome { return runElements(t, k, n) },
			func(t *testing.T, k Kernels[float64]) outcome { return runElements(t, k, n) }})
	}
	for _, s := range [][3]int{{1, 1, 3}, {1, 7, 3}, {7, 1, 3}, {5, 6, 1}, {37, 53, 3}, {3, 3, 17}} {
		all = append(all, trial{fmt.Sprintf("AbsDifferences %v", s), 1e-6,
			func(t *testing.T, k Kernels[float32]) outcome { return runAbsDifferences(t, k, s[0], s[1], s[2]) },
			func(t *testing.T, k Kernels[float64]) outcome { return runAbsDifferences(t, k, s[0], s[1], s[2]) }})
	}
	return all
}

// runElements runs the elementwise loops; sums are scaled to the magnitude of single numbers.
func runElements[T Float](t *testing.T, k Kernels[T], n int) (o outcome) {
	d := newFixture[T](t)
	defer d.close()
	a, b := d.normal(n), d.normal(n)
	o.add(k.SquaredError(a, b) / float64(n))
	dA := d.out(n)
	k.SquaredErrorBackward(dA, a, b, 0.3)
	o.add(widened(dA)...)

	dst, mask := d.out(n), d.mask(n)
	k.ReLU(dst, a, mask)
	checkPositive(t, dst, mask)
	o.bits = append(o.bits, mask...)
	o.add(widened(dst)...)
	back := d.out(n)
	k.ReLUBackward(back, b, mask)
	o.add(widened(back)...)
	k.Accumulate(back, a)
	o.add(widened(back)...)

	m, bias := [3][3]float64{{1, -2, 0.5}, {0.25, 3, -1}, {0, 0.125, -0.75}}, [3]float64{1, -1, 0.5}
	pixels := n / 3 * 3
	mapped := d.out(pixels)
	k.Affine(mapped, a[:pixels], m, bias)
	o.add(widened(mapped)...)
	k.AffineBackward(mapped, b[:pixels], m)
	o.add(widened(mapped)...)
	return o
}

func runAbsDifferences[T Float](t *testing.T, k Kernels[T], h, w, c int) (o outcome) {
	d := newFixture[T](t)
	defer d.close()
	src, dSrc := d.normal(h*w*c), d.out(h*w*c)
	for i := range src {
		src[i] = T(int(2 * src[i])) // ties, whose sign is 0
	}
	dy, dx := k.AbsDifferences(src, h, w, c)
	o.add(dy/float64(len(src)), dx/float64(len(src)))
	k.AbsDifferencesBackward(dSrc, src, h, w, c, 0.7, 0.3)
	o.add(widened(dSrc)...)
	return o
}
