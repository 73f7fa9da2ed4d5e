package imaging

import (
	"image"
	"image/color"
)

// fromStandard converts an image of any colour model and composites it on white.
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
		}
	}
	return m
}

// level returns v as the nearest of the 256 levels of [0, 1].
func level(v float64) uint8 {
	return uint8(255*min(max(v, 0), 1) + 0.5)
}
