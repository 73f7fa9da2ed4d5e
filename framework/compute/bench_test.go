package compute

import (
	"fmt"
	"testing"
)

// Benchmarks for benchstat, for each variant in RUNEXP_ISA (by default all native ones):
//
//	RUNEXP_ISA=avx512 go test -run '^$' -bench Conv/150x225 -count 7 ./framework/compute

// A layer of VGG-19 and the factor its input is reduced by.
type layer struct {
	name    string
	in, out int
	shrink  int
}

// vggLayers is VGG-19 up to conv5_1, the deepest tap of the common recipes.
func vggLayers() []layer {
	return []layer{
		{"conv1_1", 3, 64, 1}, {"conv1_2", 64, 64, 1},
		{"conv2_1", 64, 128, 2}, {"conv2_2", 128, 128, 2},
		{"conv3_1", 128, 256, 4}, {"conv3_2", 256, 256, 4}, {"conv3_3", 256, 256, 4}, {"conv3_4", 256, 256, 4},
		{"conv4_1", 256, 512, 8}, {"conv4_2", 512, 512, 8}, {"conv4_3", 512, 512, 8}, {"conv4_4", 512, 512, 8},
		{"conv5_1", 512, 512, 16},
	}
}

var benchSizes = [][2]int{{150, 225}, {300, 450}, {600, 900}}

// eachEngine runs f for each picture size and native variant.
func eachEngine(b *testing.B, f func(b *testing.B, e *Engine, h, w int)) {
	for _, size := range benchSizes {
		for _, e := range engines(b, 0) {
			if e.Variant() == genericISA {
				continue // a picture would take minutes
			}
			b.Run(fmt.Sprintf("%dx%d/%s", size[0], size[1], e.Variant()), func(b *testing.B) { f(b, e, size[0], size[1]) })
		}
	}
}

// convBench is one layer with its buffers.
type convBench struct {
	layer
	h, w     int
	filter   *Filter
	src, dst []float32 // and separate gradients: fed back into each other, the numbers would vanish
	dSrc     []float32
	dDst     []float32
	mask     []uint64
}

func newConvBench(l layer, h, w int) *convBench {
	d := newFixture[float32](nil)
	c := &convBench{layer: l, h: h / l.shrink, w: w / l.shrink}
	c.filter = d.filter(&Filter{In: l.in, Out: l.out, KH: 3, KW: 3, Stride: 1, Pad: 1, Winograd: true})
	c.src, c.dst = Aligned[float32](c.h*c.w*l.in), Aligned[float32](c.h*c.w*l.out)
	c.dSrc, c.dDst = Aligned[float32](len(c.src)), Aligned[float32](len(c.dst))
	copy(c.src, d.normal(len(c.src)))
	copy(c.dDst, d.normal(len(c.dDst)))
	c.mask = make([]uint64, MaskLen(len(c.dst)))
	return c
}

func (c *convBench) forward(e *Engine)  { e.Conv(c.dst, c.src, c.h, c.w, c.filter, c.mask) }
func (c *convBench) backward(e *Engine) { e.ConvBackward(c.dSrc, c.dDst, c.h, c.w, c.filter, c.mask) }

// flops is the number of operations of a direct convolution.
func (c *convBench) flops() float64 { return 2 * 9 * float64(c.h*c.w*c.in*c.out) }

func BenchmarkConv(b *testing.B) {
	eachEngine(b, func(b *testing.B, e *Engine, h, w int) {
		for _, l := range vggLayers() {
			c := newConvBench(l, h, w)
			for name, run := range map[string]func(*Engine){"forward": c.forward, "backward": c.backward} {
				run(e) // transforms the filters
				b.Run(l.name+"/"+name, func(b *testing.B) {
					for b.Loop() {
						run(e)
					}
					b.ReportMetric(c.flops()*float64(b.N)/b.Elapsed().Seconds()/1e9, "direct-GFLOP/s")
				})
			}
		}
	})
}

// BenchmarkNetwork measures the Winograd convolutions of one iteration.
func BenchmarkNetwork(b *testing.B) {
	eachEngine(b, func(b *testing.B, e *Engine, h, w int) {
		var layers []*convBench
		for _, l := range vggLayers()[1:] {
			layers = append(layers, newConvBench(l, h, w))
		}
		iteration := func() {
			for _, c := range layers {
				c.forward(e)
			}
			for i := range layers {
				layers[len(layers)-1-i].backward(e)
			}
		}
		iteration()
		for b.Loop() {
			iteration()
		}
	})
}

// benchmark reports a lower bound of the bytes per second that a kernel reads and writes.
func benchmark(b *testing.B, name string, bytes int, run func()) {
	run() // workspaces
	b.Run(name, func(b *testing.B) {
		b.SetBytes(int64(bytes))
		for b.Loop() {
			run()
		}
	})
}

// BenchmarkGram measures Gram and its gradient at the layers of the common recipe.
func BenchmarkGram(b *testing.B) {
	eachEngine(b, func(b *testing.B, e *Engine, h, w int) {
		d := newFixture[float32](nil)
		for _, l := range []layer{{"conv1_1", 0, 64, 1}, {"conv2_1", 0, 128, 2}, {"conv3_1", 0, 256, 4}, {"conv4_1", 0, 512, 8}, {"conv5_1", 0, 512, 16}} {
			n, c := h/l.shrink*(w/l.shrink), l.out
			src, dSrc, gram := d.normal(n*c), Aligned[float32](n*c), Aligned[float32](c*c)
			benchmark(b, l.name+"/forward", 4*n*c, func() { e.Gram(gram, src, n, c, 1/float64(n)) })
			benchmark(b, l.name+"/backward", 8*n*c, func() { e.GramBackward(dSrc, gram, src, n, c, 1/float64(n), false) })
		}
	})
}

// BenchmarkPool measures pool1 of VGG, the largest.
func BenchmarkPool(b *testing.B) {
	eachEngine(b, func(b *testing.B, e *Engine, h, w int) {
		const c = 64
		p := Pool{Size: 2, Stride: 2}
		oh, ow := p.OutSize(h, w)
		d := newFixture[float32](nil)
		large, small, argmax := d.normal(h*w*c), d.normal(oh*ow*c), make([]uint8, oh*ow*c)
		bytes := 4 * (len(large) + len(small))
		benchmark(b, "max/forward", bytes+len(argmax), func() { e.MaxPool(small, large, h, w, c, p, argmax) })
		benchmark(b, "max/backward", bytes+len(argmax), func() { e.MaxPoolBackward(large, small, h, w, c, p, argmax) })
		benchmark(b, "avg/forward", bytes, func() { e.AvgPool(small, large, h, w, c, p) })
		benchmark(b, "avg/backward", bytes, func() { e.AvgPoolBackward(large, small, h, w, c, p) })
	})
}

// BenchmarkElements measures the elementwise loops, at the size of conv1_1's output or
// of the picture.
func BenchmarkElements(b *testing.B) {
	eachEngine(b, func(b *testing.B, e *Engine, h, w int) {
		d := newFixture[float32](nil)
		x, y, z := d.normal(h*w*64), d.normal(h*w*64), Aligned[float32](h*w*64)
		mask := make([]uint64, MaskLen(len(x)))
		bytes := 4 * len(x)
		benchmark(b, "ReLU", 2*bytes, func() { e.ReLU(z, x, mask) })
		benchmark(b, "ReLUBackward", 2*bytes, func() { e.ReLUBackward(z, x, mask) })
		benchmark(b, "Accumulate", 3*bytes, func() { e.Accumulate(z, x) })
		benchmark(b, "SquaredError", 2*bytes, func() { e.SquaredError(x, y) })
		benchmark(b, "SquaredErrorBackward", 3*bytes, func() { e.SquaredErrorBackward(z, x, y, 0.5) })
		n := h * w * 3
		m := [3][3]float64{{1, 2, 3}, {4, 5, 6}, {7, 8, 9}}
		benchmark(b, "AbsDifferences", 4*n, func() { e.AbsDifferences(x[:n], h, w, 3) })
		benchmark(b, "AbsDifferencesBackward", 8*n, func() { e.AbsDifferencesBackward(z[:n], x[:n], h, w, 3, 1, 1) })
		benchmark(b, "Affine", 8*n, func() { e.Affine(z[:n], x[:n], m, [3]float64{}) })
		benchmark(b, "AffineBackward", 8*n, func() { e.AffineBackward(z[:n], x[:n], m) })
	})
}
