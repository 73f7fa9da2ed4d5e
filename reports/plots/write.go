package plots

import (
	"bytes"
	"fmt"
	"image/color"
	"io"
	"path/filepath"
	"strings"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgimg"
	"gonum.org/v1/plot/vg/vgsvg"

	"runexp/internal/atomicfile"
)

// Width and Height are the usual size of a figure: a column and a half of a
// journal's page.
const (
	Width  = 6.4 * vg.Inch
	Height = 3.8 * vg.Inch
)

// resolution of PNG files, in dots per inch.
const resolution = 200

// margin around a figure, in points.
const margin = vg.Length(6)

// largest is the longest side of a figure; at our resolution it takes 64 MB.
const largest = 20 * vg.Inch

// Write draws p as "png" (200 dots per inch) or "svg". Sides are positive and
// at most 20 inches.
func Write(p *plot.Plot, w io.Writer, format string, width, height vg.Length) error {
	return write(p.Draw, w, format, width, height)
}

// A Figure is a drawing of several plots, with a size of its own.
type Figure interface {
	Size() (width, height vg.Length)
	// figure lays the drawing out. Errors: what cannot be drawn.
	figure() (func(draw.Canvas), error)
}

// Encode draws f at its Size as "png" or "svg".
func Encode(f Figure, format string) ([]byte, error) {
	drawing, err := f.figure()
	if err != nil {
		return nil, err
	}
	width, height := f.Size()
	var file bytes.Buffer
	err = write(drawing, &file, format, width, height)
	return file.Bytes(), err
}

func write(drawing func(draw.Canvas), w io.Writer, format string, width, height vg.Length) error {
	if !(width > 0 && height > 0 && width <= largest && height <= largest) {
		return fmt.Errorf("plots: a figure of %.4g × %.4g inches; give sides above 0 and up to %g", width/vg.Inch, height/vg.Inch, largest/vg.Inch)
	}
	switch format {
	case "png":
		canvas := vgimg.NewWith(vgimg.UseWH(width, height), vgimg.UseDPI(resolution))
		drawWithin(margin, drawing, draw.New(canvas))
		_, err := vgimg.PngCanvas{Canvas: canvas}.WriteTo(w)
		return err
	case "svg":
		canvas := vgsvg.New(width, height)
		drawWithin(margin, drawing, draw.New(canvas))
		var file bytes.Buffer
		if _, err := canvas.WriteTo(&file); err != nil {
			return err
		}
		_, err := w.Write(withFallbackFonts(withWidths(file.Bytes())))
		return err
	}
	return fmt.Errorf("plots: unknown format %q; give png or svg", format)
}

// drawWithin draws on white, with a margin around it.
func drawWithin(margin vg.Length, drawing func(draw.Canvas), c draw.Canvas) {
	c.SetColor(color.White)
	c.Fill(c.Path())
	drawing(within(margin, c))
}

func within(margin vg.Length, c draw.Canvas) draw.Canvas {
	return draw.Crop(c, margin, -margin, margin, -margin)
}

// withFallbackFonts names fonts for machines that lack Liberation Sans, where a browser would fall
// back to its serif font.
func withFallbackFonts(svg []byte) []byte {
	return bytes.ReplaceAll(svg, []byte("font-family:Liberation Sans;"), []byte("font-family:Liberation Sans,Arial,Helvetica,sans-serif;"))
}

// Save draws p at Width × Height into the file at path, which ends in .png or .svg.
func Save(p *plot.Plot, path string) error { return save(p, path, Width, Height) }

func save(p *plot.Plot, path string, width, height vg.Length) error {
	var file bytes.Buffer
	if err := Write(p, &file, strings.TrimPrefix(strings.ToLower(filepath.Ext(path)), "."), width, height); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	return atomicfile.Write(path, file.Bytes())
}
