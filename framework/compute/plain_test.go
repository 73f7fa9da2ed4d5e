package compute

import (
	"fmt"
	"math"
	"slices"
	"testing"
)

func TestPlainConvByHand(t *testing.T) {
	src := []float64{ // 2×3, one channel
		1, 2, 3,
		4, 5, 6,
	}
	f := &Filter{In: 1, Out: 2, KH: 2, KW: 2, Stride: 1, Pad: 0, Bias: []float32{0.5, -8},
		Kernel: []float32{1, 0, 0, 2, 0, 1, 0, 0}} // src[y,x] + 2·src[y+1,x+1], and src[y,x+1]
	dst, mask := make([]float64, 4), make([]uint64, 1)
	Plain[float64]{}.Conv(dst, src, 2, 3, f, nil)
	if want := []float64{11.5, -6, 14.5, -5}; !slices.Equal(dst, want) {
		t.Errorf("got %v, want %v", dst, want)
	}
	Plain[float64]{}.Conv(dst, src, 2, 3, f, mask)
	if want := []float64{11.5, 0, 14.5, 0}; !slices.Equal(dst, want) || mask[0] != 0b0101 {
		t.Errorf("with ReLU got %v and %04b, want %v and 0101", dst, mask[0], want)
	}

	// With padding and stride, windows start at −1 and 1 in both directions.
	f = &Filter{In: 1, Out: 1, KH: 2, KW: 2, Stride: 2, Pad: 1, Bias: []float32{0}, Kernel: []float32{1000, 100, 10, 1}}
	dst = make([]float64, 4)
	Plain[float64]{}.Conv(dst, src, 2, 3, f, nil)
	if want := []float64{1, 23, 400, 5600}; !slices.Equal(dst, want) {
		t.Errorf("padded and strided: got %v, want %v", dst, want)
	}
}

func TestPlainChannelOrder(t *testing.T) {
	// With two input channels the kernel is [out, in, kh, kw], the picture channels last.
	src := []float64{1, 10, 2, 20}
	f := &Filter{In: 2, Out: 1, KH: 1, KW: 2, Stride: 1, Bias: []float32{0}, Kernel: []float32{1, 2, 3, 4}}
	dst := make([]float64, 1)
	Plain[float64]{}.Conv(dst, src, 1, 2, f, nil)
	if want := 1.0*1 + 2*2 + 3*10 + 4*20; dst[0] != want {
		t.Errorf("got %v, want %v", dst[0], want)
	}
}

func TestPlainPoolByHand(t *testing.T) {
	src := []float64{
		1, 5, 5,
		4, 5, 6,
		7, 8, 0,
	}
	for _, c := range []struct {
		p         Pool
		max, mean []float64
		argmax    []uint8
	}{
		{Pool{Size: 2, Stride: 2}, []float64{5}, []float64{3.75}, []uint8{1}},
		{Pool{Size: 2, Stride: 2, Ceil: true}, []float64{5, 6, 8, 0}, []float64{3.75, 5.5, 7.5, 0}, []uint8{1, 2, 1, 0}},
		{Pool{Size: 2, Stride: 2, Pad: 1}, []float64{1, 5, 7, 8}, []float64{1, 5, 5.5, 4.75}, []uint8{3, 2, 3, 2}},
	} {
		n := len(c.max)
		dst, argmax := make([]float64, n), make([]uint8, n)
		Plain[float64]{}.MaxPool(dst, src, 3, 3, 1, c.p, argmax)
		if !slices.Equal(dst, c.max) || !slices.Equal(argmax, c.argmax) {
			t.Errorf("%+v: maxima %v at %v, want %v at %v", c.p, dst, argmax, c.max, c.argmax)
		}
		Plain[float64]{}.AvgPool(dst, src, 3, 3, 1, c.p)
		if !slices.Equal(dst, c.mean) {
			t.Errorf("%+v: means %v, want %v", c.p, dst, c.mean)
		}
	}
}

func TestPlainSumsByHand(t *testing.T) {
	p := Plain[float64]{}
	if dy, dx := p.AbsDifferences([]float64{1, 3, 0, 7}, 2, 2, 1); dy != 5 || dx != 9 {
		t.Errorf("differences %v and %v, want 5 and 9", dy, dx)
	}
	if got := p.SquaredError([]float64{1, 2}, []float64{4, 0}); got != 13 {
		t.Errorf("squared error %v, want 13", got)
	}
	gram := make([]float64, 4)
	p.Gram(gram, []float64{1, 2, 3, 4}, 2, 2, 0.5)
	if want := []float64{5, 7, 7, 10}; !slices.Equal(gram, want) {
		t.Errorf("Gram %v, want %v", gram, want)
	}
	pixel := make([]float64, 3)
	p.Affine(pixel, []float64{1, 2, 3}, [3][3]float64{{0, 0, 1}, {0, 1, 0}, {10, 0, 0}}, [3]float64{0, 0, 1})
	if want := []float64{3, 2, 11}; !slices.Equal(pixel, want) {
		t.Errorf("affine map %v, want %v", pixel, want)
	}
}

// Every backward kernel is the gradient of its forward kernel.
func TestPlainGradients(t *testing.T) {
	p := Plain[float64]{}
	const h, w = 5, 7
	d := newFixture[float64](t)
	for _, f := range []*Filter{
		{In: 3, Out: 4, KH: 3, KW: 3, Stride: 1, Pad: 1}, {In: 2, Out: 3, KH: 3, KW: 2, Stride: 2, Pad: 1},
		{In: 3, Out: 2, KH: 1, KW: 1, Stride: 1}, {In: 1, Out: 2, KH: 5, KW: 5, Stride: 1, Pad: 4},
	} {
		d.filter(f)
		oh, ow := f.OutSize(h, w)
		x, weights, dst, grad := d.normal(h*w*f.In), d.normal(oh*ow*f.Out), d.out(oh*ow*f.Out), d.out(h*w*f.In)
		for _, mask := range [][]uint64{nil, make([]uint64, MaskLen(len(dst)))} {
			p.Conv(dst, x, h, w, f, mask)
			p.ConvBackward(grad, weights, h, w, f, mask)
			checkGradient(t, fmt.Sprintf("Conv %d→%d %d×%d relu=%v", f.In, f.Out, f.KH, f.KW, mask != nil), x, grad, func() float64 {
				p.Conv(dst, x, h, w, f, mask)
				return dot(dst, weights)
			})
			p.ConvReLU(dst, x, h, w, f, mask)
			p.ConvReLUBackward(grad, weights, x, h, w, f, mask)
			checkGradient(t, fmt.Sprintf("ConvReLU %d→%d %d×%d relu=%v", f.In, f.Out, f.KH, f.KW, mask != nil), x, grad, func() float64 {
				p.ConvReLU(dst, x, h, w, f, mask)
				return dot(dst, weights)
			})
		}
	}
	for _, pool := range []Pool{{Size: 2, Stride: 2}, {Size: 3, Stride: 2, Ceil: true}, {Size: 3, Stride: 1, Pad: 1}} {
		const c = 3
		oh, ow := pool.OutSize(h, w)
		x, weights, dst, grad := d.normal(h*w*c), d.normal(oh*ow*c), d.out(oh*ow*c), d.out(h*w*c)
		argmax := d.bytes(len(dst))
		p.MaxPool(dst, x, h, w, c, pool, argmax)
		p.MaxPoolBackward(grad, weights, h, w, c, pool, argmax)
		checkGradient(t, fmt.Sprintf("MaxPool %+v", pool), x, grad, func() float64 {
			p.MaxPool(dst, x, h, w, c, pool, argmax)
			return dot(dst, weights)
		})
		p.AvgPoolBackward(grad, weights, h, w, c, pool)
		checkGradient(t, fmt.Sprintf("AvgPool %+v", pool), x, grad, func() float64 {
			p.AvgPool(dst, x, h, w, c, pool)
			return dot(dst, weights)
		})
	}
	x, y, grad, mask := d.normal(60), d.normal(60), d.out(60), d.mask(60)
	gram, weights := d.out(36), d.normal(36)
	p.GramBackward(grad, weights, x, 10, 6, 0.3, false)
	checkGradient(t, "Gram", x, grad, func() float64 { p.Gram(gram, x, 10, 6, 0.3); return dot(gram, weights) })
	p.ReLU(grad, x, mask)
	p.ReLUBackward(grad, y, mask)
	out := d.out(60)
	checkGradient(t, "ReLU", x, grad, func() float64 { p.ReLU(out, x, mask); return dot(out, y) })
	p.SquaredErrorBackward(grad, x, y, 0.3)
	checkGradient(t, "SquaredError", x, grad, func() float64 { return 0.3 * p.SquaredError(x, y) })
	p.AbsDifferencesBackward(grad, x, 4, 5, 3, 0.7, 0.2)
	checkGradient(t, "AbsDifferences", x, grad, func() float64 {
		dy, dx := p.AbsDifferences(x, 4, 5, 3)
		return 0.7*dy + 0.2*dx
	})
	m := [3][3]float64{{1, 2, 3}, {-1, 0, 2}, {0.5, -3, 1}}
	p.AffineBackward(grad, y, m)
	checkGradient(t, "Affine", x, grad, func() float64 { p.Affine(out, x, m, [3]float64{1, 2, 3}); return dot(out, y) })
}

func dot(a, b []float64) (sum float64) {
	for i := range a {
		sum += a[i] * b[i]
	}
	return sum
}

// checkGradient compares grad with central differences of f, a function of x. The step is
// small enough that random numbers do not cross a kink.
func checkGradient(t *testing.T, name string, x, grad []float64, f func() float64) {
	const step = 1e-6
	for i := range x {
		kept := x[i]
		x[i] = kept + step
		above := f()
		x[i] = kept - step
		slope := (above - f()) / (2 * step)
		x[i] = kept
		if math.Abs(slope-grad[i]) > 1e-7*math.Max(1, math.Abs(slope)) {
			t.Errorf("%s: gradient %d is %v, central differences %v", name, i, grad[i], slope)
			return
		}
	}
}
