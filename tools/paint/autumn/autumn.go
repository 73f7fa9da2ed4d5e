// Package autumn is an oil painting: a lake in October, its far shore in gold
// and red, birches in front.
package autumn

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
	s.draw()
	return oil.Paint(s.Sketch, oil.Hand{
		Ground: canvas.Hex(0x8a5a3a),
		Brushes: []oil.Brush{
			{Radius: 0.0425, Threshold: 0.00, Min: 3, Max: 7},
			{Radius: 0.0225, Threshold: 0.05, Min: 3, Max: 8},
			{Radius: 0.0120, Threshold: 0.07, Min: 3, Max: 9},
			{Radius: 0.0070, Threshold: 0.09, Min: 2, Max: 8},
		},
		Curve: 0.8, Jitter: 0.55, Relief: 0.4,
	}, seed).Shrink(fine)
}

// scene is the lake and what stands around it.
type scene struct{ *oil.Sketch }

// draw goes from the back to the front.
func (s *scene) draw() {
	s.sky()
	s.hills()
	s.farShore()
	s.lake()
	s.foreground()
}

// Leaves and barks, from shadow to light. Shadows are violet rather than black, as
// the sky fills them.
var (
	gold    = canvas.Colors(0x3a2430, 0x7d4a1c, 0xc08122, 0xe6ad33, 0xf7d160, 0xfdeaa0)
	amber   = canvas.Colors(0x38202c, 0x7c3a18, 0xc0641d, 0xe68b2b, 0xf5b550, 0xfbdc8e)
	crimson = canvas.Colors(0x2a1626, 0x611d24, 0x9e2d24, 0xcc4c2f, 0xe67c4c, 0xf4b27c)
	olive   = canvas.Colors(0x20242c, 0x3d4426, 0x6d6f2c, 0x9b953a, 0xc6b956, 0xe6db8e)
	pine    = canvas.Colors(0x14202a, 0x1e332f, 0x33503c, 0x567150, 0x87945f, 0xb0b27c)
	bark    = canvas.Colors(0x2a2228, 0x4c3c38, 0x75604f, 0x9c8468, 0xc4ac88)
	birch   = canvas.Colors(0x4a4654, 0x7f7a86, 0xb5aea8, 0xe3d9c6, 0xfbf3e0)
)

// farShore is the wood beyond the water: high on the left, open where the hills
// show, lower on the right.
func (s *scene) farShore() {
	top := func(x float64) float64 { // the wood's height
		return 0.10 + 0.20*canvas.Smooth(0.72, 0.15, x) + 0.10*canvas.Smooth(0.85, 1.25, x)
	}
	kinds := []canvas.Ramp{gold, amber, crimson, gold, olive, amber}
	for row := range 3 {
		depth := float64(row) / 2 // 0 behind, 1 at the water
		for x := -0.05; x < s.Width()+0.05; x += s.Between(0.035, 0.06) {
			height := top(x) * (1.05 - 0.35*depth) * s.Between(0.75, 1.2)
			base := shore - 0.006 + 0.008*depth
			if s.Random.Float64() < 0.20 {
				s.spruce(x, base, height*s.Between(1.0, 1.35), pine)
				continue
			}
			f := kinds[s.Random.IntN(len(kinds))]
			plant.Trunk(s.Sketch, x, base, x+s.Between(-0.01, 0.01), base-0.7*height, 0.0045, 0.002, 0.004, bark)
			s.crown(x, base-0.60*height, 0.24*height+0.012, 0.42*height, 0.016+0.055*height, 20, f)
		}
	}
	for x := -0.02; x < s.Width(); x += s.Between(0.012, 0.03) { // bushes at the water
		f := kinds[s.Random.IntN(len(kinds))]
		plant.Clump(s.Sketch, x, shore-s.Between(0, 0.014), s.Between(0.012, 0.026), -0.12, f)
	}
}

// foreground is the two banks, the birches on the right and the leaves that
// hang over the water.
func (s *scene) foreground() {
	s.bank(func(x float64) float64 { return 0.80 + 0.36*x*x - 0.06*math.Sin(3*x) })
	s.bank(func(x float64) float64 {
		return 0.865 + 0.45*max(0, 1.24-x)*max(0, 1.24-x)*3 - 0.10*canvas.Smooth(1.2, 1.5, x)
	})
	for range 26 { // red shrubs on the left
		x := s.Between(-0.02, 0.36)
		y := 0.83 + 0.30*x*x - s.Between(-0.02, 0.09)*canvas.Smooth(0.40, 0.1, x)
		plant.Clump(s.Sketch, x, y, s.Between(0.020, 0.045), s.Between(-0.1, 0.12), []canvas.Ramp{crimson, amber, olive}[s.Random.IntN(3)])
	}
	for _, t := range []struct{ x, base, lean, r, sway float64 }{
		{1.40, 0.90, 0.06, 0.019, 0.012},
		{1.20, 0.93, -0.07, 0.023, -0.018},
		{1.29, 0.96, 0.05, 0.027, 0.014},
	} {
		plant.Trunk(s.Sketch, t.x, t.base, t.x+t.lean, -0.05, t.r, 0.45*t.r, t.sway, birch)
		s.scars(t.x, t.base, t.lean, t.r, t.sway)
		for range 12 { // grass at the foot
			x := t.x + 1.6*t.r*s.Random.NormFloat64()
			s.Dab(x, t.base+s.Between(0.005, 0.02), s.Between(-1.9, -1.2), s.Between(0.03, 0.06), 0.0035, s.Stray(olive.At(s.Between(0.2, 0.8))))
		}
		for range 5 { // branches
			y := s.Between(0.02, 0.42)
			x := t.x + t.lean*(t.base-y)/(t.base+0.05)
			reach := s.Between(-0.24, 0.16)
			plant.Trunk(s.Sketch, x, y, x+reach, y-s.Between(0.02, 0.14), 0.005, 0.0015, s.Between(-0.02, 0.02), bark)
		}
	}
	for range 60 { // foliage overhead: its mass, and the sprays that hang from it
		x := s.Width() - 0.66*math.Pow(s.Random.Float64(), 0.8)
		y := (0.34 - 0.45*(s.Width()-x)) * math.Pow(s.Random.Float64(), 1.4)
		plant.Clump(s.Sketch, x, y, s.Between(0.014, 0.034), s.Between(-0.30, -0.05), amber)
	}
	for range 74 {
		back := math.Pow(s.Random.Float64(), 0.8) // 0 at the right edge
		x := s.Width() + 0.02 - 0.72*back
		y := -0.04 + (0.38-0.30*back)*math.Pow(s.Random.Float64(), 1.3)
		f := []canvas.Ramp{gold, gold, amber, amber, crimson}[s.Random.IntN(5)]
		s.spray(x, y, s.Between(1.7, 2.9), s.Between(0.06, 0.15), f)
	}
	for range 40 { // glints on the water
		x, y := s.Between(0.42, 1.08), s.Between(0.60, 0.82)
		s.Dab(x, y, 0, s.Between(0.02, 0.06), 0.0026, canvas.Hex(0xe9e2d2).Mix(s.At(x, y), s.Between(0.1, 0.6)))
	}
	s.boat(0.56, 0.715)
}

// scars are the dark marks on birch bark.
func (s *scene) scars(x0, base, lean, r, sway float64) {
	dark := canvas.Hex(0x2c2630)
	for range 26 {
		y := s.Between(-0.02, base)
		t := (base - y) / (base + 0.05)
		x := x0 + lean*t + s.Between(-0.6, 0.6)*r
		x -= sway * math.Sin(math.Pi*t)
		w, h := s.Between(0.2, 0.6)*r, s.Between(0.002, 0.006)
		s.Draw(x-w, y-h, x+w, y+h, func(px, py float64) oil.Mark {
			d := math.Hypot((px-x)/w, (py-y)/h)
			return oil.Mark{Color: dark, Cover: 0.85 * canvas.Smooth(1, 0.5, d), Flow: oil.Turn(0, 1)}
		})
	}
}

// boat is a small boat at its mooring: its image in the water, its hull and a
// light rim, a few strokes each.
func (s *scene) boat(x, y float64) {
	dark, red, rim := canvas.Hex(0x221c26), canvas.Hex(0x6e2a22), canvas.Hex(0xe3b070)
	for k := range 14 {
		down := float64(k) / 14
		s.Dab(x+0.01+s.Between(0, 0.06*down+0.02), y+0.012+0.022*down, 0, s.Between(0.05, 0.09)*(1-0.6*down), 0.005, s.Stray(dark))
	}
	s.Dab(x+0.014, y+0.008, 0, 0.104, 0.0090, dark)
	s.Dab(x, y, 0, 0.136, 0.0095, red)
	s.Dab(x+0.020, y-0.003, 0, 0.090, 0.0055, dark)
	s.Dab(x-0.008, y-0.009, 0.04, 0.152, 0.0032, rim)
}
