package cmd

import (
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/rivo/uniseg"
	"golang.org/x/term"

	"runexp/internal/printable"
)

// unknownWidth is the fallback width of a terminal, in columns.
const unknownWidth = 80

// A statusLine is a line on a terminal that is redrawn in place, cut to the terminal's
// current width. Elsewhere, and on a terminal without control sequences (TERM=dumb), it
// is never drawn.
type statusLine struct {
	live  bool // w is a terminal that can redraw lines
	w     io.Writer
	drawn bool // the cursor is on it
}

func newStatusLine(w io.Writer) *statusLine {
	_, is := terminal(w)
	return &statusLine{live: is && os.Getenv("TERM") != "dumb", w: w}
}

// draw replaces the line by text.
func (l *statusLine) draw(text string) {
	if l.live {
		fmt.Fprintf(rawWriter(l.w), "\r\x1b[K%s", truncate(printable.Text(text), columns(l.w)))
		l.drawn = true
	}
}

// end moves the cursor below the line, if it was drawn.
func (l *statusLine) end() {
	if l.drawn {
		fmt.Fprintln(l.w)
		l.drawn = false
	}
}

// columns returns how many columns of a line can be used: one fewer than w's terminal
// has, since some terminals wrap once the last one is filled; 0, no limit, if w is no
// terminal.
func columns(w io.Writer) int {
	f, is := terminal(w)
	if !is {
		return 0
	}
	width, _, err := term.GetSize(int(f.Fd()))
	if err != nil || width <= 0 {
		width = unknownWidth
	}
	return max(1, width-1)
}

// wrap breaks text into rows of at most so many columns; 0 is no limit. Every row but the
// first is indented.
func wrap(text string, columns int) string {
	const indent = "  "
	if columns == 0 {
		return text
	}
	var rows []string
	for line := range strings.SplitSeq(text, "\n") {
		row, start := "", ""
		if len(rows) > 0 || strings.HasPrefix(line, indent) {
			start = indent
		}
		for _, word := range strings.Fields(line) {
			for uniseg.StringWidth(word) > columns-len(indent) && columns > len(indent) { // in pieces
				piece := strings.TrimSuffix(truncate(word, columns-len(indent)+1), "…")
				if word = word[len(piece):]; row != "" {
					rows, row, start = append(rows, start+row), "", indent
				}
				rows, start = append(rows, start+piece), indent
			}
			switch {
			case row == "":
				row = word
			case uniseg.StringWidth(start+row+" "+word) <= columns:
				row += " " + word
			default:
				rows, row, start = append(rows, start+row), word, indent
			}
		}
		rows = append(rows, start+row)
	}
	return strings.Join(rows, "\n")
}

// truncate cuts text to a number of columns and ends it with an ellipsis if it was cut;
// 0 is no limit. A letter and its marks stay together, and wide ones count twice.
func truncate(text string, columns int) string {
	if columns == 0 || uniseg.StringWidth(text) <= columns {
		return text
	}
	end, used := 0, 0
	for clusters := uniseg.NewGraphemes(text); clusters.Next(); {
		if used += clusters.Width(); used > columns-1 {
			break
		}
		_, end = clusters.Positions()
	}
	return text[:end] + "…"
}
