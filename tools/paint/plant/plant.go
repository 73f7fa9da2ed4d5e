// Package plant is what the painted landscapes grow: balls of leaves and limbs.
package plant

import (
	"math"

	"runexp/tools/paint/canvas"
	"runexp/tools/paint/oil"
)

// Clump is one ball of leaves with a ragged edge, lit from the upper left. Tone
// moves all of it towards light (above 0) or shadow; leaves go from shadow to
// light.
func Clump(s *oil.Sketch, cx, cy, r, tone float64, leaves canvas.Ramp) {
	noise := canvas.Noise(s.Random.Uint64())
	s.Draw(cx-1.3*r, cy-1.3*r, cx+1.3*r, cy+1.3*r, func(x, y float64) oil.Mark {
		dx, dy := (x-cx)/r, (y-cy)/r*1.15
		d := math.Hypot(dx, dy)
		ragged := 0.38*noise.Fractal(1.6*dx, 1.6*dy, 2) + 0.22*noise.At(6*dx, 6*dy)
		cover := canvas.Smooth(1.0, 0.86, d+ragged)
		light := -0.55*dx - 0.75*dy + 0.35*math.Sqrt(max(0, 1-d*d))
		t := 0.40 + 0.30*light + 0.24*noise.Fractal(3*dx+9, 3*dy, 2) + tone
		return oil.Mark{Color: leaves.At(t), Cover: cover, Flow: oil.Turn(0.9+2.2*noise.At(1.1*dx, 1.1*dy), 0.35)}
	})
}

// Trunk is a limb from (x0, y0) to (x1, y1), tapering, lit from the left. Sway
// bends it to the side.
func Trunk(s *oil.Sketch, x0, y0, x1, y1, r0, r1, sway float64, bark canvas.Ramp) {
	noise := canvas.Noise(s.Random.Uint64())
	length := math.Hypot(x1-x0, y1-y0)
	ux, uy := (x1-x0)/length, (y1-y0)/length
	pad := r0 + math.Abs(sway) + 0.01
	s.Draw(min(x0, x1)-pad, min(y0, y1)-pad, max(x0, x1)+pad, max(y0, y1)+pad, func(x, y float64) oil.Mark {
		t := ((x-x0)*ux + (y-y0)*uy) / length
		if t < 0 || t > 1 {
			return oil.Mark{}
		}
		side := (y-y0)*ux - (x-x0)*uy + sway*math.Sin(math.Pi*t) + 0.25*sway*math.Sin(3*math.Pi*t)
		if uy < 0 {
			side = -side
		}
		r := r0 + (r1-r0)*t + 0.08*r0*noise.At(t*length*30, 0)
		u := side / r // −1 at the left edge, 1 at the right one
		tone := 0.62 - 0.42*u + 0.22*noise.At(60*t*length, 3*u) + 0.1*noise.Fractal(200*x, 40*y, 2)
		return oil.Mark{Color: bark.At(tone), Cover: canvas.Smooth(1.05, 0.9, math.Abs(u)), Flow: oil.Turn(math.Atan2(uy, ux), 1.5)}
	})
}
