package compute

import (
	"math"
	"runtime"
	"slices"
	"strings"
	"testing"
)

// Every kernel of every variant agrees with plain Go in float64, within rounding, and
// gives the same bits at any number of threads.
func TestKernelsAgreeWithPlain(t *testing.T) {
	threads := []int{1, 2, 5}
	byThreads := make([][]*Engine, len(threads))
	for i, n := range threads {
		byThreads[i] = engines(t, n)
	}
	for _, c := range trials() {
		t.Run(c.name, func(t *testing.T) {
			want := c.double(t, Plain[float64]{})
			agree(t, "plain", c.single(t, Plain[float32]{}), want, c.tolerance)
			for v, e := range byThreads[0] {
				got := c.single(t, e)
				agree(t, e.Variant(), got, want, c.tolerance)
				for i, n := range threads[1:] {
					if !identical(c.single(t, byThreads[i+1][v]), got) {
						t.Errorf("%s: %d threads and 1 give different bits", e.Variant(), n)
					}
				}
			}
		})
	}
}

func agree(t *testing.T, variant string, got, want outcome, tolerance float64) {
	if !slices.Equal(got.bits, want.bits) {
		t.Errorf("%s: masks or positions differ", variant)
	}
	if err := worst(got.values, want.values); !(err <= tolerance) {
		t.Errorf("%s: off by %.3g of the output's rms, more than %.3g", variant, err, tolerance)
	}
}

func identical(a, b outcome) bool {
	return slices.Equal(a.bits, b.bits) && slices.EqualFunc(a.values, b.values, func(x, y float64) bool {
		return math.Float64bits(x) == math.Float64bits(y)
	})
}

// NaN must reach the loss.
func TestNaNPassesThrough(t *testing.T) {
	kernels := []Kernels[float32]{Plain[float32]{}}
	for _, e := range engines(t, 2) {
		kernels = append(kernels, e)
	}
	nan := float32(math.NaN())
	for _, k := range kernels {
		src := make([]float32, 16*16)
		for i := range 16 {
			src[i*16+i] = nan // at a different place in the window for each channel
		}
		dst, mask := make([]float32, len(src)), make([]uint64, MaskLen(len(src)))
		k.ReLU(dst, src, mask)
		for i := range src {
			if (dst[i] != dst[i]) != (src[i] != src[i]) || mask[i/64] != 0 {
				t.Fatalf("%T: ReLU makes %v of %v", k, dst[i], src[i])
			}
		}
		pooled, argmax := make([]float32, 16), make([]uint8, 16)
		k.MaxPool(pooled, src, 4, 4, 16, Pool{Size: 4, Stride: 4}, argmax)
		for c, v := range pooled {
			if v == v || int(argmax[c]) != c {
				t.Fatalf("%T: the maximum with NaN at %d is %v at %d", k, c, v, argmax[c])
			}
		}
	}
}

func TestWrongLengthsPanic(t *testing.T) {
	f := &Filter{In: 2, Out: 3, KH: 3, KW: 3, Stride: 1, Pad: 1, Kernel: make([]float32, 54), Bias: make([]float32, 3)}
	short := &Filter{In: 2, Out: 3, KH: 3, KW: 3, Stride: 1, Pad: 1, Kernel: make([]float32, 53), Bias: make([]float32, 3)}
	s := func(n int) []float32 { return make([]float32, n) }
	m := func(n int) []uint64 { return make([]uint64, n) }
	p := Pool{Size: 2, Stride: 2}
	calls := map[string]func(k Kernels[float32]){
		"Conv dst":      func(k Kernels[float32]) { k.Conv(s(47), s(32), 4, 4, f, nil) },
		"Conv src":      func(k Kernels[float32]) { k.Conv(s(48), s(31), 4, 4, f, nil) },
		"Conv mask":     func(k Kernels[float32]) { k.Conv(s(48), s(32), 4, 4, f, m(2)) },
		"Conv empty":    func(k Kernels[float32]) { k.Conv(nil, nil, 0, 4, f, nil) },
		"Conv kernel":   func(k Kernels[float32]) { k.Conv(s(48), s(32), 4, 4, short, nil) },
		"ConvBackward":  func(k Kernels[float32]) { k.ConvBackward(s(32), s(49), 4, 4, f, nil) },
		"ConvReLU gate": func(k Kernels[float32]) { k.ConvReLUBackward(s(32), s(48), s(31), 4, 4, f, nil) },
		"ReLU":          func(k Kernels[float32]) { k.ReLU(s(64), s(64), nil) },
		"ReLUBackward":  func(k Kernels[float32]) { k.ReLUBackward(s(64), s(63), m(1)) },
		"MaxPool":       func(k Kernels[float32]) { k.MaxPool(s(4), s(16), 4, 4, 1, p, make([]uint8, 3)) },
		"MaxPool window": func(k Kernels[float32]) {
			k.MaxPool(s(1), s(400), 20, 20, 1, Pool{Size: 20, Stride: 20}, make([]uint8, 1))
		},
		"MaxPoolBackward":    func(k Kernels[float32]) { k.MaxPoolBackward(s(16), s(5), 4, 4, 1, p, make([]uint8, 5)) },
		"AvgPool":            func(k Kernels[float32]) { k.AvgPool(s(4), s(15), 4, 4, 1, p) },
		"AvgPoolBackward":    func(k Kernels[float32]) { k.AvgPoolBackward(s(16), s(3), 4, 4, 1, p) },
		"Gram":               func(k Kernels[float32]) { k.Gram(s(4), s(7), 4, 2, 1) },
		"ConvGram":           func(k Kernels[float32]) { k.ConvGram(s(8), s(32), 4, 4, f, 1) },
		"ConvGramBackward":   func(k Kernels[float32]) { k.ConvGramBackward(s(31), s(9), s(32), 4, 4, f, 1, true) },
		"GramBackward":       func(k Kernels[float32]) { k.GramBackward(s(8), s(3), s(8), 4, 2, 1, false) },
		"SquaredError":       func(k Kernels[float32]) { k.SquaredError(s(4), s(5)) },
		"SquaredErrorBack":   func(k Kernels[float32]) { k.SquaredErrorBackward(s(5), s(4), s(4), 1) },
		"AbsDifferences":     func(k Kernels[float32]) { k.AbsDifferences(s(5), 2, 3, 1) },
		"AbsDifferencesBack": func(k Kernels[float32]) { k.AbsDifferencesBackward(s(5), s(6), 2, 3, 1, 1, 1) },
		"Affine":             func(k Kernels[float32]) { k.Affine(s(4), s(4), [3][3]float64{}, [3]float64{}) },
		"AffineBackward":     func(k Kernels[float32]) { k.AffineBackward(s(3), s(6), [3][3]float64{}) },
		"MatMul a":           func(k Kernels[float32]) { k.MatMul(s(6), s(5), s(6), 2, 3, 2, false, true) },
		"MatMul b":           func(k Kernels[float32]) { k.MatMul(s(4), s(6), s(5), 2, 3, 2, false, false) },
		"MatMul dst":         func(k Kernels[float32]) { k.MatMul(s(5), s(6), s(6), 2, 3, 2, true, false) },
		"Parallel":           func(k Kernels[float32]) { k.Parallel(5, 0, func(int, int) {}) },
		"Accumulate":         func(k Kernels[float32]) { k.Accumulate(s(3), s(4)) },
	}
	kernels := []Kernels[float32]{Plain[float32]{}}
	for _, e := range engines(t, 1) {
		kernels = append(kernels, e)
	}
	for name, call := range calls {
		for _, k := range kernels {
			if message := panicOf(func() { call(k) }); !strings.Contains(message, "compute: ") {
				t.Errorf("%s on %T: panic %q", name, k, message)
			}
		}
	}
}

func TestNewEngineRejects(t *testing.T) {
	for _, c := range []struct {
		options Options
		want    string
	}{
		{Options{ISA: "sse9"}, `"sse9" (available: `},
		{Options{Threads: -1}, "give at least 1"},
	} {
		if _, err := NewEngine(c.options); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%+v: error %v, want one with %q", c.options, err, c.want)
		}
	}
}

// After the first call nothing as large as a tensor is allocated.
func TestWorkspacesAreReused(t *testing.T) {
	const h, w, c = 40, 40, 64
	for _, e := range engines(t, 1) { // with two, one worker might get no task in the first round
		if e.Variant() == genericISA {
			continue
		}
		d := newFixture[float32](t)
		f := d.filter(&Filter{In: c, Out: c, KH: 3, KW: 3, Stride: 1, Pad: 1, Winograd: true})
		odd := d.filter(&Filter{In: c, Out: 40, KH: 5, KW: 5, Stride: 2, Pad: 2})
		src, dst, mask := d.normal(h*w*c), d.out(h*w*c), d.mask(h*w*c)
		oddDst, oddMask, gram := d.out(20*20*40), d.mask(20*20*40), d.out(c*c)
		first := d.filter(&Filter{In: 3, Out: c, KH: 3, KW: 3, Stride: 1, Pad: 1})
		picture, picture2 := d.normal(h*w*3), d.normal(h*w*3)
		all := func() {
			e.Conv(dst, src, h, w, f, mask)
			e.ConvBackward(src, dst, h, w, f, mask)
			e.Conv(oddDst, src, h, w, odd, oddMask)
			e.ConvBackward(src, oddDst, h, w, odd, oddMask)
			e.Gram(gram, src, h*w, c, 1)
			e.GramBackward(dst, gram, src, h*w, c, 1, false)
			e.ConvGram(gram, picture, h, w, first, 1)
			e.ConvGramBackward(picture, gram, picture2, h, w, first, 1, false)
			e.MatMul(gram, src, dst, c, h*w, c, true, false)
		}
		all()
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		all()
		runtime.ReadMemStats(&after)
		if bytes := after.TotalAlloc - before.TotalAlloc; bytes > 32<<10 {
			t.Errorf("%s allocates %d bytes in the second round", e.Variant(), bytes)
		}
	}
}

func panicOf(f func()) (message string) {
	defer func() {
		if value := recover(); value != nil {
			message, _ = value.(string)
		}
	}()
	f()
	return ""
}

// TestThreadsOfTheProcess: the default is GOMAXPROCS, which respects a container's quota.
func TestThreadsOfTheProcess(t *testing.T) {
	before := runtime.GOMAXPROCS(runtime.NumCPU() + 3)
	defer runtime.GOMAXPROCS(before)
	e, err := NewEngine(Options{})
	if err != nil {
		t.Fatal(err)
	}
	if got, want := e.Threads(), runtime.NumCPU()+3; got != want {
		t.Errorf("%d threads, want %d", got, want)
	}
}
