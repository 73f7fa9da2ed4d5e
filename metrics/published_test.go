package metrics_test

import (
	"encoding/json"
	"math"
	"os"
	"testing"

	"runexp/framework/compute"
	"runexp/framework/measure"
)

// pictureOf and featuresOf are picture and features of testdata/published.py.
func pictureOf(seed, shade, height, width int) []float32 {
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

func featuresOf(seed, height, width int) measure.Features {
	f := measure.Features{H: height, W: width, C: depths}
	for i := range height * width {
		for j := range depths {
			f.Values = append(f.Values, float32(max(0, float64((i*i*7+i*j*seed+j*5+i*3)%97-30)/40)))
		}
	}
	return f
}

func withPixels(seed, shade, height, width int) *measure.Image {
	return measure.New(compute.Plain[float32]{}, pictureOf(seed, shade, height, width), height, width, nil)
}

func withFeatures(f measure.Features) *measure.Image {
	return measure.New(compute.Plain[float32]{}, nil, 0, 0, func(string) measure.Features { return f })
}

// published returns the numbers of testdata/published.json.
func published(t *testing.T) map[string]float64 {
	t.Helper()
	text, err := os.ReadFile("testdata/published.json")
	if err != nil {
		t.Fatal(err)
	}
	var want map[string]float64
	if err := json.Unmarshal(text, &want); err != nil {
		t.Fatal(err)
	}
	return want
}

// TestPublished compares metrics of publications with their authors' public code.
func TestPublished(t *testing.T) {
	want := published(t)
	got, against := withFeatures(featuresOf(13, placesY, placesX)), withFeatures(featuresOf(29, placesY, placesX))
	for _, c := range []struct {
		name           string
		got, tolerance float64 // relative
	}{
		{"cfsd_published", score(t, "cfsd_published", got, against), 1e-5}, // products in single precision
		{"cfsd_published at 300 positions", score(t, "cfsd_published", withFeatures(featuresOf(13, 15, 20)), withFeatures(featuresOf(29, 15, 20))), 1e-5},
		{"hellinger", score(t, "hellinger", withPixels(1, 0, 40, 52), withPixels(5, 3, 40, 52)), 1e-4}, // sums in single precision
		{"hellinger of a large picture", score(t, "hellinger", withPixels(1, 0, 270, 300), withPixels(5, 3, 270, 300)), 1e-4},
		{"effectiveness", score(t, "effectiveness", got, against), 1e-5},
		{"sifid_vgg", score(t, "sifid_vgg", got, against), 1e-5},
	} {
		if math.Abs(c.got-want[c.name]) > c.tolerance*math.Abs(want[c.name]) || want[c.name] == 0 {
			t.Errorf("%s: %.12g, want %.12g", c.name, c.got, want[c.name])
		}
	}
}
