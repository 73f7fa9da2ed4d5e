package grid

import (
	"strings"

	"runexp/reports/paper"
	"runexp/reports/typeface"
)

func measure(face paper.Face, text string) int { return paper.Measure(face, text) }

// wrapped breaks text at spaces into lines of a width in pixels; what is too wide
// or one line too many ends in an ellipsis.
func wrapped(face paper.Face, text string, width, most int) []string {
	var lines []string
	for word := range strings.FieldsSeq(text) {
		if n := len(lines); n > 0 && measure(face, lines[n-1]+" "+word) <= width {
			lines[n-1] += " " + word
		} else {
			lines = append(lines, word)
		}
	}
	cut := len(lines) > max(1, most)
	if cut {
		lines = lines[:max(1, most)]
	}
	for i, line := range lines {
		ellipsis := ""
		if cut && i == len(lines)-1 {
			ellipsis = "…"
		}
		if measure(face, line+ellipsis) > width {
			line = typeface.Cut(line, func(s string) bool { return measure(face, s) <= width })
			ellipsis = ""
		}
		lines[i] = line + ellipsis
	}
	return lines
}
