package plots

import (
	"gonum.org/v1/plot"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// An axisTitle keeps room for the title of a logarithmic x axis where it is drawn,
// in the middle. gonum/plot takes the middle of the values for that of the axis:
// over a few decades it is near the right end, and half a title stays free there.
type axisTitle struct{ width vg.Length }

// centreTitle takes the room of a's title from gonum/plot, and returns what keeps it.
func centreTitle(a *plot.Axis) axisTitle {
	title := axisTitle{a.Label.TextStyle.Width(a.Label.Text)}
	a.Label.TextStyle.Handler = zeroWidth{a.Label.TextStyle.Handler}
	return title
}

// Plot draws nothing: the axis draws its title.
func (axisTitle) Plot(draw.Canvas, *plot.Plot) {}

// GlyphBoxes keeps half of the width free to the right of the middle, as a linear axis does.
func (t axisTitle) GlyphBoxes(*plot.Plot) []plot.GlyphBox {
	return []plot.GlyphBox{{X: 0.5, Rectangle: vg.Rectangle{Max: vg.Point{X: t.width / 2}}}}
}

// zeroWidth draws text as its handler does, and says that it has no width.
type zeroWidth struct{ text.Handler }

// Box returns the height and depth of the text.
func (h zeroWidth) Box(txt string, f font.Font) (width, height, depth vg.Length) {
	_, height, depth = h.Handler.Box(txt, f)
	return 0, height, depth
}

// Draw draws the text by its true width.
func (h zeroWidth) Draw(c vg.Canvas, txt string, sty text.Style, pt vg.Point) {
	sty.Handler = h.Handler
	h.Handler.Draw(c, txt, sty, pt)
}

var (
	_ plot.Plotter    = axisTitle{}
	_ plot.GlyphBoxer = axisTitle{}
	_ text.Handler    = zeroWidth{}
)
