package imaging

import (
	"fmt"
	"image"
	"image/color"
	"math"
)

// fromStandard converts an image of any colour model and composites it on white, with
// its alpha if a pixel is not opaque.
func fromStandard(source image.Image) *Image {
	at := func(x, y int) color.RGBA64 { return color.RGBA64Model.Convert(source.At(x, y)).(color.RGBA64) }
	if fast, ok := source.(image.RGBA64Image); ok {
		at = fast.RGBA64At
	}
	bounds := source.Bounds()
	m := New(bounds.Dy(), bounds.Dx())
	i := 0
	for y := bounds.Min.Y; y < bounds.Max.Y; y++ {
		for x := bounds.Min.X; x < bounds.Max.X; x++ {
			c := at(x, y)
			// Channels are premultiplied by alpha: on white they are c + (1 − α). A TIFF
			// may violate this, with c > α.
			white := uint32(0xffff - c.A)
			m.Pix[i] = float32(min(uint32(c.R)+white, 0xffff)) / 0xffff
			m.Pix[i+1] = float32(min(uint32(c.G)+white, 0xffff)) / 0xffff
			m.Pix[i+2] = float32(min(uint32(c.B)+white, 0xffff)) / 0xffff
			i += Channels
			if c.A != 0xffff && m.Alpha == nil {
				m.Alpha = opaque(m.H * m.W)
			}
			if m.Alpha != nil {
				m.Alpha[i/Channels-1] = float32(c.A) / 0xffff
			}
		}
	}
	return m
}

// opaque returns n values of 1.
func opaque(n int) []float32 {
	alpha := make([]float32, n)
	for i := range alpha {
		alpha[i] = 1
	}
	return alpha
}

// standard returns the image in 8 bits: clamped to [0, 1] and rounded to the nearest of
// 256 levels. With alpha α a channel x is the level of (x − (1 − α))/α, clamped, so that on
// white it looks like x again; where α is 0 it is that of x itself. Errors: a value that is
// not finite, with its position.
func standard(m *Image) (image.Image, error) {
	for i, v := range m.Pix {
		if v := float64(v); math.IsNaN(v) || math.IsInf(v, 0) {
			pixel := i / Channels
			return nil, fmt.Errorf("not finite (%v) at row %d, column %d, channel %d", v, pixel/m.W, pixel%m.W, i%Channels)
		}
	}
	area := image.Rect(0, 0, m.W, m.H)
	out := image.NewNRGBA(area)
	for i := range m.H * m.W {
		alpha := uint8(0xff)
		if m.Alpha != nil {
			alpha = level(float64(m.Alpha[i]))
		}
		for c := range Channels {
			v := min(max(float64(m.Pix[i*Channels+c]), 0), 1)
			if alpha > 0 && alpha < 0xff {
				v = 1 + (v-1)*0xff/float64(alpha)
			}
			out.Pix[4*i+c] = level(v)
		}
		out.Pix[4*i+3] = alpha
	}
	return out, nil
}

// level returns v as the nearest of the 256 levels of [0, 1].
func level(v float64) uint8 {
	return uint8(255*min(max(v, 0), 1) + 0.5)
}
