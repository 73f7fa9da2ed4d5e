package woodcut

import (
	"math"

	"runexp/tools/paint/canvas"
)

// house stands with its middle at x and its foot at y, seen from the left
// corner: a lit gable, a wall in shadow, a red roof.
func (p *press) house(x, y, size float64) {
	pt := func(u, v float64) canvas.Point { return canvas.Pt(x+u*size, y-v*size) }
	gable := []canvas.Point{pt(-0.5, 0), pt(-0.5, 0.5), pt(-0.22, 0.95), pt(0.06, 0.5), pt(0.06, 0)}
	wall := []canvas.Point{pt(0.06, 0), pt(0.06, 0.5), pt(0.72, 0.56), pt(0.72, 0.06)}
	roof := []canvas.Point{pt(-0.26, 1.0), pt(0.12, 0.44), pt(0.80, 0.50), pt(0.46, 1.04)}
	p.fill(gable, paper)
	p.fill(wall, inks{0, 0.2, 0})
	for v := 0.05; v < 0.5; v += 0.105 {
		p.line([]canvas.Point{pt(0.06, v), pt(0.72, v+0.06)}, inkLine, taper(0.06*size, 0.2))
	}
	p.fill(roof, inks{0, 1, 0})
	for t := 0.12; t < 1; t += 0.17 {
		a, b := at(roof[:2], 0), at(roof[:2], 1)
		way := roof[3].Sub(roof[0]).Scale(t)
		p.line([]canvas.Point{b.Add(way), a.Add(way)}, inkLine, taper(0.055*size, 0.1))
	}
	width := 0.055 * size
	for _, edge := range [][]canvas.Point{gable, wall, roof} {
		p.line(append(edge, edge[0]), inkLine, func(float64) float64 { return width })
	}
	p.line([]canvas.Point{pt(-0.54, 0.44), pt(-0.24, 0.98)}, inkLine, func(float64) float64 { return 1.8 * width })
	p.fill([]canvas.Point{pt(-0.31, 0.22), pt(-0.31, 0.46), pt(-0.14, 0.46), pt(-0.14, 0.22)}, inks{0, 0, 1})
}

// pine is a black tree with a few cuts of light on its left.
func (p *press) pine(x, y, size float64) {
	var left, right []canvas.Point
	const tiers = 5
	for k := range tiers {
		t := float64(k+1) / tiers
		v := y - size*(1-t*0.92)
		reach := 0.24 * size * t * p.between(0.85, 1.15)
		left = append(left, canvas.Pt(x-reach, v), canvas.Pt(x-0.45*reach, v-0.015*size))
		right = append(right, canvas.Pt(x+reach, v+0.01*size), canvas.Pt(x+0.45*reach, v-0.015*size))
	}
	shape := []canvas.Point{canvas.Pt(x, y-size)}
	shape = append(shape, right...)
	for k := len(left) - 1; k >= 0; k-- {
		shape = append(shape, left[k])
	}
	p.fill(shape, inks{0, 0, 1})
	p.line([]canvas.Point{canvas.Pt(x, y-0.1*size), canvas.Pt(x, y)}, inkLine, func(float64) float64 { return 0.06 * size })
	for k := range 2 * tiers {
		t := (float64(k) + 1.2) / (2*tiers + 1)
		from := canvas.Pt(x-0.02*size, y-size*(1-0.9*t))
		way := canvas.Pt(-0.17*size*t, 0.05*size)
		p.line([]canvas.Point{from, from.Add(way)}, inks{0.7, 0, 0}, taper(0.030*size, 0.4))
	}
}

// sail is a boat with one square sail, heeling with the wind.
func (p *press) sail(x, y, size float64) {
	pt := func(u, v float64) canvas.Point { return canvas.Pt(x+(u+0.10*v)*size, y-v*size) }
	hull := append(curve(pt(-0.62, 0.20), pt(-0.35, -0.14), pt(0.35, -0.14), pt(0.70, 0.26), 16), pt(0.45, 0.10), pt(-0.40, 0.08))
	p.fill(hull, inks{0, 0, 1})
	p.line([]canvas.Point{pt(-0.45, 0.04), pt(0.46, 0.05)}, inks{0, 0.9, 0}, taper(0.035*size, 0.5))
	cloth := append(curve(pt(-0.36, 1.12), pt(-0.22, 0.8), pt(-0.24, 0.5), pt(-0.40, 0.24), 12),
		curve(pt(0.42, 0.28), pt(0.58, 0.55), pt(0.56, 0.85), pt(0.34, 1.16), 12)...)
	p.fill(cloth, paper)
	for t := 0.55; t < 1; t += 0.085 {
		a, b := pt(-0.36+0.70*t, 1.12+0.04*t), pt(-0.40+0.82*t, 0.24+0.04*t)
		bulge := canvas.Pt(0.16*size, 0)
		p.line(curve(a, a.Add(bulge), b.Add(bulge), b, 12), inkLine, taper(0.045*size*t, 0.6))
	}
	p.line(append(cloth, cloth[0]), inkLine, func(float64) float64 { return 0.038 * size })
	p.line([]canvas.Point{pt(-0.02, 0.1), pt(-0.01, 1.34)}, inkLine, func(t float64) float64 { return 0.045 * size * (1 - 0.5*t) })
	p.line([]canvas.Point{pt(-0.40, 1.13), pt(0.38, 1.18)}, inkLine, func(float64) float64 { return 0.05 * size })
}

// gull is a bird far away: two curves that meet.
func (p *press) gull(x, y, size float64) {
	for _, side := range []float64{-1, 1} {
		tip := canvas.Pt(x+side*size, y-0.25*size+0.1*side*size)
		p.line(curve(canvas.Pt(x, y), canvas.Pt(x+0.3*side*size, y-0.6*size), canvas.Pt(x+0.7*side*size, y-0.55*size), tip, 10),
			inkLine, taper(0.24*size*math.Abs(side), 0.35))
	}
}
