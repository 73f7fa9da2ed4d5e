package plots

import (
	"image/color"

	stdfont "golang.org/x/image/font"
	"gonum.org/v1/plot"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"runexp/internal/printable"
	"runexp/reports/typeface"
)

// Lengths and type sizes of all figures, in points.
const (
	titleSize    = vg.Length(11)
	labelSize    = vg.Length(9)
	tickSize     = vg.Length(8)
	totalWidth   = vg.Length(2.2)
	termWidth    = vg.Length(1.3)
	hairline     = vg.Length(0.5)
	tickLength   = vg.Length(3.5)
	longestLabel = 48 // characters of a name before it is shortened
)

// Greys of all figures.
var (
	ink   = color.Gray{0x22} // the total, titles
	muted = color.Gray{0x60} // everything that explains
	faint = color.Gray{0xe4} // grid
)

// okabeIto is the palette of Okabe and Ito (2008), which can be distinguished with any of
// the common kinds of colour blindness, without its black, which is the total's, and
// its yellow, which has too little contrast on white.
var okabeIto = []color.RGBA{
	{0xd5, 0x5e, 0x00, 0xff}, // vermilion
	{0x00, 0x72, 0xb2, 0xff}, // blue
	{0x00, 0x9e, 0x73, 0xff}, // bluish green
	{0xcc, 0x79, 0xa7, 0xff}, // reddish purple
	{0xe6, 0x9f, 0x00, 0xff}, // orange
	{0x56, 0xb4, 0xe9, 0xff}, // sky blue
}

// textStyle returns sans-serif text that starts at the point it is drawn at and
// has its middle there.
func textStyle(size vg.Length, c color.Color) text.Style {
	return text.Style{
		Color:   c,
		Font:    font.From(font.Font{Typeface: "Liberation", Variant: "Sans"}, size),
		XAlign:  draw.XLeft,
		YAlign:  draw.YCenter,
		Handler: scriptHandler{text.Plain{Fonts: font.DefaultCache}, typeface.System()},
	}
}

func bold(s text.Style) text.Style {
	s.Font.Weight = stdfont.WeightBold
	return s
}

func styleAxis(a *plot.Axis, title string, ticks plot.Ticker) {
	a.Padding = 0
	a.LineStyle = draw.LineStyle{Color: muted, Width: hairline}
	a.Label.Text = oneLine(title)
	a.Label.Padding = 4
	a.Label.TextStyle.Font = textStyle(labelSize, ink).Font
	a.Label.TextStyle.Color = ink
	a.Tick.Label.Font = textStyle(tickSize, ink).Font
	a.Tick.Label.Color = ink
	a.Label.TextStyle.Handler = textStyle(labelSize, ink).Handler
	a.Tick.Label.Handler = tickHandler(ticks)
	a.Tick.LineStyle = a.LineStyle
	a.Tick.Length = tickLength
	a.Tick.Marker = ticks
}

// oneLine makes a user's text fit for one line of a figure: control characters,
// which an SVG must not contain, are written as escapes, so that names which
// differ in one of them still differ.
func oneLine(s string) string { return printable.Text(s) }

// tickHandler sets exponents where ticks are numbers; a user's ^ is one of text.
func tickHandler(ticks plot.Ticker) text.Handler {
	plain := text.Plain{Fonts: font.DefaultCache}
	if _, named := ticks.(levels); named {
		return scriptHandler{plain, typeface.System()}
	}
	return powers{plain}
}
