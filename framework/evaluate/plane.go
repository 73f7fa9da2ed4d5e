package evaluate

import "runexp/framework/imaging"

// A plane is h rows of w numbers.
type plane struct {
	h, w int
	v    []float64
}

func newPlane(h, w int) plane { return plane{h, w, make([]float64, h*w)} }

func (p plane) row(y int) []float64 { return p.v[y*p.w:][:p.w] }

// lumaOf returns the brightness of pixels in [0, 1], by the weights of ITU-R
// BT.601 on the stored values: 0.299 R + 0.587 G + 0.114 B.
func lumaOf(pix []float32, h, w int) plane {
	p := newPlane(h, w)
	for i := range p.v {
		u := pix[i*imaging.Channels:][:imaging.Channels]
		p.v[i] = 0.299*float64(u[0]) + 0.587*float64(u[1]) + 0.114*float64(u[2])
	}
	return p
}

// times returns the products of p's and q's elements.
func (p plane) times(q plane) plane {
	out := newPlane(p.h, p.w)
	for i := range out.v {
		out.v[i] = p.v[i] * q.v[i]
	}
	return out
}
