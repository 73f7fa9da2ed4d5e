package woodcut

import (
	"math"
	"testing"

	"runexp/tools/paint/canvas"
)

func TestFillCoversThePolygon(t *testing.T) {
	p := newPress(300, 200, 1)
	p.fill([]canvas.Point{canvas.Pt(0.2, 0.1), canvas.Pt(1.2, 0.1), canvas.Pt(1.2, 0.5), canvas.Pt(0.2, 0.9)}, inks{0, 0, 1})
	sum := 0.0
	for _, v := range p.ink[key] {
		sum += v
	}
	if got, want := sum/(200*200), 0.6; math.Abs(got-want) > 0.01 {
		t.Errorf("the area is %g, want %g", got, want)
	}
}

// A tone is that share of ink, within what the hand in it allows.
func TestHatchHasItsTone(t *testing.T) {
	p := newPress(3, 2, 1)
	last := -1.0
	for _, tone := range []float64{0, 0.3, 0.5, 0.8} {
		ink := 0.0
		const n = 300
		for j := range n {
			for i := range n {
				if p.hatch(float64(j)*0.13, float64(i)*0.4, tone, 1) {
					ink += 1.0 / (n * n)
				}
			}
		}
		if math.Abs(ink-tone) > 0.12 || ink <= last {
			t.Errorf("tone %g is %g ink", tone, ink)
		}
		last = ink
	}
}
