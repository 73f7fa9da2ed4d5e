package paper

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

// A Face is our type at a size; letters that it lacks come from the system's fonts.
type Face struct {
	font.Face
	size float64 // in pixels
	set  *typeface.Set
}

// Sans returns Liberation Sans, the type of our plots too, at a size in pixels.
func Sans(size float64) (Face, error) {
	for _, face := range liberation.Collection() {
		if face.Font.Variant == "Sans" && face.Font.Style == font.StyleNormal && face.Font.Weight == font.WeightNormal {
			sized, err := opentype.NewFace(face.Face, &opentype.FaceOptions{Size: size, DPI: 72, Hinting: font.HintingFull})
			return Face{sized, size, typeface.System()}, err
		}
	}
	return Face{}, errors.New("paper: the plotting library brings no Liberation Sans")
}

// Measure returns the width of a line in pixels.
func Measure(face Face, text string) int {
	width := fixed.Int26_6(0)
	for _, run := range face.set.Runs(text, false) {
		width += face.width(run)
	}
	return width.Ceil()
}

func (f Face) width(run typeface.Run) fixed.Int26_6 {
	if run.Glyphs == nil {
		return font.MeasureString(f.Face, run.Text)
	}
	return fixed.Int26_6(math.Round(run.Advance * f.size * 64))
}

// Write writes a line whose baseline begins at x, y.
func Write(sheet *image.RGBA, face Face, grey uint8, x, y int, text string) {
	ink := image.NewUniform(color.Gray{Y: grey})
	dot := fixed.P(x, y)
	for _, run := range face.set.Runs(text, false) {
		if run.Glyphs == nil {
			d := font.Drawer{Dst: sheet, Face: face.Face, Src: ink, Dot: dot}
			d.DrawString(run.Text)
		}
		for _, g := range run.Glyphs {
			face.draw(sheet, ink, g, float64(dot.X)/64, float64(dot.Y)/64)
		}
		dot.X += face.width(run)
	}
}

// draw draws a glyph of a run that begins at x, y.
func (f Face) draw(sheet *image.RGBA, ink image.Image, g typeface.Glyph, x, y float64) {
	x, y = x+g.X*f.size, y-g.Y*f.size
	if g.Picture != nil {
		at := image.Rect(round(x+g.Box[0]*f.size), round(y-g.Box[3]*f.size), round(x+g.Box[2]*f.size), round(y-g.Box[1]*f.size))
		draw.CatmullRom.Scale(sheet, at, g.Picture, g.Picture.Bounds(), draw.Over, nil)
		return
	}
	// The rasterizer covers a square around the glyph, not the whole sheet.
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
	r.Draw(sheet, image.Rect(left, top, left+3*around, top+2*around), ink, image.Point{})
}

func round(v float64) int { return int(math.Round(v)) }
