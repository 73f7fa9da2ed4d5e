package cmd

import (
	"fmt"
	"io"
	"os"

	"github.com/rivo/uniseg"
	"golang.org/x/term"

	"runexp/internal/printable"
)

// unknownWidth is how many columns a terminal is taken to have that does not say.
const unknownWidth = 80

// A statusLine is a line on a terminal that is drawn again in its place, cut to the
// width that the terminal has at that moment. Elsewhere, and on a terminal that
// understands no commands (TERM=dumb), it is never shown.
type statusLine struct {
	live  bool
	w     io.Writer
	drawn bool // it stands on the current line
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

// end ends the line: what is written next stands below it.
func (l *statusLine) end() {
	if l.drawn {
		fmt.Fprintln(l.w)
		l.drawn = false
	}
}

// columns is how many characters of a line can be seen: one fewer than w's terminal
// has columns, since some go to the next line once the last one is filled; 0, for
// all, where w is no terminal.
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

// truncate cuts text to a number of columns, with an ellipsis where it was cut; 0
// leaves it as it is. A letter and its marks stay together, and wide ones count twice.
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
