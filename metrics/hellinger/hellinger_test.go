package hellinger

import (
	"math"
	"testing"

	"runexp/framework/compute"
	"runexp/framework/measure"
)

// image returns h×w pixels of the colours, in turn.
func image(h, w int, colours ...[3]float32) *measure.Image {
	var pix []float32
	for i := range h * w {
		pix = append(pix, colours[i%len(colours)][:]...)
	}
	return measure.New(compute.Plain[float32]{}, pix, h, w, nil)
}

func distance(t *testing.T, a, b *measure.Image) float64 {
	t.Helper()
	score, err := Metric{}.Prepare(a, "")
	if err != nil {
		t.Fatal(err)
	}
	return score(b)
}

// TestColours: the distance depends on shares of chroma, not on positions or brightness.
func TestColours(t *testing.T) {
	red, green := [3]float32{0.8, 0.2, 0.1}, [3]float32{0.1, 0.6, 0.3}
	dark := [3]float32{0.4, 0.1, 0.05}
	for _, c := range []struct {
		name      string
		a, b      *measure.Image
		low, high float64
	}{
		{"the same colours elsewhere", image(12, 12, red, green), image(12, 12, green, red), 0, 1e-6},
		{"the same colours in a larger picture", image(12, 12, red), image(300, 20, red), 0, 1e-3},
		{"half as bright", image(12, 12, red), image(12, 12, dark), 0, 0.01},
		{"other colours", image(12, 12, red), image(12, 12, green), 0.9, 1},
		{"half of the colours", image(12, 12, red), image(12, 12, red, green), 0.3, 0.7},
	} {
		if got := distance(t, c.a, c.b); !(got >= c.low && got <= c.high) {
			t.Errorf("%s: distance %g, want from %g to %g", c.name, got, c.low, c.high)
		}
	}
}

// TestBetween: positions of a linear interpolation are the centres of equal parts.
func TestBetween(t *testing.T) {
	for _, c := range []struct {
		i, count, n, first, second int
		share                      float64
	}{{0, 4, 4, 0, 1, 0}, {3, 4, 4, 3, 3, 0}, {0, 2, 4, 0, 1, 0.5}, {1, 2, 4, 2, 3, 0.5}, {0, 4, 2, 0, 1, 0}, {3, 4, 2, 1, 1, 0.25}} {
		first, second, share := between(c.i, c.count, c.n)
		if first != c.first || second != c.second || math.Abs(share-c.share) > 1e-12 {
			t.Errorf("position %d of %d in %d: %d, %d, %g", c.i, c.count, c.n, first, second, share)
		}
	}
}
