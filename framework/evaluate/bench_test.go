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
)

// BenchmarkMetrics measures what each metric adds to the score of a picture of 512×512
// pixels, and "network" the features without any metric. Moments, which several metrics
// share, are measured by the first of them: each metric is given an image of its own.
func BenchmarkMetrics(b *testing.B) {
	const side = 512
	for _, name := range []string{"vgg19-lite", "vgg19"} {
		plugin, err := backbones.Registry(weights.Places{Env: filepath.Join(shared.Dir(b), "weights")}).Lookup(name)
		if err != nil {
			b.Fatal(err)
		}
		backbone, err := plugin.New(plugin.Options())
		if err != nil {
			b.Fatal(err)
		}
		c := Config{Name: name, Backbone: backbone, Metrics: metrics.Registry(), Requested: []string{"eval/cfsd_published"}}
		if c.Layers, err = HeldOut(backbone.Layers(), d2l()); err != nil {
			b.Fatal(err)
		}
		if c.Weights, err = backbone.Weights(c.Layers.Taps()); err != nil {
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
		b.Run(name+"/network", func(b *testing.B) {
			timed(b, func() { see(landscape()) })
		})
		for _, m := range s.metrics {
			layers, _ := c.Layers.layersOf(m)
			b.Run(name+"/"+m.name+"/prepare", func(b *testing.B) {
				image := see(brushwork())
				timed(b, func() {
					for _, layer := range layers {
						if _, err := m.Prepare(measure.New(e, image.Pix, side, side, n.features), layer); err != nil {
							b.Fatal(err)
						}
					}
				})
			})
			b.Run(name+"/"+m.name+"/score", func(b *testing.B) {
				var scores []framework.Score
				for _, layer := range layers {
					score, err := m.Prepare(see(brushwork()), layer)
					if err != nil {
						b.Fatal(err)
					}
					scores = append(scores, score)
				}
				picture := see(landscape())
				timed(b, func() {
					for _, score := range scores {
						score(measure.New(e, picture.Pix, side, side, n.features))
					}
				})
			})
		}
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
