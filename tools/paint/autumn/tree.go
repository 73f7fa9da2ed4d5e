package autumn

import (
	"math"

	"runexp/tools/paint/canvas"
	"runexp/tools/paint/oil"
	"runexp/tools/paint/plant"
)

// birches stand in front of what is right of here.
const birches = 1.08

// crown is many clumps in an ellipse: the far and low ones first and dark.
func (s *scene) crown(cx, cy, rx, ry, r float64, n int, f canvas.Ramp) {
	for k := range n {
		rise := float64(k) / float64(n) // from the bottom's back to the top's front
		angle := s.Between(0, 2*math.Pi)
		d := math.Sqrt(s.Random.Float64())
		x := cx + rx*d*math.Cos(angle)
		y := cy + ry*d*math.Sin(angle)*0.8 + ry*(0.35-0.6*rise)
		tone := 0.46*(rise-0.76) - 0.20*(x-cx)/rx - 0.18*(y-cy)/ry
		plant.Clump(s.Sketch, x, y, r*s.Between(0.7, 1.25), tone, f)
	}
	for range n / 4 { // leaves in full light
		x, y := cx+rx*s.Between(-0.9, 0.5), cy+ry*s.Between(-1.0, 0.1)
		if x > birches {
			continue
		}
		s.Dab(x, y, s.Between(-0.4, 1.6), s.Between(0.5, 0.9)*r, 0.0048, s.Stray(f.At(s.Between(0.66, 1))))
	}
}

// spray is a twig full of leaves that hangs from (x, y) towards an angle, at
// first the leaves in shadow, then those in light.
func (s *scene) spray(x, y, angle, length float64, f canvas.Ramp) {
	n := int(length * 190)
	for k := range n {
		t := float64(k) / float64(n)
		bow := angle + (math.Pi/2-angle)*0.7*t // droops
		px := x + length*t*math.Cos(bow) + 0.016*s.Random.NormFloat64()
		py := y + length*t*math.Sin(bow) + 0.016*s.Random.NormFloat64()
		tone := 0.30 + 0.55*s.Random.Float64()*(0.5+t) - 0.10*math.Cos(bow)
		s.Dab(px, py, bow+0.7*s.Random.NormFloat64(), s.Between(0.008, 0.018), s.Between(0.0045, 0.0085), s.Stray(f.At(tone)))
	}
}

// spruce is a dark cone of drooping tiers.
func (s *scene) spruce(x0, base, height float64, f canvas.Ramp) {
	noise := canvas.Noise(s.Random.Uint64())
	half := 0.19 * height
	s.Draw(x0-1.3*half, base-height, x0+1.3*half, base, func(x, y float64) oil.Mark {
		t := (y - base + height) / height // 0 at the tip
		dx := (x - x0) / half
		tier := math.Mod(t*7+0.6*math.Abs(dx)+0.3*noise.At(4*dx, 9*t), 1)
		reach := t*(0.72+0.34*tier) + 0.12*noise.Fractal(7*dx, 22*t, 2)
		tone := 0.42 - 0.28*dx - 0.30*tier + 0.3*noise.Fractal(5*dx, 14*t, 3)
		return oil.Mark{Color: f.At(tone), Cover: canvas.Smooth(0.02, -0.03, math.Abs(dx)-reach), Flow: oil.Turn(1.0-0.9*dx, 0.4)}
	})
}
