package night

import (
	"math"

	"runexp/tools/paint/canvas"
	"runexp/tools/paint/oil"
)

// horizon is where the sea meets the sky.
const horizon = 0.665

// lamp is the lighthouse's light.
var lamp = canvas.Pt(0.335, 0.348)

// sea mirrors the lights in broken strokes on dark waves.
func (s *scene) sea() {
	deep := canvas.Colors(0x0a1630, 0x12315c, 0x1f5180, 0x3d7f9c, 0x7fb5b4)
	gold, cream := canvas.Hex(0xe9b23f), canvas.Hex(0xfff0b8)
	s.Everywhere(func(x, y float64) oil.Mark {
		depth := y - horizon
		if depth < -0.003 {
			return oil.Mark{}
		}
		scale := 0.25 + 2.2*depth // waves are larger near the viewer
		u, v := x/scale, 1.0/(0.10+depth)
		wave := s.Noise.Fractal(1.6*u, 5.5*v*0.6, 3)
		c := deep.At(0.50 + 0.55*wave - 0.9*depth)
		path := func(at, width, strength float64) float64 {
			d := math.Abs(x-at+0.05*wave*scale) / (width * (0.5 + 2.2*depth))
			return strength * canvas.Smooth(1, 0.2, d+0.9*math.Max(0, -wave+0.05))
		}
		shine := max(path(moon.x, 0.15, 1), path(lamp.X, 0.045, 0.75))
		c = c.Mix(gold.Mix(cream, canvas.Clamp(shine*1.3-0.35)), 0.95*canvas.Clamp(shine))
		return oil.Mark{Color: c, Cover: canvas.Smooth(-0.002, 0.002, depth), Flow: oil.Turn(0.35*wave, 1.6)}
	})
}

// beam is the lighthouse's light in the air: a wedge to each side.
func (s *scene) beam() {
	warm := canvas.Hex(0xffe9a0)
	s.Everywhere(func(x, y float64) oil.Mark {
		dx, dy := x-lamp.X, y-lamp.Y
		d := math.Hypot(dx, dy)
		axis := dy + 0.16*dx // across the beam
		width := 0.006 + 0.085*math.Abs(dx)
		cover := 0.60 * canvas.Smooth(1, 0.5, math.Abs(axis)/width) * canvas.Smooth(0.75, 0.05, d)
		halo := 0.9 * canvas.Smooth(0.07, 0.012, d)
		return oil.Mark{Color: warm, Cover: max(cover, halo), Flow: oil.Turn(-0.16, 2)}
	})
}

// headland is a rock with grass on it, the lighthouse on top and houses beside.
func (s *scene) headland() {
	rock := canvas.Colors(0x0b1224, 0x1a2746, 0x34436a, 0x5a6a8c, 0x8c98a8)
	grass := canvas.Colors(0x0e2028, 0x1d4038, 0x3d6a48, 0x7d9a54)
	top := func(x float64) float64 {
		return 0.585 + 0.05*math.Cos(5*x-0.6) + 0.30*canvas.Smooth(0.40, 0.78, x)*canvas.Smooth(0.30, 0.9, x) + 0.012*s.Noise.Fractal(9*x, 0.2, 3)
	}
	s.tower(top(lamp.X) + 0.02)
	s.Everywhere(func(x, y float64) oil.Mark {
		below := y - top(x)
		foot := 0.80 - 0.16*x + 0.02*s.Noise.Fractal(7*x, 9, 2) // where the waves begin
		if below < -0.003 || y > foot+0.01 {
			return oil.Mark{}
		}
		crag := (s.Noise + 21).Fractal(6*x+4*y, 9*x-3*y, 4)
		c := rock.At(0.38 + 0.5*crag - 0.25*canvas.Smooth(0, 0.15, below))
		c = c.Mix(grass.At(0.45+0.7*s.Noise.Fractal(9*x, 14*y, 3)), canvas.Smooth(0.075, 0.02, below+0.05*crag))
		cover := canvas.Smooth(-0.002, 0.002, below) * canvas.Smooth(0.008, -0.004, y-foot)
		return oil.Mark{Color: c, Cover: cover, Flow: oil.Turn(0.5+1.4*crag, 1)}
	})
	for k := range 60 { // surf
		x := 0.75 * float64(k) / 60
		y := 0.80 - 0.16*x + s.Between(-0.008, 0.016)
		s.Dab(x, y, s.Between(-0.5, 0.2), s.Between(0.02, 0.05), s.Between(0.003, 0.006), s.Stray(canvas.Hex(0xa9cdd0).Mix(canvas.Hex(0x3d7f9c), s.Random.Float64())))
	}
	for _, h := range []struct{ x, size float64 }{{0.455, 0.050}, {0.13, 0.058}, {0.215, 0.046}, {0.05, 0.046}} {
		s.house(h.x, top(h.x)+0.022, h.size)
	}
}

// tower is the lighthouse: white, its right side in the moonlight, with a red
// band, a gallery and the lamp's room.
func (s *scene) tower(foot float64) {
	x0, y0 := lamp.X, lamp.Y
	white := canvas.Colors(0x2c4274, 0x56709e, 0x9db4c8, 0xe9ead2)
	red := canvas.Colors(0x3a1830, 0x7c2434, 0xb84538, 0xe08a5a)
	s.Draw(x0-0.06, y0+0.022, x0+0.06, foot, func(x, y float64) oil.Mark {
		t := (y - y0) / (foot - y0)
		half := 0.020 + 0.016*t
		u := (x - x0) / half
		c := white.At(0.45 + 0.5*u)
		if t > 0.36 && t < 0.60 {
			c = red.At(0.45 + 0.5*u)
		}
		return oil.Mark{Color: c, Cover: canvas.Smooth(1.03, 0.97, math.Abs(u)), Flow: oil.Turn(math.Pi/2, 2)}
	})
	box := func(cx, cy, w, h float64, c canvas.Color) {
		s.Draw(cx-w, cy-h, cx+w, cy+h, func(x, y float64) oil.Mark {
			return oil.Mark{Color: c, Cover: 1, Flow: oil.Turn(0, 2)}
		})
	}
	for range 3 {
		s.Dab(x0-0.008, y0, 0, 0.016, 0.010, canvas.Hex(0xfffadc))
	}
	box(x0, y0+0.024, 0.031, 0.005, canvas.Hex(0x101a38))
	box(x0, y0, 0.019, 0.020, canvas.Hex(0xffe27a))
	box(x0, y0, 0.010, 0.015, canvas.Hex(0xfffbe0))
	s.Draw(x0-0.03, y0-0.05, x0+0.03, y0-0.018, func(x, y float64) oil.Mark { // the roof
		rise := (y0 - 0.018 - y) / 0.030
		return oil.Mark{Color: red.At(0.35), Cover: canvas.Smooth(0.002, -0.002, math.Abs(x-x0)-0.026*(1-rise)), Flow: oil.Turn(0, 2)}
	})
}

// house is a cottage with a lit window.
func (s *scene) house(x0, foot, size float64) {
	wall := canvas.Colors(0x1b2c58, 0x4a6592, 0x93abc0)
	roof := canvas.Colors(0x24163a, 0x5a2c48, 0x9a5658)
	s.Draw(x0-size, foot-1.2*size, x0+size, foot, func(x, y float64) oil.Mark {
		u, v := (x-x0)/size, (foot-y)/size
		ridge := 1.0 - 0.9*math.Abs(u)
		switch {
		case v < 0.5 && math.Abs(u) < 0.62:
			c := wall.At(0.5 + 0.6*u)
			if v > 0.14 && v < 0.40 && math.Abs(math.Abs(u)-0.28) < 0.13 {
				c = canvas.Hex(0xffd25e)
			}
			return oil.Mark{Color: c, Cover: 1, Flow: oil.Turn(math.Pi/2, 1.5)}
		case v >= 0.42 && v < ridge && math.Abs(u) < 0.78:
			slope := 0.75
			if u < 0 {
				slope = -slope
			}
			return oil.Mark{Color: roof.At(0.5 + 0.7*u), Cover: 1, Flow: oil.Turn(slope, 1.5)}
		}
		return oil.Mark{}
	})
	for _, u := range []float64{-0.28, 0.26} {
		s.Dab(x0+u*size, foot-0.18*size, -math.Pi/2, 0.16*size, 0.095*size, canvas.Hex(0xffd765))
	}
}

// boat is a fishing boat with a lantern, and the lantern's image.
func (s *scene) boat(x, y, size float64) {
	dark, rim, lantern := canvas.Hex(0x0d1530), canvas.Hex(0x7f93a8), canvas.Hex(0xffd970)
	for k := range 9 {
		t := float64(k) / 8
		s.Dab(x+s.Between(-0.25, 0.05)*size, y+(0.16+0.75*t)*size, 0, s.Between(0.15, 0.45)*size, 0.05*size, s.Stray(lantern.Mix(canvas.Hex(0x1f5180), 0.2+0.6*t)))
	}
	s.Dab(x-0.55*size, y+0.08*size, 0.02, 1.15*size, 0.085*size, dark)
	s.Dab(x-0.66*size, y-0.03*size, 0.06, 1.36*size, 0.075*size, dark)
	s.Dab(x-0.70*size, y-0.11*size, 0.09, 1.42*size, 0.030*size, rim)
	s.Dab(x, y-0.08*size, -math.Pi/2-0.03, 0.95*size, 0.026*size, dark)
	s.Dab(x+0.02*size, y-0.95*size, 1.05, 0.75*size, 0.018*size, dark)
	s.Dab(x-0.03*size, y-0.60*size, 0.3, 0.06*size, 0.085*size, canvas.Hex(0xe2a53c))
	s.Dab(x-0.02*size, y-0.60*size, 0.3, 0.03*size, 0.050*size, canvas.Hex(0xfff3c0))
}
