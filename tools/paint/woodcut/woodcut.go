// Package woodcut is a print in three colours from blocks of wood: a wave about
// to break, a village under a mountain, a red sun. Tone is made of cut lines
// alone, as in the prints of Hiroshige's time and in Bewick's engravings.
package woodcut

import (
	"math"

	"runexp/tools/paint/canvas"
)

// fine is the supersampling factor: the blocks are cut this many times larger.
const fine = 3

// Paint returns the print, 3:2, of a width in pixels. The same seed gives the
// same picture.
func Paint(width int, seed uint64) *canvas.Image {
	p := newPress(fine*width, fine*width*2/3, seed)
	p.sun, p.sunRadius = canvas.Pt(0.72, 0.27), 0.095
	p.sky()
	p.cloud(0.86, 0.12, 0.22)
	p.cloud(1.25, 0.20, 0.32)
	p.cloud(0.07, 0.17, 0.18)
	for _, g := range []canvas.Point{canvas.Pt(0.90, 0.25), canvas.Pt(0.945, 0.22), canvas.Pt(0.86, 0.205)} {
		p.gull(g.X, g.Y, 0.017)
	}
	p.mountain(canvas.Pt(1.10, 0.165), 0.55, 1.70, 0.60)
	p.land()
	p.sea()
	return p.print().Shrink(fine)
}

// land is the coast: two hills, a wood and a village.
func (p *press) land() {
	bump := func(d float64) float64 { return canvas.Exp(-d * d) }
	far := func(x float64) float64 {
		return 0.615 - 0.05*canvas.Smooth(0.46, 0.66, x) - 0.055*bump((x-0.83)/0.13) - 0.03*bump((x-1.02)/0.07)
	}
	p.hill(far, 0.45, 1.5, 0.62, inks{0.8, 0, 0}, 0.30, 11)
	near := func(x float64) float64 {
		return 0.62 - 0.13*canvas.Smooth(0.96, 1.36, x) - 0.012*math.Sin(11*x)
	}
	p.hill(near, 0.93, 1.5, 0.68, inks{0.25, 0.25, 0}, 0.12, 12)
	for range 16 {
		x := p.between(1.20, 1.52)
		p.pine(x, near(x)+p.between(-0.004, 0.010), p.between(0.07, 0.125))
	}
	for _, h := range []struct{ x, dy, size float64 }{
		{1.33, 0.040, 0.058}, {1.23, 0.040, 0.062}, {1.14, 0.044, 0.058}, {1.43, 0.062, 0.070}, {1.31, 0.085, 0.076}, {1.20, 0.090, 0.072},
	} {
		p.house(h.x, near(h.x)+h.dy, h.size)
	}
	for range 9 {
		x := p.between(1.02, 1.12)
		p.pine(x, near(x)+p.between(0.005, 0.02), p.between(0.05, 0.08))
	}
}

// sea is rows of waves from the horizon to the front, a boat among them.
func (p *press) sea() {
	rows := []swell{
		{0.612, 0.014, 0.110, 0.00, 0.0088, 0.68},
		{0.648, 0.022, 0.170, 0.05, 0.0096, 0.74},
		{0.700, 0.036, 0.250, 0.11, 0.0108, 0.82},
		{0.765, 0.052, 0.370, 0.02, 0.0120, 0.92},
		{0.850, 0.080, 0.520, 0.30, 0.0138, 1.02},
		{0.970, 0.110, 0.760, 0.62, 0.0158, 1.02},
	}
	for k, row := range rows {
		switch k {
		case 3:
			p.sail(0.90, 0.725, 0.115)
		case 4:
			p.breaker()
		}
		p.swell(row, 20+k)
	}
}
