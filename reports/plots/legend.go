package plots

import (
	"slices"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"runexp/reports/typeface"
)

// A legend is a column to the right of the data, where it hides no line.
type legend []entry

// LongestEntry is how many characters of a name a legend shows: it stands beside
// the figure, which grows with it.
const LongestEntry = 72

// An entry without a name is a space between the others.
type entry struct {
	name string
	line draw.LineStyle
	mark draw.GlyphDrawer // drawn in the line's colour in the place of it; nil for the line
}

// draw draws the sample of an entry from left on at a height.
func (e entry) draw(c draw.Canvas, left, y vg.Length) {
	if e.mark == nil {
		c.StrokeLine2(e.line, left, y, left+legendLine, y)
		return
	}
	c.DrawGlyph(draw.GlyphStyle{Color: e.line.Color, Radius: 1.3 * dotSize, Shape: e.mark}, vg.Point{X: left + legendLine/2, Y: y})
}

// shortened returns entries whose names have room, and differ where they did.
func shortened(entries []entry) []entry {
	names := make([]string, len(entries))
	for i, e := range entries {
		names[i] = e.name
	}
	short := slices.Clone(entries)
	for i, name := range typeface.ShortenAll(names, LongestEntry) {
		short[i].name = name
	}
	return short
}

const (
	legendGap   = vg.Length(10)   // between the data and the column
	legendLine  = vg.Length(16)   // length of a sample
	legendSpace = vg.Length(5)    // between sample and name
	legendRow   = 1.6 * labelSize // height of an entry, where there is room
)

// width returns what the column takes, with the gap before it.
func (l legend) width() vg.Length {
	width := vg.Length(0)
	for _, e := range l {
		width = max(width, textStyle(labelSize, ink).Width(e.name))
	}
	return legendGap + legendLine + legendSpace + width
}

// Plot draws the entries from the top, closer together if there are many.
func (l legend) Plot(c draw.Canvas, _ *plot.Plot) {
	row := min(legendRow, (c.Max.Y-c.Min.Y)/vg.Length(len(l)))
	left := c.Max.X + legendGap
	for i, e := range l {
		if e.name == "" {
			continue
		}
		y := c.Max.Y - (vg.Length(i)+0.5)*row
		e.draw(c, left, y)
		name := vg.Point{X: left + legendLine + legendSpace, Y: y}
		drawText(c, textStyle(labelSize, ink), name, e.name)
	}
}

// GlyphBoxes keeps room free to the right of the data.
func (l legend) GlyphBoxes(*plot.Plot) []plot.GlyphBox {
	return []plot.GlyphBox{{X: 1, Rectangle: vg.Rectangle{Max: vg.Point{X: l.width()}}}}
}
