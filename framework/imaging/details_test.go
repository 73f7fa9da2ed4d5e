package imaging

import (
	"math"
	"testing"
)

// TestDetails: by hand, of a row of four pixels with 0, 1, 0.5, 0 in each channel. Halved it
// is 0.5, 0.25, enlarged 0.5, 0.4375, 0.3125, 0.25.
func TestDetails(t *testing.T) {
	m := New(1, 4)
	for x, u := range []float32{0, 1, 0.5, 0} {
		for c := range Channels {
			m.Pix[3*x+c] = u
		}
	}
	got := m.Details()
	for x, want := range []float64{-0.5, 0.5625, 0.1875, -0.25} {
		for c := range Channels {
			if u := float64(got.Pix[3*x+c]); math.Abs(u-want) > 1e-7 {
				t.Errorf("pixel %d, channel %d: %g, want %g", x, c, u, want)
			}
		}
	}
	if single := New(1, 1).Details(); single.Pix[0] != 0 || m.Pix[3] != 1 {
		t.Error("a single pixel has details, or the image is changed")
	}
}
