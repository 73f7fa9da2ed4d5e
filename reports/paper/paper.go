// Package paper is what pictures with captions are drawn on: white, with our type.
package paper

import (
	"bytes"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"math"

	"runexp/framework/imaging"
)

// Greys of what is written and drawn.
const (
	Ink   = 0x22
	Muted = 0x60
	Faint = 0xe4 // frames of pictures, which may be as white as the paper
)

// MaxPixels bounds a sheet; it takes 400 MB.
const MaxPixels = 100_000_000

// New returns a white sheet.
func New(width, height int) *image.RGBA {
	sheet := image.NewRGBA(image.Rect(0, 0, width, height))
	draw.Draw(sheet, sheet.Bounds(), image.White, image.Point{}, draw.Src)
	return sheet
}

// widest is the width of a picture in its heights, from which on a panorama gets
// lower instead.
const widest = 3

// Scaled returns the size of a picture in a row of the given height: of that
// height, or three times as wide if it would be wider.
func Scaled(m *imaging.Image, height int) (w, h int) {
	scale := float64(height) / float64(m.H)
	scale = min(scale, widest*float64(height)/float64(m.W))
	return max(1, int(math.Round(scale*float64(m.W)))), max(1, int(math.Round(scale*float64(m.H))))
}

// Paste draws m, scaled, into the rectangle at, and a faint frame around it.
func Paste(sheet *image.RGBA, at image.Rectangle, m *imaging.Image) error {
	draw.Draw(sheet, at.Inset(-1), image.NewUniform(color.Gray{Y: Faint}), image.Point{}, draw.Src)
	if m.H != at.Dy() || m.W != at.Dx() {
		m = m.Resize(at.Dy(), at.Dx())
	}
	var file bytes.Buffer
	if err := imaging.EncodePNG(&file, m, nil); err != nil { // the one place that says how values become levels
		return err
	}
	picture, err := png.Decode(&file)
	if err != nil {
		return err
	}
	draw.Draw(sheet, at, picture, image.Point{}, draw.Src)
	return nil
}
