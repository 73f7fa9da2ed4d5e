package compute

import (
	"fmt"
	"slices"
	"testing"
)

// The bounds stated in winograd.go hold at VGG's widths, forward and backward. The largest
// and the rms errors are logged with -v.
func TestWinogradBound(t *testing.T) {
	const h, w = 10, 13
	for _, e := range engines(t, 2) {
		if e.Variant() == genericISA {
			continue // no Winograd
		}
		for _, channels := range [][2]int{{64, 64}, {128, 256}, {256, 256}, {512, 512}} {
			t.Run(fmt.Sprintf("%s/%d→%d", e.Variant(), channels[0], channels[1]), func(t *testing.T) {
				d := newFixture[float64](t)
				f := d.filter(&Filter{In: channels[0], Out: channels[1], KH: 3, KW: 3, Stride: 1, Pad: 1, Winograd: true})
				src, dDst := d.normal(h*w*f.In), d.normal(h*w*f.Out)
				for i := range src { // as a ReLU's output
					src[i] = max(src[i], 0)
				}
				want, wantBack := d.out(len(dDst)), d.out(len(src))
				Plain[float64]{}.Conv(want, src, h, w, f, nil)
				Plain[float64]{}.ConvBackward(wantBack, dDst, h, w, f, nil)

				dst, dSrc := make([]float32, len(want)), make([]float32, len(wantBack))
				e.Conv(dst, narrowed(src), h, w, f, nil)
				e.ConvBackward(dSrc, narrowed(dDst), h, w, f, nil)
				for pass, pair := range map[string][2][]float64{"forward": {widened(dst), want}, "backward": {widened(dSrc), wantBack}} {
					largest := worst(pair[0], pair[1])
					t.Logf("%s: largest error %.2g, rms %.2g of the output's rms", pass, largest, rmsError(pair[0], pair[1]))
					bound := WinogradBound
					if pass == "backward" && f.backward() == winogradBackward6 {
						bound = WinogradBackwardBound
					}
					if !(largest <= bound) {
						t.Errorf("%s: largest error %.3g of the output's rms, the bound is %.3g", pass, largest, bound)
					}
				}
			})
		}
	}
}

// Without Filter.Winograd the convolution is direct, and more accurate.
func TestWithoutWinograd(t *testing.T) {
	for _, e := range engines(t, 2) {
		d := newFixture[float32](t)
		f := d.filter(&Filter{In: 64, Out: 64, KH: 3, KW: 3, Stride: 1, Pad: 1})
		src, dst := d.normal(8*8*64), d.out(8*8*64)
		wide, want := widened(src), make([]float64, len(dst))
		Plain[float64]{}.Conv(want, wide, 8, 8, f, nil)
		e.Conv(dst, src, 8, 8, f, nil)
		direct := worst(widened(dst), want)
		if !(direct < 3e-6) {
			t.Errorf("%s: largest error %.3g of the output's rms", e.Variant(), direct)
		}
		if e.Variant() == genericISA {
			continue
		}
		f.Winograd = true
		e.Conv(dst, src, 8, 8, f, nil)
		if err := worst(widened(dst), want); !(err > direct) {
			t.Errorf("%s: error %.3g with Winograd, %.3g without: the switch has no effect", e.Variant(), err, direct)
		}
	}
}

func narrowed(s []float64) []float32 {
	narrow := make([]float32, len(s))
	for i, v := range s {
		narrow[i] = float32(v)
	}
	return narrow
}

func rmsError(got, want []float64) float64 {
	difference := make([]float64, len(want))
	for i := range want {
		difference[i] = got[i] - want[i]
	}
	return rms(difference) / rms(want)
}

// TestFlatKeepsTies convolves pictures that are constant in rectangles at odd positions:
// outputs with equal neighbourhoods there must be bitwise equal, and max pooling must pick
// the first, as in a direct convolution.
func TestFlatKeepsTies(t *testing.T) {
	t.Run("Conv", func(t *testing.T) {
		flatKeepsTies(t, func(k Kernels[float32], dst, src []float32, h, w int, f *Filter) { k.Conv(dst, src, h, w, f, nil) },
			func(dst, src []float64, h, w int, f *Filter) { Plain[float64]{}.Conv(dst, src, h, w, f, nil) })
	})
	t.Run("ConvReLU", func(t *testing.T) {
		flatKeepsTies(t, func(k Kernels[float32], dst, src []float32, h, w int, f *Filter) { k.ConvReLU(dst, src, h, w, f, nil) },
			func(dst, src []float64, h, w int, f *Filter) { Plain[float64]{}.ConvReLU(dst, src, h, w, f, nil) })
	})
}

func flatKeepsTies(t *testing.T, conv func(k Kernels[float32], dst, src []float32, h, w int, f *Filter),
	plain func(dst, src []float64, h, w int, f *Filter)) {
	const h, w, channels = 22, 27, 24
	rectangles := [][4]int{{1, 2, 9, 13}, {5, 15, 22, 27}, {12, 0, 20, 6}, {14, 8, 17, 15}} // y0, x0, y1, x1
	for _, e := range engines(t, 2) {
		for _, flat := range []bool{true, false} {
			d := newFixture[float32](t)
			f := d.filter(&Filter{In: channels, Out: 32, KH: 3, KW: 3, Stride: 1, Pad: 1, Winograd: true, Flat: flat})
			src := d.normal(h * w * channels)
			for i, r := range rectangles {
				for y := r[0]; y < r[2]; y++ {
					for x := r[1]; x < r[3]; x++ {
						copy(src[(y*w+x)*channels:][:channels], src[i*channels:][:channels])
					}
				}
			}
			dst := make([]float32, h*w*f.Out)
			conv(e, dst, src, h, w, f)
			different := 0
			for _, r := range rectangles {
				at := func(y, x int) []float32 { return dst[(y*w+x)*f.Out:][:f.Out] }
				first := at(r[0]+1, r[1]+1)
				for y := r[0] + 1; y < r[2]-1; y++ {
					for x := r[1] + 1; x < r[3]-1; x++ {
						if !slices.Equal(at(y, x), first) {
							different++
						}
					}
				}
			}
			p := Pool{Size: 2, Stride: 2}
			oh, ow := p.OutSize(h, w)
			pooled, argmax := make([]float32, oh*ow*f.Out), make([]uint8, oh*ow*f.Out)
			e.MaxPool(pooled, dst, h, w, f.Out, p, argmax)
			wide, want := make([]float64, len(dst)), make([]uint8, len(argmax))
			plain(wide, widened(src), h, w, f)
			Plain[float64]{}.MaxPool(make([]float64, len(pooled)), wide, h, w, f.Out, p, want)
			if flat && different > 0 {
				t.Errorf("%s: %d outputs in flat areas differ", e.Variant(), different)
			}
			if flat && !slices.Equal(argmax, want) {
				t.Errorf("%s: max pooling does not pick the elements of the direct convolution", e.Variant())
			}
			if !flat && different == 0 && e.Variant() != genericISA {
				t.Errorf("%s: flat areas are equal without Flat too: the test has no power", e.Variant())
			}
		}
	}
}
