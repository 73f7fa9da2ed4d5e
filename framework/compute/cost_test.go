package compute

import (
	"slices"
	"testing"
)

// TestFilterBytes compares the prediction with the transformed filters.
func TestFilterBytes(t *testing.T) {
	for _, e := range engines(t, 2) {
		for _, f := range []*Filter{
			{In: 20, Out: 33, KH: 3, KW: 3, Stride: 1, Pad: 1, Winograd: true},
			{In: 20, Out: 33, KH: 3, KW: 3, Stride: 1, Pad: 1, Winograd: true, Flat: true},
			{In: 3, Out: 20, KH: 5, KW: 4, Stride: 2, Pad: 2},
		} {
			d := newFixture[float32](t)
			f = d.filter(f)
			const h, w = 8, 9
			oh, ow := f.OutSize(h, w)
			src, dst := d.normal(h*w*f.In), make([]float32, oh*ow*f.Out)
			e.Conv(dst, src, h, w, f, nil)
			e.ConvBackward(src, dst, h, w, f, nil)
			kept := int64(0)
			for _, p := range f.prepared.forms {
				kept += 4 * int64(len(p.data))
			}
			own, forward, backward := FilterMemory(e, []*Filter{f})
			if forward+backward != kept || own != 4*int64(len(f.Kernel)+len(f.Bias)) {
				t.Errorf("%s: %d, %d and %d bytes predicted for %+v, %d allocated", e.Variant(), own, forward, backward, f, kept)
			}
			again := make([]float32, len(dst))
			e.Conv(dst, src, h, w, f, nil)
			f.Evict()
			if len(f.prepared.forms) != 0 {
				t.Errorf("%s: %+v is not evicted", e.Variant(), f)
			}
			if e.Conv(again, src, h, w, f, nil); !slices.Equal(dst, again) {
				t.Errorf("%s: the result differs after eviction of %+v", e.Variant(), f)
			}
		}
	}
}

func TestArithmetic(t *testing.T) {
	f := &Filter{In: 64, Out: 128, KH: 3, KW: 3, Stride: 1, Pad: 1, Winograd: true}
	for _, e := range engines(t, 1) {
		const direct = 2.0 * 8 * 9 * 9 * 64 * 128
		want := map[bool]float64{
			false: 2.0 * 2 * 3 * 36 * 64 * 128, // 2 × 3 tiles of 4×4
			true:  2.0 * 2 * 2 * 64 * 64 * 128, // 2 × 2 tiles of 6×6
		}
		for _, backward := range []bool{false, true} {
			if e.Variant() == genericISA {
				want[backward] = direct
			}
			if d, r := e.Arithmetic(f, 8, 9, backward); d != direct || r != want[backward] {
				t.Errorf("%s, backward %v: %g and %g operations, want %g and %g", e.Variant(), backward, d, r, direct, want[backward])
			}
		}
		if peak := e.Peak(); !(peak > 0.01) {
			t.Errorf("%s: a peak of %g GFLOP/s", e.Variant(), peak)
		}
	}
}
