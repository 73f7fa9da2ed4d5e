package evaluate

import (
	"encoding/json"
	"math"
	"os"
	"testing"

	"runexp/framework/compute"
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

// TestReference holds every formula to an independent implementation.
func TestReference(t *testing.T) {
	text, err := os.ReadFile("testdata/reference.json")
	if err != nil {
		t.Fatal(err)
	}
	var want map[string]float64
	if err := json.Unmarshal(text, &want); err != nil {
		t.Fatal(err)
	}
	k := compute.Plain[float32]{}
	one, two := formulaPicture(1, 0), formulaPicture(5, 3)
	lumaOne, lumaTwo := lumaOf(one, height, width), lumaOf(two, height, width)
	got, target := formulaFeatures(13), formulaFeatures(29)
	style, err := newStyleTarget(momentsOf(k, target, depths))
	if err != nil {
		t.Fatal(err)
	}
	similar, err := newStructure(similarities(k, target, placesY, placesX, depths))
	if err != nil {
		t.Fatal(err)
	}
	colours := newPalette(one).distance(newPalette(two))
	for _, c := range []struct {
		name           string
		got, tolerance float64 // relative
	}{
		{"ssim", newSSIMTarget(lumaTwo).similarity(lumaOne), 1e-9},
		{"edges", correlation(lumaOne.sobel(), lumaTwo.sobel()), 1e-9},
		{"noise", immerkaer(one, height, width), 1e-9},
		{"variation", totalVariation(k, one, height, width), 1e-9},
		{"palette", colours, 1e-3},                     // bins instead of sorted values
		{"palette, random directions", colours, 0.015}, // 64 directions instead of 20,000
		{"content", k.SquaredError(got, target) / energy(target), 1e-9},
		{"style", style.gramDistance(momentsOf(k, got, depths)), 1e-6}, // products in single precision
		{"frechet", style.frechetDistance(momentsOf(k, got, depths)), 1e-5},
		{"cfsd", similar.divergence(similarities(k, got, placesY, placesX, depths)), 1e-5},
	} {
		if math.Abs(c.got-want[c.name]) > c.tolerance*math.Abs(want[c.name]) {
			t.Errorf("%s: %.12g, want %.12g", c.name, c.got, want[c.name])
		}
	}
}
