package sheet

import (
	"errors"
	"image"
	"image/color"
	stddraw "image/draw"
	"math"

	"golang.org/x/image/draw"
	"golang.org/x/image/font"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/math/fixed"
	"golang.org/x/image/vector"
	"gonum.org/v1/plot/font/liberation"

	sfnt "github.com/go-text/typesetting/font/opentype"

	"runexp/reports/typeface"
)

// A face is Liberation Sans at a size; letters that it lacks come from the system's fonts.
type face struct {
	font.Face
	size float64 // in pixels
	set  *typeface.Set
}

// sans returns Liberation Sans, which the plots have too, at a size in pixels.
func sans(size float64) (face, error) {
	for _, f := range liberation.Collection() {
		if f.Font.Variant == "Sans" && f.Font.Style == font.StyleNormal && f.Font.Weight == font.WeightNormal {
			sized, err := opentype.NewFace(f.Face, &opentype.FaceOptions{Size: size, DPI: 72, Hinting: font.HintingFull})
			return face{sized, size, typeface.System()}, err
		}
	}
	return face{}, errors.New("sheet: the plotting library brings no Liberation Sans")
}

// px turns a length in sizes of the text into pixels.
func (f face) px(ems float64) int { return round(ems * f.size) }

// measure returns the width of a line in pixels.
func (f face) measure(text string) int {
	width := fixed.Int26_6(0)
	for _, run := range f.set.Runs(text, false) {
		width += f.width(run)
	}
	return width.Ceil()
}

func (f face) width(run typeface.Run) fixed.Int26_6 {
	if run.Glyphs == nil {
		return font.MeasureString(f.Face, run.Text)
	}
	return fixed.Int26_6(math.Round(run.Advance * f.size * 64))
}

// write writes a line whose upper left corner is at x, y.
func (f face) write(dst *image.RGBA, grey uint8, x, y int, text string) {
	src := image.NewUniform(color.Gray{Y: grey})
	dot := fixed.P(x, y+f.Metrics().Ascent.Ceil())
	for _, run := range f.set.Runs(text, false) {
		if run.Glyphs == nil {
			d := font.Drawer{Dst: dst, Face: f.Face, Src: src, Dot: dot}
			d.DrawString(run.Text)
		}
		for _, g := range run.Glyphs {
			f.draw(dst, src, g, float64(dot.X)/64, float64(dot.Y)/64)
		}
		dot.X += f.width(run)
	}
}

// draw draws a glyph of a run that begins at x, y.
func (f face) draw(dst *image.RGBA, src image.Image, g typeface.Glyph, x, y float64) {
	x, y = x+g.X*f.size, y-g.Y*f.size
	if g.Picture != nil {
		at := image.Rect(round(x+g.Box[0]*f.size), round(y-g.Box[3]*f.size), round(x+g.Box[2]*f.size), round(y-g.Box[1]*f.size))
		draw.CatmullRom.Scale(dst, at, g.Picture, g.Picture.Bounds(), draw.Over, nil)
		return
	}
	// The rasterizer covers a square around the glyph, not the whole image.
	around := int(math.Ceil(2 * f.size))
	left, top := int(math.Floor(x))-around, int(math.Floor(y))-around
	r := vector.NewRasterizer(3*around, 2*around)
	at := func(p sfnt.SegmentPoint) (px, py float32) {
		return float32(x + float64(p.X)*f.size - float64(left)), float32(y - float64(p.Y)*f.size - float64(top))
	}
	for _, s := range g.Outline {
		ax, ay := at(s.Args[0])
		bx, by := at(s.Args[1])
		cx, cy := at(s.Args[2])
		switch s.Op {
		case sfnt.SegmentOpMoveTo:
			r.ClosePath()
			r.MoveTo(ax, ay)
		case sfnt.SegmentOpLineTo:
			r.LineTo(ax, ay)
		case sfnt.SegmentOpQuadTo:
			r.QuadTo(ax, ay, bx, by)
		case sfnt.SegmentOpCubeTo:
			r.CubeTo(ax, ay, bx, by, cx, cy)
		}
	}
	r.ClosePath()
	r.DrawOp = stddraw.Over
	r.Draw(dst, image.Rect(left, top, left+3*around, top+2*around), src, image.Point{})
}

func round(v float64) int { return int(math.Round(v)) }

// wrapped breaks text into lines of a width in pixels, at least one.
func (f face) wrapped(text string, width, most int) []string {
	lines, _ := typeface.Wrap(text, max(1, most), func(s string) bool { return f.measure(s) <= width })
	return lines
}
