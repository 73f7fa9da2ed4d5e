package plots

import (
	"gonum.org/v1/plot"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"runexp/reports/typeface"
)

// A header is title and subtitle, flush with the y axis. gonum/plot's own
// title has one style and is centred.
type header struct {
	title, subtitle string
	below           vg.Length // height of what stands between it and the data
	right           vg.Length // width of what stands to the right of the data
}

type headerLine struct {
	text  string
	style text.Style
}

// lines from the lowest up.
func (h header) lines() []headerLine {
	return []headerLine{
		{h.subtitle, textStyle(labelSize, muted)},
		{h.title, bold(textStyle(titleSize, ink))},
	}
}

const (
	headerGap = vg.Length(6) // above the data
	leading   = 1.5          // height of a line of the header in sizes of its type
)

// Plot draws the lines upwards from the data.
func (h header) Plot(c draw.Canvas, _ *plot.Plot) {
	y := c.Max.Y + h.below + headerGap
	room := c.Max.X + h.right - c.Min.X
	for _, line := range h.lines() {
		if line.text == "" {
			continue
		}
		height := leading * line.style.Font.Size
		drawText(c, line.style, vg.Point{X: c.Min.X, Y: y + height/2}, fitted(line.text, line.style, room))
		y += height
	}
}

// GlyphBoxes keeps room free above the data.
func (h header) GlyphBoxes(*plot.Plot) []plot.GlyphBox {
	height := h.below + headerGap
	for _, line := range h.lines() {
		if line.text != "" {
			height += leading * line.style.Font.Size
		}
	}
	return []plot.GlyphBox{{Y: 1, Rectangle: vg.Rectangle{Max: vg.Point{Y: height}}}}
}

// fitted shortens txt to a width.
func fitted(txt string, style text.Style, width vg.Length) string {
	fits := func(s string) bool { return style.Width(s) <= width }
	if fits(txt) {
		return txt
	}
	return typeface.Cut(txt, fits)
}

// drawText draws txt with its middle, between baseline and capitals' height, at pt.Y.
func drawText(c draw.Canvas, style text.Style, pt vg.Point, txt string) {
	pt.Y += style.FontExtents().Descent
	c.FillText(style, pt, txt)
}
