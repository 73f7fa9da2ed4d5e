package recolor

import (
	"math"

	"runexp/framework/imaging"
)

// A Space separates luminance from colour.
type Space string

// The spaces. YIQ is NTSC's, as in Gatys et al. 2016: luminance Y = 0.299 R + 0.587 G +
// 0.114 B of stored values, in [0, 1]. Lab is CIE 1976 L*a*b* with the white point D65:
// luminance L* in [0, 100], more even to the eye.
const (
	YIQ Space = "yiq"
	Lab Space = "lab"
)

// Luminance returns the luminance of each pixel, [H·W], in the space's unit.
func (s Space) Luminance(m *imaging.Image) []float64 {
	out := make([]float64, m.H*m.W)
	for i := range out {
		out[i] = s.luminance(colour(m, i))
	}
	return out
}

// luminance of one colour.
func (s Space) luminance(rgb vector) float64 {
	if s == Lab {
		return labOf(rgb)[0]
	}
	return 0.299*rgb[0] + 0.587*rgb[1] + 0.114*rgb[2]
}

// with returns the colour with another luminance. In YIQ a change of Y alone adds it to
// each of R, G and B.
func (s Space) with(luminance float64, rgb vector) vector {
	if s == Lab {
		lab := labOf(rgb)
		return rgbOf(vector{luminance, lab[1], lab[2]})
	}
	change := luminance - s.luminance(rgb)
	return vector{rgb[0] + change, rgb[1] + change, rgb[2] + change}
}

// Join returns the picture's luminance with the colours of content: of each pixel Y, or
// L*, from picture, and I and Q, or a* and b*, from content, which has the picture's size.
func (s Space) Join(picture, content *imaging.Image) *imaging.Image {
	out := imaging.New(picture.H, picture.W)
	for i := range picture.H * picture.W {
		set(out, i, s.with(s.luminance(colour(picture, i)), colour(content, i)))
	}
	return out
}

// Grey returns the image without its colours: grey of the same luminance.
func (s Space) Grey(m *imaging.Image) *imaging.Image {
	return s.grey(m, func(l float64) float64 { return l })
}

// GreyLike returns style in grey, its luminance L moved and scaled to the mean and standard
// deviation of content's:
//
//	L ↦ σ_content/σ_style · (L − μ_style) + μ_content
//
// (Gatys et al. 2016, arXiv:1606.05897, luminance-only transfer).
// Departure: the luminance of a style image of hardly any variation (flat) is only moved,
// since scaling would show its rounding.
func (s Space) GreyLike(style, content *imaging.Image) *imaging.Image {
	mean, deviation := meanOf(s.Luminance(style))
	wanted, spread := meanOf(s.Luminance(content))
	scale := 1.0
	if unit := s.white(); deviation*deviation >= flat*unit*unit {
		scale = spread / deviation
	}
	return s.grey(style, func(l float64) float64 { return scale*(l-mean) + wanted })
}

// grey returns m in grey with its luminance changed.
func (s Space) grey(m *imaging.Image, change func(float64) float64) *imaging.Image {
	out := imaging.New(m.H, m.W)
	for i := range m.H * m.W {
		set(out, i, s.with(change(s.luminance(colour(m, i))), vector{}))
	}
	return out
}

// white is the luminance of white.
func (s Space) white() float64 {
	if s == Lab {
		return 100
	}
	return 1
}

// meanOf returns the mean and the standard deviation of values.
func meanOf(values []float64) (mean, deviation float64) {
	n := float64(len(values))
	for _, v := range values {
		mean += v / n
	}
	for _, v := range values {
		deviation += (v - mean) * (v - mean) / n
	}
	return mean, math.Sqrt(deviation)
}

// colour returns pixel i.
func colour(m *imaging.Image, i int) (rgb vector) {
	for c := range rgb {
		rgb[c] = float64(m.Pix[i*channels+c])
	}
	return rgb
}

// set sets pixel i.
func set(m *imaging.Image, i int, rgb vector) {
	for c, v := range rgb {
		m.Pix[i*channels+c] = float32(v)
	}
}
