package night

import (
	"math"

	"runexp/tools/paint/canvas"
	"runexp/tools/paint/oil"
)

// light is a star, or the moon: its place, its size, and how far its halo goes.
type light struct{ x, y, size, halo float64 }

// whirl is an eddy of the wind. Its spin's sign is its sense.
type whirl struct{ x, y, size, spin float64 }

var (
	moon   = light{1.17, 0.205, 0.072, 0.22}
	lights = []light{
		moon,
		{0.12, 0.12, 0.013, 0.060}, {0.20, 0.255, 0.010, 0.048}, {0.43, 0.085, 0.014, 0.066},
		{0.65, 0.30, 0.009, 0.042}, {0.90, 0.08, 0.012, 0.056}, {0.92, 0.40, 0.011, 0.050},
		{1.38, 0.44, 0.012, 0.054}, {1.43, 0.09, 0.010, 0.046}, {0.13, 0.40, 0.009, 0.040},
		{0.52, 0.47, 0.008, 0.036}, {1.13, 0.50, 0.008, 0.036},
	}
	whirls = []whirl{
		{0.66, 0.175, 0.135, 0.115}, {0.86, 0.255, 0.085, -0.065},
		{0.22, 0.22, 0.090, 0.040}, {1.32, 0.33, 0.090, -0.035},
	}
)

// stream is the wind's stream function: the wind blows along its level lines, so
// it neither begins nor ends anywhere (as in Bridson, Houriham and Nordenstam,
// "Curl-noise for procedural fluid flow", SIGGRAPH 2007). Halos turn as well.
func (s *scene) stream(x, y float64) float64 {
	psi := 0.55*(y+0.09*math.Sin(3.4*x+0.6)) + 0.035*s.Noise.Fractal(2.2*x, 3*y, 2)
	for _, w := range whirls {
		d := ((x-w.x)*(x-w.x) + (y-w.y)*(y-w.y)) / (w.size * w.size)
		psi += w.spin * canvas.Exp(-d)
	}
	for _, l := range lights {
		d := ((x-l.x)*(x-l.x) + (y-l.y)*(y-l.y)) / (l.halo * l.halo)
		psi += 0.9 * l.halo * canvas.Exp(-1.4*d)
	}
	return psi
}

// sky colours the wind in bands, along which the strokes go, and the lights and
// their halos in rings.
func (s *scene) sky() {
	blues := canvas.Colors(0x0c1838, 0x15306a, 0x22519c, 0x3f7fbd, 0x79b0cf, 0xc3dcd6)
	dawn := canvas.Hex(0x6fa79c)
	glow := canvas.Colors(0xfffbe2, 0xfbe27c, 0xeab744, 0x9fb98a, 0x4a8aae)
	s.Everywhere(func(x, y float64) oil.Mark {
		const e = 0.004
		psi := s.stream(x, y)
		way := canvas.Pt(s.stream(x, y+e)-s.stream(x, y-e), s.stream(x-e, y)-s.stream(x+e, y)).Unit()
		band := math.Sin(2*math.Pi*psi/0.052 + 1.5*s.Noise.At(3*x, 3*y))
		fine := (s.Noise + 5).At(psi/0.006, 2.5*x)
		tone := 0.36 + 0.20*band + 0.22*fine + 0.16*canvas.Smooth(0.15, 0.62, y) - 0.05*(1-y)
		for _, w := range whirls {
			d := math.Hypot(x-w.x, y-w.y) / w.size
			tone += 0.17 * canvas.Smooth(1.5, 0.4, d)
		}
		c := blues.At(tone).Mix(dawn, 0.55*canvas.Smooth(0.40, 0.68, y+0.03*fine))
		for _, l := range lights {
			d := math.Hypot(x-l.x, y-l.y)
			ring := 0.10 * math.Sin(2*math.Pi*d/(0.30*l.halo)) * canvas.Smooth(l.halo, 0, d)
			t := (d - 0.5*l.size) / l.halo
			c = c.Mix(glow.At(t*1.05+ring+0.10*fine), canvas.Smooth(1.0, 0.30, t+0.08*fine))
		}
		return oil.Mark{Color: c, Cover: 1, Flow: way.Scale(2)}
	})
	for _, l := range lights {
		s.shine(l, glow)
	}
}

// shine lays rings of short strokes around a light, the bright ones last, and
// the light itself: a star is a few dabs, the moon a crescent.
func (s *scene) shine(l light, glow canvas.Ramp) {
	around := func(r, angle, reach, radius float64, c canvas.Color) {
		at := canvas.Pt(l.x, l.y).Add(canvas.Direction(angle).Scale(r))
		s.Dab(at.X, at.Y, angle+math.Pi/2, reach, radius, s.Stray(c))
	}
	for _, ring := range []float64{0.80, 0.62, 0.46, 0.32} {
		r := ring * l.halo
		if l == moon && ring > 0.7 {
			continue // the moon's halo fades in the sky
		}
		gap := 0.020 + 0.10*r
		for angle := s.Between(0, 1); angle < 2*math.Pi+1; angle += gap / r {
			around(r*s.Between(0.94, 1.06), angle, gap*s.Between(0.6, 0.9), 0.0052, glow.At(ring*0.95-0.1+s.Between(-0.08, 0.08)))
		}
	}
	if l != moon {
		for range 4 {
			around(0.4*l.size, s.Between(0, 2*math.Pi), l.size, 0.45*l.size, glow[0])
		}
		return
	}
	const dabs = 220
	for k := range dabs {
		r, angle := l.size*math.Sqrt(s.Random.Float64()), s.Between(0, 2*math.Pi)
		at := canvas.Direction(angle).Scale(r / l.size)
		lit := math.Hypot(at.X-0.42, at.Y+0.24) > 0.80
		switch {
		case k < dabs/2 && !lit: // first the part in shadow
			around(r, angle, 0.018, 0.0058, glow[2].Mix(glow[1], 0.35))
		case k >= dabs/2 && lit:
			around(r, angle, 0.018, 0.0055, glow[0])
		}
	}
}
