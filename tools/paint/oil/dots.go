package oil

import (
	"math"

	"runexp/tools/paint/canvas"
)

// pigments are the pure colours of a divisionist's palette, around the circle.
var pigments = canvas.Colors(
	0xf5d020, 0xf0a51e, 0xe8702a, 0xd63a2b, 0xb01f4a, 0x7a2a86,
	0x43329a, 0x1f3f9e, 0x1e72b8, 0x1d9aa6, 0x1d8a4e, 0x7fae2e,
)

// Dots paints a sketch in dots of pure pigments, which the eye mixes from afar
// (Seurat's divisionism; each pigment is at hand with white in several shares,
// as on his palette). Each dot takes the pigment nearest to the sketch's colour
// after it was moved at random, by up to about spread, so that the dots around a
// place agree with it on average only. Radii are the passes, in units of the
// picture's height: the first covers the canvas, the others lie loosely on it.
func Dots(s *Sketch, ground canvas.Color, radii []float64, spread, relief float64, seed uint64) *canvas.Image {
	p := newPainting(s.Image.W, s.Image.H, ground, seed)
	var tubes []canvas.Color
	for _, c := range pigments {
		for _, white := range []float64{0, 0.3, 0.55, 0.78} {
			tubes = append(tubes, c.Mix(canvas.Color{1, 0.99, 0.95}, white))
		}
		tubes = append(tubes, c.Scale(0.55)) // the dark pigments of the shadows
	}
	for pass, r := range radii {
		step := 1.45 * r
		var dots []Stroke
		for row := 0; float64(row)*step*0.87 < 1+step; row++ {
			for col := 0; float64(col)*step < s.Width()+step; col++ {
				x := (float64(col)+0.5*float64(row%2))*step + 0.35*r*s.Random.NormFloat64()
				y := float64(row)*step*0.87 + 0.35*r*s.Random.NormFloat64()
				if pass > 0 && s.Random.Float64() < 0.45 {
					continue
				}
				dots = append(dots, s.dot(x, y, r, spread, tubes))
			}
		}
		s.Random.Shuffle(len(dots), func(i, j int) { dots[i], dots[j] = dots[j], dots[i] })
		for _, d := range dots {
			p.stroke(d)
		}
	}
	return p.light(relief)
}

func (s *Sketch) dot(x, y, r, spread float64, tubes []canvas.Color) Stroke {
	unit := float64(s.Image.H)
	c := s.At(x, y)
	for i := range c {
		c[i] += spread * (2*s.Random.Float64() - 1)
	}
	best, nearest := tubes[0], math.Inf(1)
	for _, tube := range tubes {
		if d := c.Distance(tube); d < nearest {
			best, nearest = tube, d
		}
	}
	i, j := max(0, min(s.Image.W-1, int(x*unit))), max(0, min(s.Image.H-1, int(y*unit)))
	from := canvas.Pt(x*unit, y*unit)
	way := s.Flow[j*s.Image.W+i].Unit().Scale(0.55 * r * unit)
	return Stroke{
		Path:   []canvas.Point{from, from.Add(way)},
		Radius: r * unit * s.Between(0.8, 1.15), Color: s.At(x, y).Mix(best, 0.82), Load: 1.1,
	}
}
