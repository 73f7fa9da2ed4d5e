package cmd

import (
	"fmt"
	"io"
	"time"

	"runexp/internal/printable"
)

// workProgress tells on stderr how far work is that makes no picture: a line that
// redraws itself on a terminal, one now and then elsewhere, and nothing of what is
// over in a second.
type workProgress struct {
	w       io.Writer
	line    *statusLine
	quiet   bool
	updated time.Time // when it was told last; at first, when it began
}

// firstUpdateAfter is how long work may take before it is told of.
const firstUpdateAfter = time.Second

func newWorkProgress(w io.Writer, quiet bool) *workProgress {
	return &workProgress{w: w, line: newStatusLine(w), quiet: quiet, updated: time.Now()}
}

// tell says how far the work is.
func (p *workProgress) update(format string, args ...any) {
	wait := lineEvery
	switch {
	case p.line.drawn:
		wait = barEvery
	case p.line.live:
		wait = firstUpdateAfter
	}
	if p.quiet || time.Since(p.updated) < wait {
		return
	}
	p.updated = time.Now()
	text := "  " + fmt.Sprintf(format, args...)
	if p.line.live {
		p.line.draw(text)
		return
	}
	fmt.Fprintln(p.w, truncate(printable.Text(text), columns(p.w)))
}

// report is tell for what a report is being made of.
func (p *workProgress) report(what string) { p.update("report: %s", what) }

// done leaves the line that redraws itself.
func (p *workProgress) done() { p.line.end() }
