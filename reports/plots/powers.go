package plots

import (
	"strings"

	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
)

// powers is a plain text handler that sets what follows a ^ as an exponent. The
// fonts that gonum/plot embeds lack ⁰, ⁹ and ⁻, so that Unicode's superscripts
// are no way.
type powers struct{ text.Plain }

// exponentSize and exponentRise are relative to the size of the base.
const (
	exponentSize = 0.75
	exponentRise = 0.35
)

// Box returns the size of base and exponent side by side.
func (h powers) Box(txt string, f font.Font) (width, height, depth vg.Length) {
	base, exponent, _ := strings.Cut(txt, "^")
	width, height, depth = h.Plain.Box(base, f)
	small, _, _ := h.Plain.Box(exponent, exponentFont(f))
	return width + small, height, depth
}

// Draw draws base and exponent; only text that is not rotated has an exponent.
func (h powers) Draw(c vg.Canvas, txt string, sty text.Style, pt vg.Point) {
	base, exponent, ok := strings.Cut(txt, "^")
	if !ok || sty.Rotation != 0 {
		h.Plain.Draw(c, txt, sty, pt)
		return
	}
	width, _, _ := h.Box(txt, sty.Font)
	pt.X += width * vg.Length(sty.XAlign)
	sty.XAlign = text.XLeft
	h.Plain.Draw(c, base, sty, pt)
	baseWidth, _, _ := h.Plain.Box(base, sty.Font)
	pt.X += baseWidth
	pt.Y += exponentRise * sty.Font.Size
	sty.Font = exponentFont(sty.Font)
	h.Plain.Draw(c, exponent, sty, pt)
}

func exponentFont(f font.Font) font.Font {
	f.Size *= exponentSize
	return f
}
