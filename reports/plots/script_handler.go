package plots

import (
	"strings"

	sfnt "github.com/go-text/typesetting/font/opentype"
	stdfont "golang.org/x/image/font"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgsvg"

	"runexp/reports/typeface"
)

// scriptHandler is a plain text handler for any script: what our font lacks is drawn
// with the system's, in the order in which it is read. An SVG has the text
// itself, for the browser's fonts, in the place that was measured.
type scriptHandler struct {
	text.Plain
	set *typeface.Set
}

func (h scriptHandler) runs(txt string, f font.Font) []typeface.Run {
	return h.set.Runs(txt, f.Weight >= stdfont.WeightBold)
}

func (h scriptHandler) width(r typeface.Run, f font.Font) vg.Length {
	if r.Glyphs != nil {
		return vg.Length(r.Advance) * f.Size
	}
	width, _, _ := h.Plain.Box(r.Text, f)
	return width
}

// Box returns the size of a line.
func (h scriptHandler) Box(txt string, f font.Font) (width, height, depth vg.Length) {
	_, height, depth = h.Plain.Box("", f)
	for _, r := range h.runs(txt, f) {
		width += h.width(r, f)
	}
	return width, height, depth
}

// Draw draws lines as text.Plain does.
func (h scriptHandler) Draw(c vg.Canvas, txt string, sty text.Style, pt vg.Point) {
	txt = strings.TrimRight(txt, "\n")
	plain := true
	for _, line := range h.Lines(txt) {
		runs := h.runs(line, sty.Font)
		plain = plain && (len(runs) == 0 || len(runs) == 1 && runs[0].Glyphs == nil && runs[0].Text == line)
	}
	if plain {
		h.Plain.Draw(c, txt, sty, pt)
		return
	}
	c.SetColor(sty.Color)
	c.Push()
	defer c.Pop()
	c.Translate(pt)
	c.Rotate(sty.Rotation)
	face := h.Fonts.Lookup(sty.Font, sty.Font.Size)
	lines := h.Lines(txt)
	top := sty.Height(txt)*vg.Length(sty.YAlign) - face.Extents().Ascent
	for i, line := range lines {
		runs := h.runs(line, sty.Font)
		width := vg.Length(0)
		for _, r := range runs {
			width += h.width(r, sty.Font)
		}
		at := vg.Point{X: vg.Length(sty.XAlign) * width, Y: top + vg.Length(len(lines)-i)*sty.Font.Size}
		if inSVG(c) {
			if typeface.RightToLeft(line) {
				const isolate, end = "\u2068", "\u2069" // of its own direction, and yet begun at the left
				line = isolate + line + end
			}
			c.FillString(face, at, line)
			continue
		}
		for _, r := range runs {
			if r.Glyphs == nil {
				c.FillString(face, at, r.Text)
			}
			for _, g := range r.Glyphs {
				drawGlyph(c, g, at, sty.Font.Size)
			}
			at.X += h.width(r, sty.Font)
		}
	}
}

// inSVG reports whether a canvas, below those that crop it, is an SVG.
func inSVG(c vg.Canvas) bool {
	for {
		switch canvas := c.(type) {
		case *vgsvg.Canvas:
			return true
		case draw.Canvas:
			c = canvas.Canvas
		case *draw.Canvas:
			c = canvas.Canvas
		default:
			return false
		}
	}
}

func drawGlyph(c vg.Canvas, g typeface.Glyph, at vg.Point, size vg.Length) {
	point := func(x, y float64) vg.Point {
		return at.Add(vg.Point{X: vg.Length(g.X+x) * size, Y: vg.Length(g.Y+y) * size})
	}
	if g.Picture != nil {
		c.DrawImage(vg.Rectangle{Min: point(g.Box[0], g.Box[1]), Max: point(g.Box[2], g.Box[3])}, g.Picture)
		return
	}
	var path vg.Path
	for _, s := range g.Outline {
		var p [3]vg.Point
		for i, a := range s.Args {
			p[i] = point(float64(a.X), float64(a.Y))
		}
		switch s.Op {
		case sfnt.SegmentOpMoveTo:
			if len(path) > 0 {
				path.Close()
			}
			path.Move(p[0])
		case sfnt.SegmentOpLineTo:
			path.Line(p[0])
		case sfnt.SegmentOpQuadTo:
			path.QuadTo(p[0], p[1])
		case sfnt.SegmentOpCubeTo:
			path.CubeTo(p[0], p[1], p[2])
		}
	}
	if len(path) > 0 {
		path.Close()
		c.Fill(path)
	}
}
