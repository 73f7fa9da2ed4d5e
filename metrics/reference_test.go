package metrics_test

import (
	"encoding/json"
	"math"
	"os"
	"testing"

	"runexp/framework"
	"runexp/framework/compute"
	"runexp/framework/measure"
	"runexp/metrics"
)

const (
	height, width            = 40, 52
	placesY, placesX, depths = 9, 11, 7
)

// formulaPicture and formulaFeatures are picture and features of testdata/reference.py.
func formulaPicture(seed, shade int) []float32 {
	pix := make([]float32, 0, height*width*3)
	for y := range height {
		for x := range width {
			for c := range 3 {
				rough := (y*37 + x*101 + c*59 + y*x*seed) % 256
				smooth := (y*255/(height-1) + x*3*(c+1)) % 511
				smooth = min(smooth, 510-smooth)
				pix = append(pix, float32(float64((rough+3*smooth)*(10-shade*c))/10200))
			}
		}
	}
	return pix
}

func formulaFeatures(seed int) []float32 {
	var f []float32
	for i := range placesY * placesX {
		for j := range depths {
			f = append(f, float32(max(0, float64((i*i*7+i*j*seed+j*5+i*3)%97-30)/40)))
		}
	}
	return f
}

// image returns an image with pixels and features that need not match.
func image(pix, features []float32) *measure.Image {
	return measure.New(compute.Plain[float32]{}, pix, height, width, func(string) measure.Features {
		return measure.Features{H: placesY, W: placesX, C: depths, Values: features}
	})
}

// prepared returns the metric called name, prepared with an image.
func prepared(t *testing.T, name string, against *measure.Image) (framework.Score, error) {
	t.Helper()
	plugin, err := metrics.Registry().Lookup(name)
	if err != nil {
		t.Fatal(err)
	}
	m, err := plugin.New(plugin.Options())
	if err != nil {
		t.Fatal(err)
	}
	return m.Prepare(against, "layer")
}

func score(t *testing.T, name string, picture, against *measure.Image) float64 {
	t.Helper()
	s, err := prepared(t, name, against)
	if err != nil {
		t.Fatal(err)
	}
	return s(picture)
}

// TestReference compares every formula with an independent implementation.
func TestReference(t *testing.T) {
	text, err := os.ReadFile("testdata/reference.json")
	if err != nil {
		t.Fatal(err)
	}
	var want map[string]float64
	if err := json.Unmarshal(text, &want); err != nil {
		t.Fatal(err)
	}
	one := image(formulaPicture(1, 0), formulaFeatures(13))
	two := image(formulaPicture(5, 3), formulaFeatures(29))
	flat := image(make([]float32, height*width*3), nil)
	colours := score(t, "palette", one, two)
	const floor = 2. / 3 // of total variation, and 1/√12 of noise
	for _, c := range []struct {
		name           string
		got, tolerance float64 // relative
	}{
		{"ssim", score(t, "ssim", one, two), 1e-9},
		{"edges", score(t, "edges", one, two), 1e-9},
		{"noise", score(t, "noise", one, nil), 1e-9},
		{"noise", (score(t, "noise_relative", one, flat) - 1) / math.Sqrt(12), 1e-9},
		{"variation", (score(t, "tv", one, flat) - 1) * floor, 1e-9},
		{"palette", colours, 1e-3},                     // bins instead of sorted values
		{"palette, random directions", colours, 0.015}, // 64 directions instead of 20,000
		{"content", score(t, "content", one, two), 1e-9},
		{"style", score(t, "style", one, two), 1e-6}, // products in single precision
		{"frechet", score(t, "frechet", one, two), 1e-5},
		{"cfsd", score(t, "cfsd", one, two), 1e-5},
	} {
		if math.Abs(c.got-want[c.name]) > c.tolerance*math.Abs(want[c.name]) {
			t.Errorf("%s: %.12g, want %.12g", c.name, c.got, want[c.name])
		}
	}
}

// TestNoFeatures: a picture without features scores 1, the scale of relative metrics; a
// reference without any is refused.
func TestNoFeatures(t *testing.T) {
	some := image(nil, formulaFeatures(13))
	none := image(nil, make([]float32, placesY*placesX*depths))
	for _, name := range []string{"content", "style", "frechet", "cfsd"} {
		if got := score(t, name, none, some); math.Abs(got-1) > 1e-6 {
			t.Errorf("%s is %g, want 1", name, got)
		}
		if _, err := prepared(t, name, none); err == nil {
			t.Errorf("%s: an image without features is accepted", name)
		}
	}
}
