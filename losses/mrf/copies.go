package mrf

import (
	"math"

	"runexp/framework"
	"runexp/framework/imaging"
)

// The steps of the authors' program.
const (
	turn   = math.Pi / 24
	growth = 1.05
)

// copying is a Loss that compares with copies of the style images.
type copying struct{ *Loss }

// DeriveImages returns the style images turned and scaled, with their masks.
func (l copying) DeriveImages(_ int, from map[framework.Role][]framework.StageImage) (map[framework.Role][]framework.StageImage, error) {
	var all []framework.StageImage
	for _, style := range from[framework.Style] {
		for r := -l.c.Rotations; r <= l.c.Rotations; r++ {
			for s := -l.c.Scales; s <= l.c.Scales; s++ {
				angle, factor := float64(r)*turn, math.Pow(growth, float64(s))
				one := framework.StageImage{Image: changed(style.Image, angle, factor), Weight: style.Weight}
				for region, mask := range style.Masks {
					if one.Masks == nil {
						one.Masks = map[string]*imaging.Image{}
					}
					one.Masks[region] = changed(mask, angle, 1)
				}
				all = append(all, one)
			}
		}
	}
	return map[framework.Role][]framework.StageImage{framework.Style: all}, nil
}

// changed returns m turned by an angle in radians, and then resized by a factor.
func changed(m *imaging.Image, angle, factor float64) *imaging.Image {
	if angle != 0 {
		m = turned(m, angle)
	}
	if factor != 1 {
		m = m.Resize(scaled(m.H, factor), scaled(m.W, factor))
	}
	return m
}

func scaled(n int, factor float64) int { return max(1, int(math.Round(float64(n)*factor))) }

// turned returns m turned about its centre, interpolated bilinearly and cut to the largest
// rectangle of its aspect ratio that it fills.
func turned(m *imaging.Image, angle float64) *imaging.Image {
	sin, cos := math.Sincos(angle)
	h, w := float64(m.H), float64(m.W)
	fits := min(w/(w*cos+h*math.Abs(sin)), h/(w*math.Abs(sin)+h*cos))
	out := imaging.New(scaled(m.H, fits), scaled(m.W, fits))
	for y := range out.H {
		for x := range out.W {
			dy, dx := float64(y)-float64(out.H-1)/2, float64(x)-float64(out.W-1)/2
			at := out.Pix[(y*out.W+x)*imaging.Channels:][:imaging.Channels]
			bilinear(at, m, (h-1)/2+sin*dx+cos*dy, (w-1)/2+cos*dx-sin*dy)
		}
	}
	return out
}

// bilinear writes the pixel of m at a row and a column, between pixels, to dst; positions
// outside are moved to the border.
func bilinear(dst []float32, m *imaging.Image, row, column float64) {
	y, top, bottom := between(row, m.H)
	x, left, right := between(column, m.W)
	pixel := func(i, j int) []float32 { return m.Pix[(i*m.W+j)*imaging.Channels:] }
	a, b, c, d := pixel(top, left), pixel(top, right), pixel(bottom, left), pixel(bottom, right)
	for k := range dst {
		dst[k] = (1-y)*((1-x)*a[k]+x*b[k]) + y*((1-x)*c[k]+x*d[k])
	}
}

// between returns the two of n positions around at, and how far at is from the first.
func between(at float64, n int) (fraction float32, first, second int) {
	at = min(max(at, 0), float64(n-1))
	first = int(at)
	return float32(at - float64(first)), first, min(first+1, n-1)
}
