package palette

import (
	"math"
	"testing"
)

// TestShifts: the distance of shifted colours, and of black and white.
func TestShifts(t *testing.T) {
	flat := func(r, g, b float32) palette {
		var pix []float32
		for range 50 {
			pix = append(pix, r, g, b)
		}
		return newPalette(pix)
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
