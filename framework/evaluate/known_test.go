package evaluate

import (
	"context"
	"math"
	"runtime"
	"slices"
	"testing"

	"runexp/backbones"
	"runexp/framework"
	"runexp/framework/compute"
	"runexp/framework/imaging"
	"runexp/framework/weights"
	"runexp/metrics"
)

// lite returns a config with the embedded backbone at the layers that d2l's recipe leaves.
func lite(t *testing.T) Config {
	t.Helper()
	plugin, err := backbones.Registry(weights.Places{}).Lookup("vgg19-lite")
	if err != nil {
		t.Fatal(err)
	}
	b, err := plugin.New(plugin.Options())
	if err != nil {
		t.Fatal(err)
	}
	c := Config{Name: "vgg19-lite", Backbone: b, Metrics: metrics.Registry()}
	if c.Layers, err = HeldOut(b.Layers(), d2l()); err != nil {
		t.Fatal(err)
	}
	if c.Weights, err = b.Weights(c.Layers.Taps()); err != nil {
		t.Fatal(err)
	}
	return c
}

func d2l() []string {
	return []string{"conv1_1", "conv2_1", "conv3_1", "conv4_1", "conv5_1", "conv4_4"}
}

func scorer(t *testing.T, threads int) *Scorer {
	t.Helper()
	e, err := compute.NewEngine(compute.Options{Threads: threads})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(e.Close)
	s, err := New(lite(t), e)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// against prepares a Reference of 96×128.
func against(t *testing.T, s *Scorer, content, style *imaging.Image) *Reference {
	t.Helper()
	r, err := s.Prepare(context.Background(), content, style, 96, 128)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// scores returns m's metrics by name.
func scores(t *testing.T, r *Reference, m *imaging.Image) map[string]float64 {
	t.Helper()
	metrics, err := r.Score(context.Background(), m)
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]float64{}
	for _, metric := range metrics {
		all[metric.Name] = metric.Value
	}
	return all
}

func TestEqualPictures(t *testing.T) {
	s := scorer(t, 2)
	r := against(t, s, landscape(), brushwork())
	for role, m := range map[framework.Role]*imaging.Image{framework.Content: landscape(), framework.Style: brushwork()} {
		got := scores(t, r, m)
		for _, name := range names(s) {
			d, _ := Describe(metrics.Registry(), name)
			if d.Against == role && math.Abs(got[name]-d.Equal) > 1e-12 {
				t.Errorf("the %s image itself: %s is %g, want %g", role, name, got[name], d.Equal)
			}
		}
	}
}

// names returns the names of a Scorer's metrics.
func names(s *Scorer) []string {
	var list []string
	for _, m := range s.Metrics() {
		list = append(list, m.Name)
	}
	return list
}

// TestDirections moves pictures away from their reference, step by step: every metric must
// get worse, in the direction of its definition.
func TestDirections(t *testing.T) {
	s := scorer(t, 2)
	content, style := landscape(), brushwork()
	r := against(t, s, content, style)
	series := map[framework.Role][]*imaging.Image{
		framework.Content: {content, noisy(content, 5), noisy(content, 15), noisy(content, 40)},
		framework.Style:   {style, blend(style, content, 0.3), blend(style, content, 0.6), content},
		"":                {grey(), noisy(grey(), 5), noisy(grey(), 15), noisy(grey(), 40)},
	}
	got := map[framework.Role][]map[string]float64{}
	for role, pictures := range series {
		for _, m := range pictures {
			got[role] = append(got[role], scores(t, r, m))
		}
	}
	for _, name := range names(s) {
		d, _ := Describe(metrics.Registry(), name)
		last := math.NaN()
		for i, all := range got[d.Against] {
			v := all[name]
			if v < d.Low || v > d.High {
				t.Errorf("%s is %g, not in [%g, %g]", name, v, d.Low, d.High)
			}
			worse := i == 0 || d.Better == framework.Neither || d.Better == framework.Lower && v > last || d.Better == framework.Higher && v < last
			if !worse {
				t.Errorf("%s is %g after %g at step %d, but should get worse: %s is better", name, v, last, i, d.Better)
			}
			last = v
		}
	}
}

func TestNoise(t *testing.T) {
	r := against(t, scorer(t, 2), grey(), brushwork())
	for _, sigma := range []float64{2, 5, 10, 20} {
		got := scores(t, r, noisy(grey(), sigma))
		if math.Abs(got["eval/noise"]-sigma) > 0.05*sigma {
			t.Errorf("noise of %g levels is estimated as %g", sigma, got["eval/noise"])
		}
		const floor = 0.28867513459481287 // 1/√12, from rounding
		if want := (got["eval/noise"] + floor) / floor; math.Abs(got["eval/noise_relative"]-want) > 1e-9 {
			t.Errorf("relative noise %g, want %g", got["eval/noise_relative"], want)
		}
	}
}

func TestBlur(t *testing.T) {
	r := against(t, scorer(t, 2), landscape(), brushwork())
	got := scores(t, r, blurred(landscape()))
	if got["eval/tv"] > 0.7 || got["eval/noise_relative"] > 0.3 || got["eval/ssim"] > 0.97 || got["eval/content"] < 0.01 {
		t.Errorf("a blurred image: %v", got)
	}
}

func TestHue(t *testing.T) {
	content := landscape()
	r := against(t, scorer(t, 2), content, content)
	got := scores(t, r, rotated(content))
	if got["eval/ssim"] < 0.9999 || got["eval/edges"] < 0.9999 || got["eval/palette"] < 0.03 || got["eval/content"] < 0.01 {
		t.Errorf("a content image in other hues: %v", got)
	}
}

func TestMirror(t *testing.T) {
	content := landscape()
	r := against(t, scorer(t, 2), content, content)
	got := scores(t, r, mirrored(content))
	if got["eval/palette"] != 0 || got["eval/style"] > 0.1 || got["eval/frechet"] > 0.05 || got["eval/content"] < 0.3 {
		t.Errorf("a mirrored image: %v", got)
	}
}

// TestContrast: eval/edges depends neither on contrast nor on which side is bright.
func TestContrast(t *testing.T) {
	content := landscape()
	r := against(t, scorer(t, 2), content, brushwork())
	negative := mapped(content, func(u []float32) {
		for c := range u {
			u[c] = 0.75 - u[c]/2
		}
	})
	got := scores(t, r, negative)
	if math.Abs(got["eval/edges"]-1) > 1e-5 || got["eval/ssim"] > 0.8 {
		t.Errorf("a pale negative: %v", got)
	}
}

// TestThreads: the same bits at any number of threads.
func TestThreads(t *testing.T) {
	var all [][]Metric
	for _, threads := range []int{1, 3} {
		before := runtime.GOMAXPROCS(threads)
		r := against(t, scorer(t, threads), landscape(), brushwork())
		metrics, err := r.Score(context.Background(), blend(landscape(), brushwork(), 0.4))
		runtime.GOMAXPROCS(before)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, metrics)
	}
	if !slices.Equal(all[0], all[1]) {
		t.Errorf("one thread: %v\nthree: %v", all[0], all[1])
	}
}

// TestScoreTwice: scoring has no state.
func TestScoreTwice(t *testing.T) {
	r := against(t, scorer(t, 2), landscape(), brushwork())
	first := scores(t, r, landscape())
	scores(t, r, grey())
	for name, value := range scores(t, r, landscape()) {
		if value != first[name] {
			t.Errorf("%s: first %g, then %g", name, first[name], value)
		}
	}
}
