package plots

import (
	"bytes"
	"fmt"
	"html"
	"regexp"
	"strconv"

	stdfont "golang.org/x/image/font"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/vg"
)

// svgText is a text as vgsvg writes it: its attributes, weight, size and letters.
var svgText = regexp.MustCompile(`<text ([^>]*font-weight:(\w+);[^>]*font-size:([\d.]+)px[^>]*)>([^<]+)</text>`)

// withWidths tells a browser how wide each text is in the font that the figure was laid out with: where it has only a wider
// one, it sets the letters closer instead of running over the edge.
func withWidths(svg []byte) []byte {
	return svgText.ReplaceAllFunc(svg, func(element []byte) []byte {
		part := svgText.FindSubmatch(element)
		size, err := strconv.ParseFloat(string(part[3]), 64)
		if err != nil {
			return element
		}
		face := font.Font{Typeface: "Liberation", Variant: "Sans"}
		if string(part[2]) == "bold" {
			face.Weight = stdfont.WeightBold
		}
		drawn := font.DefaultCache.Lookup(face, vg.Length(size))
		width := drawn.Width(html.UnescapeString(string(part[4])))
		if width <= 0 {
			return element
		}
		return bytes.Replace(element, []byte("<text "), fmt.Appendf(nil, `<text textLength="%.2f" lengthAdjust="spacingAndGlyphs" `, width.Points()), 1)
	})
}
