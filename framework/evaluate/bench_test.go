package evaluate

import (
	"context"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"runexp/backbones"
	"runexp/framework"
	"runexp/framework/compute"
	"runexp/framework/imaging"
	"runexp/framework/measure"
	"runexp/framework/weights"
	"runexp/internal/shared"
	"runexp/metrics"
	"runexp/metrics/dists"
	"runexp/metrics/lpips"
)

// BenchmarkMetrics measures what each metric adds to the scoring of a picture of 512×512
// pixels, on one thread, and "network" the features that all of them share. Each metric is
// given an image of its own: moments, which several share, count for all of them.
func BenchmarkMetrics(b *testing.B) {
	places := weights.Places{Env: filepath.Join(shared.Dir(b), "weights")}
	for _, name := range []string{"vgg19-lite", "vgg19"} {
		plugin, err := backbones.Registry(places).Lookup(name)
		if err != nil {
			b.Fatal(err)
		}
		backbone, err := plugin.New(plugin.Options())
		if err != nil {
			b.Fatal(err)
		}
		c := Config{Name: name, Backbone: backbone, Metrics: metrics.Registry(), Requested: []string{"eval/cfsd_published", "eval/effectiveness"}}
		benchmarkMetrics(b, c)
	}
	for pooling, m := range map[string]framework.Metric{
		"max": lpips.New(linear()), "hann": dists.New(positive(200, 1475), positive(201, 1475)),
	} {
		c := Config{Name: "vgg16 with " + pooling, Backbone: randomVGG16(b, pooling), Metrics: framework.NewRegistry[framework.Metric]("metric")}
		framework.RegisterMetric(c.Metrics, "by_vgg16", m)
		benchmarkMetrics(b, c)
	}
}

func benchmarkMetrics(b *testing.B, c Config) {
	const side = 512
	var err error
	if c.Layers, err = HeldOut(c.Backbone.Layers(), d2l()); err != nil {
		b.Fatal(err)
	}
	if c.Weights, err = c.Backbone.Weights(c.Layers.Taps()); err != nil {
		b.Fatal(err)
	}
	c.Weights.SHA256 = "of a benchmark"
	e, err := compute.NewEngine(compute.Options{Threads: 1})
	if err != nil {
		b.Fatal(err)
	}
	defer e.Close()
	s, err := New(c, e)
	if err != nil {
		b.Fatal(err)
	}
	n, err := newNetwork(c, s.taps(), e, side, side)
	if err != nil {
		b.Fatal(err)
	}
	see := func(m *imaging.Image) *measure.Image {
		pix := m.Resize(side, side).Pix
		for i := range pix {
			pix[i] = min(max(pix[i], 0), 1)
		}
		if err := n.run(context.Background(), pix); err != nil {
			b.Fatal(err)
		}
		return measure.New(e, pix, side, side, n.features)
	}
	b.Run(c.Name+"/network", func(b *testing.B) { timed(b, func() { see(landscape()) }) })
	for _, m := range s.metrics {
		layers, _ := c.Layers.layersOf(m)
		var scores []framework.Score
		prepare := func(b *testing.B, image *measure.Image) {
			scores = nil
			for _, layer := range layers {
				score, err := m.Prepare(image, layer)
				if err != nil {
					b.Fatal(err)
				}
				scores = append(scores, score)
			}
		}
		b.Run(c.Name+"/"+m.name+"/prepare", func(b *testing.B) {
			image := see(brushwork())
			timed(b, func() { prepare(b, measure.New(e, image.Pix, side, side, n.features)) })
		})
		b.Run(c.Name+"/"+m.name+"/score", func(b *testing.B) {
			prepare(b, see(brushwork()))
			picture := see(landscape())
			timed(b, func() {
				again := measure.New(e, picture.Pix, side, side, n.features)
				for _, score := range scores {
					score(again)
				}
			})
		})
	}
}

// timed calls what in a loop and reports the processor's time for a call, which other
// programs on the machine disturb less than the time on the clock.
func timed(b *testing.B, what func()) {
	used := func() time.Duration {
		var r syscall.Rusage
		if err := syscall.Getrusage(syscall.RUSAGE_SELF, &r); err != nil {
			b.Fatal(err)
		}
		return time.Duration(r.Utime.Nano() + r.Stime.Nano())
	}
	before := used()
	for b.Loop() {
		what()
	}
	b.ReportMetric(float64((used()-before).Milliseconds())/float64(b.N), "cpu-ms/op")
}
