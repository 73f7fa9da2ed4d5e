package evaluate

import (
	"context"
	"math"
	"runtime"
	"slices"
	"testing"

	"runexp/backbones"
	"runexp/framework/compute"
	"runexp/framework/imaging"
	"runexp/framework/weights"
)

// lite returns the embedded backbone with the layers that d2l's recipe leaves.
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
	c := Config{Name: "vgg19-lite", Backbone: b}
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
func against(t *testing.T, s *Scorer, photograph, painting *imaging.Image) *Reference {
	t.Helper()
	r, err := s.Prepare(context.Background(), photograph, painting, 96, 128)
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

// ideal is what a metric gives a picture that equals what it is compared with.
func ideal(d Definition) float64 {
	switch d.Name {
	case "eval/ssim", "eval/edges", "eval/noise_relative", "eval/tv":
		return 1
	}
	return 0
}

func TestEqualPictures(t *testing.T) {
	s := scorer(t, 2)
	r := against(t, s, landscape(), brushwork())
	for picture, m := range map[string]*imaging.Image{"photograph": landscape(), "painting": brushwork()} {
		got := scores(t, r, m)
		for _, d := range s.Metrics() {
			if d.Against == picture && math.Abs(got[d.Name]-ideal(d)) > 1e-12 {
				t.Errorf("the %s itself: %s is %g, want %g", picture, d.Name, got[d.Name], ideal(d))
			}
		}
	}
}

// TestDirections takes pictures away from what they are compared with, step by
// step: every metric must get worse in the direction that its definition says.
func TestDirections(t *testing.T) {
	s := scorer(t, 2)
	photograph, painting := landscape(), brushwork()
	r := against(t, s, photograph, painting)
	series := map[string][]*imaging.Image{
		"photograph": {photograph, noisy(photograph, 5), noisy(photograph, 15), noisy(photograph, 40)},
		"painting":   {painting, blend(painting, photograph, 0.3), blend(painting, photograph, 0.6), photograph},
		"":           {grey(), noisy(grey(), 5), noisy(grey(), 15), noisy(grey(), 40)},
	}
	got := map[string][]map[string]float64{}
	for against, pictures := range series {
		for _, m := range pictures {
			got[against] = append(got[against], scores(t, r, m))
		}
	}
	for _, d := range s.Metrics() {
		last := math.NaN()
		for i, all := range got[d.Against] {
			v := all[d.Name]
			if v < d.Range.Low || v > d.Range.High {
				t.Errorf("%s is %g, which is not in %v", d.Name, v, d.Range)
			}
			worse := i == 0 || d.Better == Neither || d.Better == Lower && v > last || d.Better == Higher && v < last
			if !worse {
				t.Errorf("%s is %g after %g at step %d, which is no worse, since %s is better", d.Name, v, last, i, d.Better)
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
		if want := (got["eval/noise"] + noiseFloor) / noiseFloor; math.Abs(got["eval/noise_relative"]-want) > 1e-9 {
			t.Errorf("relative noise %g, want %g", got["eval/noise_relative"], want)
		}
	}
	if math.Abs(noiseFloor-1/math.Sqrt(12)) > 1e-16 {
		t.Errorf("the floor is %v", noiseFloor)
	}
}

func TestBlur(t *testing.T) {
	r := against(t, scorer(t, 2), landscape(), brushwork())
	got := scores(t, r, blurred(landscape()))
	if got["eval/tv"] > 0.7 || got["eval/noise_relative"] > 0.3 || got["eval/ssim"] > 0.97 || got["eval/content"] < 0.01 {
		t.Errorf("a blurred photograph: %v", got)
	}
}

func TestHue(t *testing.T) {
	photograph := landscape()
	r := against(t, scorer(t, 2), photograph, photograph)
	got := scores(t, r, rotated(photograph))
	if got["eval/ssim"] < 0.9999 || got["eval/edges"] < 0.9999 || got["eval/palette"] < 0.03 || got["eval/content"] < 0.01 {
		t.Errorf("a photograph in other hues: %v", got)
	}
}

func TestMirror(t *testing.T) {
	photograph := landscape()
	r := against(t, scorer(t, 2), photograph, photograph)
	got := scores(t, r, mirrored(photograph))
	if got["eval/palette"] != 0 || got["eval/style"] > 0.1 || got["eval/frechet"] > 0.05 || got["eval/content"] < 0.3 {
		t.Errorf("a mirrored photograph: %v", got)
	}
}

// TestContrast: edges do not mind contrast, nor which side of them is bright.
func TestContrast(t *testing.T) {
	photograph := landscape()
	r := against(t, scorer(t, 2), photograph, brushwork())
	negative := mapped(photograph, func(u []float32) {
		for c := range u {
			u[c] = 0.75 - u[c]/2
		}
	})
	got := scores(t, r, negative)
	if math.Abs(got["eval/edges"]-1) > 1e-5 || got["eval/ssim"] > 0.8 {
		t.Errorf("a pale negative: %v", got)
	}
}

// TestNoEdges: what a correlation leaves open.
func TestNoEdges(t *testing.T) {
	none, some := lumaOf(grey().Pix, 96, 128).sobel(), lumaOf(landscape().Pix, 96, 128).sobel()
	if got := correlation(none, none); got != 1 {
		t.Errorf("no edges in both: %g, want 1", got)
	}
	if got := correlation(none, some); got != 0 {
		t.Errorf("no edges in one: %g, want 0", got)
	}
}

// TestPalette: what it costs to shift all colours, and to turn black to white.
func TestPalette(t *testing.T) {
	flat := func(r, g, b float32) palette {
		return newPalette(mapped(grey(), func(u []float32) { u[0], u[1], u[2] = r, g, b }).Pix)
	}
	for _, c := range []struct {
		a, b palette
		want float64 // half the distance
	}{
		{flat(0.5, 0.5, 0.5), flat(0.7, 0.5, 0.5), 0.1},
		{flat(0.5, 0.5, 0.5), flat(0.5, 0.3, 0.5), 0.1},
		{flat(0.5, 0.5, 0.5), flat(0.5, 0.5, 0.9), 0.2},
		{flat(0, 0, 0), flat(1, 1, 1), math.Sqrt(3) / 2},
	} {
		if got := c.a.distance(c.b); math.Abs(got-c.want) > 0.02*c.want {
			t.Errorf("distance %g, want about %g", got, c.want)
		}
	}
}

// TestNoFeatures: the scale of what is relative. Nothing scores 1.
func TestNoFeatures(t *testing.T) {
	k := compute.Plain[float32]{}
	f := formulaFeatures(13)
	style, err := newStyleTarget(momentsOf(k, f, depths))
	if err != nil {
		t.Fatal(err)
	}
	similar, err := newStructure(similarities(k, f, placesY, placesX, depths))
	if err != nil {
		t.Fatal(err)
	}
	none := make([]float32, len(f))
	for name, got := range map[string]float64{
		"content": k.SquaredError(none, f) / energy(f),
		"style":   style.gramDistance(momentsOf(k, none, depths)),
		"frechet": style.frechetDistance(momentsOf(k, none, depths)),
		"cfsd":    similar.divergence(similarities(k, none, placesY, placesX, depths)),
	} {
		if math.Abs(got-1) > 1e-6 {
			t.Errorf("%s is %g, want 1", name, got)
		}
	}
	if _, err := newStyleTarget(momentsOf(k, none, depths)); err == nil {
		t.Error("a painting without features is accepted")
	}
	if _, err := newStructure(similarities(k, none, placesY, placesX, depths)); err == nil {
		t.Error("a photograph without structure is accepted")
	}
}

// TestDeadChannels: a layer with channels that never vary, and more of them than places.
func TestDeadChannels(t *testing.T) {
	const channels, places = 12, 5
	k := compute.Plain[float32]{}
	f := make([]float32, channels*places)
	for i := range f {
		if c := i % channels; c != 3 && c != 7 {
			f[i] = float32(i*i*31%17) / 17
		}
	}
	m := momentsOf(k, f, channels)
	style, err := newStyleTarget(m)
	if err != nil {
		t.Fatal(err)
	}
	if got := style.frechetDistance(m); got > 1e-12 {
		t.Errorf("the distance to itself is %g", got)
	}
	// Twice the features: the mean and the root of the covariance double, so that
	// the distance is that of the features to 0.
	for i := range f {
		f[i] *= 2
	}
	if got := style.frechetDistance(momentsOf(k, f, channels)); math.Abs(got-1) > 1e-5 {
		t.Errorf("the distance to twice the features is %g, want 1", got)
	}
}

// TestMomentsInParts: features that are centred in several parts.
func TestMomentsInParts(t *testing.T) {
	const channels = 1 << 10
	n := centredAtOnce/channels + 3
	f := make([]float32, n*channels)
	for i := range f {
		f[i] = float32(i % 7)
	}
	e, err := compute.NewEngine(compute.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	m := momentsOf(e, f, channels)
	var mean, square float64
	for i := 5; i < len(f); i += channels {
		mean += float64(f[i]) / float64(n)
		square += float64(f[i]) * float64(f[i]) / float64(n)
	}
	if math.Abs(m.mean[5]-mean) > 1e-9 || math.Abs(m.gram(5, 5)-square) > 1e-5*square {
		t.Errorf("mean %g and mean square %g, want %g and %g", m.mean[5], m.gram(5, 5), mean, square)
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

// TestScoreTwice: scoring leaves nothing behind.
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
