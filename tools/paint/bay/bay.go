// Package bay is a painting in dots: a summer's day by the sea, sails, a pine
// that leans over the beach, poppies in front.
package bay

import (
	"math"

	"runexp/tools/paint/canvas"
	"runexp/tools/paint/oil"
	"runexp/tools/paint/plant"
)

// fine is the supersampling factor: the picture is painted this many times larger.
const fine = 2

// Paint returns the painting, 3:2, of a width in pixels. The same seed gives the
// same picture.
func Paint(width int, seed uint64) *canvas.Image {
	s := &scene{oil.NewSketch(fine*width, fine*width*2/3, seed)}
	s.sky()
	s.hills()
	s.sea()
	for _, b := range []struct{ x, y, size float64 }{
		{0.80, 0.475, 0.045}, {0.42, 0.482, 0.050}, {0.95, 0.505, 0.075}, {0.58, 0.560, 0.155},
	} {
		s.sail(b.x, b.y, b.size)
	}
	s.beach()
	s.meadow()
	s.pine()
	return oil.Dots(s.Sketch, canvas.Hex(0xefe2c0), []float64{0.0105, 0.0085, 0.0066}, 0.17, 0.35, seed).Shrink(fine)
}

// scene is the bay and its shore.
type scene struct{ *oil.Sketch }

const horizon = 0.44

func (s *scene) sky() {
	air := canvas.Colors(0x4f9bd0, 0x7fbfdd, 0xb5dcdc, 0xf0e2bd, 0xf9cfa4)
	s.Everywhere(func(x, y float64) oil.Mark {
		bend := s.Noise.Fractal(1.5*x, 2*y, 3)
		c := air.At(y/horizon + 0.08*bend)
		cloud := (s.Noise + 3).Fractal(1.6*x+0.4*bend, 4.5*y+0.5*x, 4)
		above := (s.Noise + 3).Fractal(1.6*x+0.4*bend-0.06, 4.5*y+0.5*x-0.2, 4)
		white := canvas.Hex(0xc9b4d2).Mix(canvas.Hex(0xfff3dc), canvas.Smooth(-0.2, 0.2, cloud-above))
		c = c.Mix(white, 0.9*canvas.Smooth(0.05, 0.45, cloud)*canvas.Smooth(0.42, 0.15, y))
		return oil.Mark{Color: c, Cover: 1, Flow: oil.Turn(-0.3+bend, 1)}
	})
}

// hills are a cape on the far side, in two distances.
func (s *scene) hills() {
	for k, h := range []struct {
		from, to, top float64
		low, high     uint32
	}{
		{0.20, 1.10, 0.085, 0xb7a6cf, 0x8490c4},
		{-0.55, 0.50, 0.125, 0x8f86b8, 0x5f74a8},
	} {
		noise := s.Noise + canvas.Noise(20+k)
		s.Everywhere(func(x, y float64) oil.Mark {
			t := (x - h.from) / (h.to - h.from)
			if t < 0 || t > 1 || y > horizon {
				return oil.Mark{}
			}
			ridge := horizon - h.top*math.Pow(math.Sin(math.Pi*t), 0.8)*(1+0.45*noise.Fractal(5*x, 1, 4))
			c := canvas.Hex(h.high).Mix(canvas.Hex(h.low), canvas.Smooth(ridge, horizon, y))
			sunny := canvas.Smooth(0.05, 0.3, noise.Fractal(9*x-4*y, 9*y, 3))
			c = c.Mix(canvas.Hex(0xe0b48e), 0.55*sunny)
			return oil.Mark{Color: c, Cover: canvas.Smooth(-0.002, 0.002, y-ridge), Flow: oil.Turn(0.4, 1)}
		})
	}
}

// sea goes from violet blue to green over the sand, with the sun in its ripples.
func (s *scene) sea() {
	water := canvas.Colors(0x3a6cb8, 0x2f86c4, 0x2b9fc2, 0x55bdb8, 0x9bd4b4, 0xd7dfb0)
	s.Everywhere(func(x, y float64) oil.Mark {
		depth := y - horizon
		if depth < -0.002 {
			return oil.Mark{}
		}
		u := 1 / (0.08 + depth)
		wave := s.Noise.Fractal(2.2*x*math.Sqrt(u), 7*u*0.5, 3)
		c := water.At(depth/0.36 + 0.22*wave)
		c = c.Mix(canvas.Hex(0x2a4fa0), 0.55*canvas.Smooth(0.10, 0.45, -wave))
		glitter := canvas.Smooth(0.22, 0.5, wave+0.25*canvas.Smooth(0.35, 0, math.Abs(x-0.50)))
		c = c.Mix(canvas.Hex(0xfff0cf), 0.85*glitter)
		return oil.Mark{Color: c, Cover: canvas.Smooth(-0.002, 0.002, depth), Flow: oil.Turn(0.1*wave, 1)}
	})
}

// sail is a boat with two sails, its image trembling below it.
func (s *scene) sail(x0, y0, size float64) {
	white, shade := canvas.Hex(0xfff4da), canvas.Hex(0xd9a9b4)
	s.Draw(x0-size, y0-1.4*size, x0+size, y0+1.1*size, func(x, y float64) oil.Mark {
		u, v := (x-x0)/size, (y0-y)/size
		dim := 1.0
		if v < -0.06 {
			v, dim = -0.06-(v+0.06)*1.25, 0.55*canvas.Smooth(1.05, 0.1, (y-y0)/size)
			u += 0.10 * s.Noise.Fractal(20*x, 60*y, 2)
		}
		main := u > 0 && u < 0.46*(1-(v-0.10)/1.15) && v > 0.10
		jib := u < -0.03 && u > -0.36*(1-(v-0.14)/0.95) && v > 0.14
		hull := v > -0.06 && v < 0.07 && math.Abs(u) < 0.5+0.9*v
		switch {
		case main:
			return oil.Mark{Color: white.Mix(shade, canvas.Smooth(0.0, 0.45, u)), Cover: dim, Flow: oil.Turn(1.3, 1)}
		case jib:
			return oil.Mark{Color: canvas.Hex(0xf2a054).Mix(canvas.Hex(0xc95f48), canvas.Smooth(-0.3, 0, u)), Cover: dim, Flow: oil.Turn(1.8, 1)}
		case hull:
			return oil.Mark{Color: canvas.Hex(0x3b2f63), Cover: dim, Flow: oil.Turn(0, 1)}
		}
		return oil.Mark{}
	})
}

// beach is the sand's curve, foam along it.
func (s *scene) beach() {
	sand := canvas.Colors(0xc48f86, 0xe5bd92, 0xf6dca8, 0xfdeec6)
	s.Everywhere(func(x, y float64) oil.Mark {
		edge := 0.90 - 0.34*canvas.Smooth(0.35, 1.55, x) + 0.015*math.Sin(9*x) - 0.02
		below := y - edge
		if below < -0.03 {
			return oil.Mark{}
		}
		ripple := s.Noise.Fractal(8*x, 22*y, 3)
		if foam := below + 0.012*ripple; foam < 0.012 {
			return oil.Mark{Color: canvas.Hex(0xfdf6e6), Cover: 0.9 * canvas.Smooth(-0.020, -0.002, foam), Flow: oil.Turn(-0.25, 1)}
		}
		c := sand.At(0.62 + 0.5*ripple - 0.35*canvas.Smooth(0.05, 0.012, below))
		return oil.Mark{Color: c, Cover: 1, Flow: oil.Turn(-0.25, 1)}
	})
}

// meadow is grass on the bank in front, poppies and broom in it.
func (s *scene) meadow() {
	grass := canvas.Colors(0x1f4a4e, 0x2f7048, 0x5f9a42, 0xa3bf4b, 0xdcd56a)
	top := func(x float64) float64 {
		return 0.80 + 0.10*math.Sin(2.2*x+0.5) - 0.16*canvas.Smooth(1.0, 1.5, x) + 0.015*s.Noise.Fractal(12*x, 4, 3)
	}
	s.Everywhere(func(x, y float64) oil.Mark {
		below := y - top(x)
		tone := 0.55 + 0.5*s.Noise.Fractal(7*x, 9*y, 4) - 0.5*canvas.Smooth(0.02, 0.22, below)
		return oil.Mark{Color: grass.At(tone), Cover: canvas.Smooth(-0.004, 0.004, below), Flow: oil.Turn(-1.3+0.5*s.Noise.At(9*x, 9*y), 1)}
	})
	poppy := canvas.Colors(0x8a1a34, 0xc9252c, 0xe8402f, 0xf77a4a)
	broom := canvas.Colors(0xa8701c, 0xe8a81e, 0xfad230, 0xfff08a)
	for range 95 {
		x := s.Between(-0.02, 1.5)
		y := top(x) + 0.015 + 0.22*math.Pow(s.Random.Float64(), 1.2)
		flower := poppy
		if s.Noise.At(5*x, 5*y) > 0.12 {
			flower = broom
		}
		plant.Clump(s.Sketch, x, y, 0.007+0.05*(y-0.72)*s.Between(0.6, 1.4), 0.2, flower)
	}
}

// pine is an umbrella pine on the right, its crown in three storeys.
func (s *scene) pine() {
	bark := canvas.Colors(0x3a2350, 0x6b3a52, 0xa8603f, 0xe09a58, 0xf6cf92)
	needles := canvas.Colors(0x1b2a5e, 0x1c4a5c, 0x2a7a50, 0x6aa844, 0xbfd052, 0xf2e77e)
	plant.Trunk(s.Sketch, 1.36, 0.86, 1.20, 0.20, 0.036, 0.017, 0.030, bark)
	for _, limb := range [][2]float64{{1.02, 0.20}, {1.12, 0.12}, {1.36, 0.10}, {1.44, 0.22}} {
		plant.Trunk(s.Sketch, 1.235, 0.34, limb[0], limb[1], 0.013, 0.006, 0.01, bark)
	}
	for k := range 120 {
		rise := float64(k) / 120
		angle, d := s.Between(0, 2*math.Pi), math.Sqrt(s.Random.Float64())
		x := 1.24 + 0.30*d*math.Cos(angle)
		y := 0.155 + 0.085*d*math.Sin(angle) + 0.05 - 0.10*rise
		plant.Clump(s.Sketch, x, y, s.Between(0.028, 0.055), 0.5*(rise-0.62)-0.5*(x-1.24), needles)
	}
}
