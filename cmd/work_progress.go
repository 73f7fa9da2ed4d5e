package cmd

import (
	"fmt"
	"io"
	"time"

	"runexp/internal/printable"
)

// workProgress prints the progress of planning and reports on stderr: a line that is
// redrawn on a terminal, one every lineEvery elsewhere, and nothing for work of less
// than a second.
type workProgress struct {
	w       io.Writer
	line    *statusLine
	quiet   bool
	updated time.Time // last update; at first, the start
}

// firstUpdateAfter is how long work runs before its progress is printed.
const firstUpdateAfter = time.Second

func newWorkProgress(w io.Writer, quiet bool) *workProgress {
	return &workProgress{w: w, line: newStatusLine(w), quiet: quiet, updated: time.Now()}
}

// update prints the progress if an update is due.
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

// report is update for the part of a report that is being made.
func (p *workProgress) report(what string) { p.update("report: %s", what) }

// done ends the redrawn line.
func (p *workProgress) done() { p.line.end() }
