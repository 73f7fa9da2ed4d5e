package woodcut

import (
	"math"

	"runexp/tools/paint/canvas"
)

// hatch reports whether the black block prints at a place on line number
// across (whole numbers are the lines' middles) at the length along (in line
// distances): lines whose width is the tone, 0 white to 1 black. The gouge's
// hand is in it: each line swells and thins on its own, and so ends and begins
// where the tone is light.
func (p *press) hatch(across, along, tone float64, seed int) bool {
	noise := p.noise + canvas.Noise(seed)*31
	across += 0.10 * noise.At(along/9, across/3)
	n := math.Round(across)
	tone += 0.16 * noise.At(along/12+noise.Random(int(n), 7)*64, n*3.7)
	return math.Abs(across-n) < (tone-0.06)*0.56
}

// taper is a line's width, thick in the middle or, for peak near 0 or 1, at an
// end.
func taper(width, peak float64) func(float64) float64 {
	return func(t float64) float64 {
		if t < peak {
			t = t / peak
		} else {
			t = (1 - t) / (1 - peak)
		}
		return width * (1 - (1-t)*(1-t))
	}
}

// outline is a line of nearly one width, as a hand cuts it.
func (p *press) outline(width float64) func(float64) float64 {
	noise := canvas.Noise(p.random.Uint64())
	return func(t float64) float64 {
		return width * (1 + 0.5*noise.At(9*t, 0.5))
	}
}

// curve is a cubic Bézier curve through a, towards b and c, to d.
func curve(a, b, c, d canvas.Point, n int) []canvas.Point {
	path := make([]canvas.Point, n+1)
	for i := range path {
		t := float64(i) / float64(n)
		s := 1 - t
		path[i] = a.Scale(s * s * s).Add(b.Scale(3 * s * s * t)).Add(c.Scale(3 * s * t * t)).Add(d.Scale(t * t * t))
	}
	return path
}

// inkLine is what a line of the black block prints: the colours beneath stay.
var inkLine = inks{-1, -1, 1}
