package canvas

import (
	"math"
	"testing"
)

func TestColorsComeBack(t *testing.T) {
	for _, c := range Colors(0x000000, 0x1c2030, 0xd9552f, 0xffffff) {
		if d := c.Linear().Encode().Distance(c); d > 1e-9 {
			t.Errorf("%v: light and back is off by %g", c, d)
		}
		if d := c.Shift(0, 1, 0).Distance(c); d > 1e-5 {
			t.Errorf("%v: OKLab and back is off by %g", c, d)
		}
	}
}

// A blurred point has the blur's variance and the point's sum, or the box radii
// are wrong.
func TestBlurHasItsSigma(t *testing.T) {
	for _, sigma := range []float64{0.8, 2.5, 6} {
		m := New(81, 81)
		m.Pix[40*81+40] = Color{1, 1, 1}
		sum, variance := 0.0, 0.0
		blurred := m.Blur(sigma)
		for y := range m.H {
			for x := range m.W {
				v := blurred.Pix[y*m.W+x][0]
				sum += v
				variance += v * float64((x-40)*(x-40))
			}
		}
		if math.Abs(sum-1) > 1e-9 || math.Abs(variance-sigma*sigma) > 1e-9 {
			t.Errorf("sigma %g: sum %g, variance %g", sigma, sum, variance)
		}
	}
}

func TestNoiseIsCentredAndBounded(t *testing.T) {
	sum, top := 0.0, 0.0
	const n = 200
	for j := range n {
		for i := range n {
			v := Noise(1).At(float64(i)*0.37, float64(j)*0.41)
			sum += v
			top = max(top, math.Abs(v))
		}
	}
	if math.Abs(sum/(n*n)) > 0.02 || top < 0.5 || top > 1 {
		t.Errorf("mean %g, largest %g", sum/(n*n), top)
	}
	if v := Noise(1).At(7, -3); v != 0 {
		t.Errorf("%g on the lattice", v)
	}
}
