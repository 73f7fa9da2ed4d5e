// Package sheet lays pictures out with text on white, or on dark for a dark page: a Strip has them side by
// side with captions below, a Grid in rows and columns with headers.
package sheet

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"math"

	"runexp/framework/imaging"
)

// A paper is the greys that a sheet is drawn in.
type paper struct {
	ground, ink, muted uint8
	faint              uint8 // frames of pictures, which may be as light or dark as the ground
}

var (
	white = paper{ground: 0xff, ink: 0x22, muted: 0x60, faint: 0xe4}
	dark  = paper{ground: 0x18, ink: 0xe4, muted: 0xa8, faint: 0x3a} // of a dark page
)

// maxPixels bounds an image of 4 bytes a pixel to 400 MB.
const maxPixels = 100_000_000

// blank returns an image of the ground alone. Errors: more than maxPixels; fewer names what to
// choose fewer of.
func (p paper) blank(width, height int, fewer string) (*image.RGBA, error) {
	if width > maxPixels/height {
		return nil, fmt.Errorf("%d × %d pixels are too many; choose fewer %s or a smaller height", height, width, fewer)
	}
	m := image.NewRGBA(image.Rect(0, 0, width, height))
	draw.Draw(m, m.Bounds(), image.NewUniform(color.Gray{Y: p.ground}), image.Point{}, draw.Src)
	return m, nil
}

// widest is the largest width of a picture in a row, in heights of the row; a
// wider one is scaled to this width instead.
const widest = 3

// scaled returns the size in pixels of a picture in a row of the given height.
func scaled(m *imaging.Image, height int) (w, h int) {
	scale := float64(height) / float64(m.H)
	scale = min(scale, widest*float64(height)/float64(m.W))
	return max(1, int(math.Round(scale*float64(m.W)))), max(1, int(math.Round(scale*float64(m.H))))
}

func resized(m *imaging.Image, w, h int) (image.Image, error) {
	if m.H != h || m.W != w {
		m = m.Resize(h, w)
	}
	var file bytes.Buffer
	if err := imaging.EncodePNG(&file, m, nil); err != nil { // it alone defines how values become levels
		return nil, err
	}
	return png.Decode(&file)
}

// paste draws m, scaled, into the rectangle at, on white where it is transparent, and a
// faint frame around it.
func (p paper) paste(dst *image.RGBA, at image.Rectangle, m *imaging.Image) error {
	picture, err := resized(m, at.Dx(), at.Dy())
	if err != nil {
		return err
	}
	draw.Draw(dst, at.Inset(-1), image.NewUniform(color.Gray{Y: p.faint}), image.Point{}, draw.Src)
	draw.Draw(dst, at, image.White, image.Point{}, draw.Src)
	draw.Draw(dst, at, picture, image.Point{}, draw.Over)
	return nil
}
