package grid

import (
	"strings"

	"golang.org/x/image/font"
)

func measure(face font.Face, text string) int { return font.MeasureString(face, text).Ceil() }

// wrapped breaks text at spaces into lines of a width in pixels; what is too wide
// or one line too many ends in an ellipsis.
func wrapped(face font.Face, text string, width, most int) []string {
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
		for runes := []rune(line); len(runes) > 1 && measure(face, line+ellipsis) > width; {
			runes = runes[:len(runes)-1]
			line, ellipsis = string(runes), "…"
		}
		lines[i] = line + ellipsis
	}
	return lines
}
