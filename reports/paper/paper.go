// Package paper is what pictures with captions are drawn on: white, with our type.
package paper

import (
	"bytes"
	"errors"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"math"

	"golang.org/x/image/font"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/math/fixed"
	"gonum.org/v1/plot/font/liberation"

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

// Sans returns Liberation Sans, the type of our plots too, at a size in pixels.
func Sans(size float64) (font.Face, error) {
	for _, face := range liberation.Collection() {
		if face.Font.Variant == "Sans" && face.Font.Style == font.StyleNormal && face.Font.Weight == font.WeightNormal {
			return opentype.NewFace(face.Face, &opentype.FaceOptions{Size: size, DPI: 72, Hinting: font.HintingFull})
		}
	}
	return nil, errors.New("paper: the plotting library brings no Liberation Sans")
}

// Write writes a line whose baseline begins at x, y.
func Write(sheet *image.RGBA, face font.Face, grey uint8, x, y int, text string) {
	d := font.Drawer{Dst: sheet, Face: face, Src: image.NewUniform(color.Gray{Y: grey}), Dot: fixed.P(x, y)}
	d.DrawString(text)
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
