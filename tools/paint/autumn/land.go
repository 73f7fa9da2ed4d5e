package autumn

import (
	"math"

	"runexp/tools/paint/canvas"
	"runexp/tools/paint/oil"
)

// shore is the far shore's height: the horizon, nearly.
const shore = 0.535

// sky is an afternoon in October: blue above, cream towards the horizon, with
// clouds that drift from the left.
func (s *scene) sky() {
	air := canvas.Colors(0x5d8bb3, 0x86aec4, 0xb9cfcb, 0xecdfc0, 0xf6dcae, 0xf2c793)
	shade, lit := canvas.Hex(0xb3a9b8), canvas.Hex(0xfff4df)
	s.Everywhere(func(x, y float64) oil.Mark {
		c := air.At(y/shore + 0.05*s.Noise.Fractal(2*x, 3*y, 3))
		bend := s.Noise.Fractal(1.3*x+3, 2.2*y, 3)
		u, v := 1.9*x+0.5*bend, 4.2*y-0.9*x+0.5*bend
		cloud := (s.Noise + 11).Fractal(u, v, 5)
		above := (s.Noise + 11).Fractal(u-0.10, v-0.22, 5)
		cover := canvas.Smooth(-0.02, 0.42, cloud) * canvas.Smooth(0.62, 0.25, y)
		c = c.Mix(shade.Mix(lit, canvas.Smooth(-0.25, 0.22, cloud-above)), 0.92*cover)
		return oil.Mark{Color: c, Cover: 1, Flow: oil.Turn(-0.35+0.9*bend, 0.35)}
	})
}

// hills are two ridges in the haze, the further the bluer.
func (s *scene) hills() {
	for k, h := range []struct {
		top, swing float64
		low, high  uint32
	}{
		{0.405, 0.080, 0xa9b3bf, 0x8093ae},
		{0.450, 0.060, 0xb99a86, 0x857a8e},
	} {
		noise := s.Noise + canvas.Noise(20+k)
		s.Everywhere(func(x, y float64) oil.Mark {
			ridge := h.top - h.swing*noise.Fractal(1.7*x+float64(k), 0.5, 5)
			if y > shore+0.02 {
				return oil.Mark{}
			}
			c := canvas.Hex(h.high).Mix(canvas.Hex(h.low), canvas.Smooth(ridge, shore, y))
			c = c.Shift(0.04*noise.Fractal(18*x, 26*y, 3), 1, 0)
			return oil.Mark{Color: c, Cover: canvas.Smooth(-0.002, 0.002, y-ridge), Flow: oil.Turn(0.25, 0.3)}
		})
	}
}

// lake mirrors what stands above the shore. Ripples shift the image sideways,
// stretch it downwards, and in streaks they show the sky instead.
func (s *scene) lake() {
	deep, bright := canvas.Hex(0x23384a), canvas.Hex(0xdfd6c4)
	before := canvas.New(s.Image.W, s.Image.H)
	copy(before.Pix, s.Image.Pix)
	unit := float64(s.Image.H)
	s.Everywhere(func(x, y float64) oil.Mark {
		edge := shore + 0.004*s.Noise.Fractal(6*x, 0.3, 3)
		depth := y - edge
		if depth < -0.01 {
			return oil.Mark{}
		}
		near := depth / (1 - shore)
		ripple := (s.Noise + 31).Fractal(5*x, 16*y/(0.35+near), 4)
		up := edge - depth*1.02 - 0.016*ripple*(0.2+near)
		c := before.Sample((x+0.028*ripple*(0.15+near))*unit, up*unit)
		c = c.Mix(deep, 0.20+0.22*near).Shift(-0.01, 0.92, 0)
		streak := (s.Noise + 37).Fractal(2.2*x, 30*y/(0.4+1.6*near), 3)
		c = c.Mix(bright, 0.55*canvas.Smooth(0.30, 0.62, streak)*(1-0.5*near))
		// A dark line under the bank.
		c = c.Mix(deep, 0.6*canvas.Smooth(0.014, 0, math.Abs(depth-0.004)))
		return oil.Mark{Color: c, Cover: canvas.Smooth(-0.002, 0.002, depth), Flow: oil.Turn(0.05*ripple, 1.4)}
	})
}

// bank is the ground in front: grass and fallen leaves, its edge at a curve.
func (s *scene) bank(edge func(x float64) float64) {
	grass := canvas.Colors(0x231a17, 0x4b3019, 0x7a5a24, 0xa88a35, 0xd0a94a, 0xe9cf7e)
	leaf := canvas.Colors(0x8f2f18, 0xd0611f, 0xf0a73a)
	noise := s.Noise + 41
	s.Everywhere(func(x, y float64) oil.Mark {
		top := edge(x) + 0.012*noise.Fractal(22*x, 0.7, 3)
		below := y - top
		if below < -0.01 {
			return oil.Mark{}
		}
		tone := 0.42 + 0.34*noise.Fractal(5*x, 9*y, 4) + 0.20*noise.Fractal(60*x, 18*y, 2)
		tone += 0.25*canvas.Smooth(0.05, 0, below) - 0.45*canvas.Smooth(0, 0.30, below)
		c := grass.At(tone)
		litter := noise.Fractal(34*x+9, 40*y, 2)
		c = c.Mix(leaf.At(0.5+noise.At(50*x, 50*y)), 0.8*canvas.Smooth(0.15, 0.4, litter+0.3*noise.Fractal(4*x+7, 6*y, 2)))
		return oil.Mark{Color: c, Cover: canvas.Smooth(-0.002, 0.003, below), Flow: oil.Turn(-1.2+0.8*noise.At(8*x, 8*y), 0.5)}
	})
}
