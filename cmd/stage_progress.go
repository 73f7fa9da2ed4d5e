package cmd

import (
	"fmt"
	"io"
	"strings"
	"time"

	"runexp/experiments/plan"
	"runexp/framework/run"
	"runexp/framework/sizes"
	"runexp/internal/printable"
)

// stageProgress is the run.Observer that prints the progress of a single experiment on
// stderr: a bar that is redrawn on a terminal, a line every lineEvery elsewhere.
type stageProgress struct {
	w       io.Writer
	line    *statusLine
	quiet   bool
	trial   plan.Trial
	stage   run.Stage
	began   time.Time // at the stage's first row
	first   int       // done at that row, in the budget's unit
	updated time.Time // of the last line
}

// Intervals between updates.
const (
	barEvery  = 100 * time.Millisecond
	lineEvery = 10 * time.Second
)

func newStageProgress(w io.Writer, quiet bool, t plan.Trial) *stageProgress {
	return &stageProgress{w: w, line: newStatusLine(w), quiet: quiet, trial: t}
}

// printf prints a line, cut to the terminal's width.
func (p *stageProgress) printf(format string, args ...any) {
	p.done()
	fmt.Fprintln(p.w, truncate(printable.Text(fmt.Sprintf(format, args...)), columns(p.w)))
}

// Observe prints what an event says.
func (p *stageProgress) Observe(e run.Event) error {
	switch e := e.(type) {
	case run.Stage:
		p.stageStarted(e)
	case run.Row:
		p.row(e)
	case run.Rollback:
		if !p.quiet {
			p.printf("  %s: iteration %d is repeated, with %g of the learning rate from now on", e.Why, e.Iteration, e.Factor)
		}
	}
	return nil
}

// stageStarted prints a stage's size and images.
func (p *stageProgress) stageStarted(s run.Stage) {
	p.stage, p.began, p.updated = s, time.Time{}, time.Time{}
	if p.quiet {
		return
	}
	if s.Index == 0 {
		last := p.trial.Predictions[s.Count-1].Stage
		p.printf("the result will have %s pixels (height × width)", size(last.Height, last.Width))
	}
	p.printf("stage %d of %d: %s", s.Index+1, s.Count, size(s.Height, s.Width))
	for _, u := range p.trial.Images[s.Index] {
		p.printf("  %-8s %s, %s, used at %s", u.Role, u.Path, size(u.Height, u.Width), size(u.UsedHeight, u.UsedWidth))
	}
}

// row draws the bar or, if one is due, a line.
func (p *stageProgress) row(r run.Row) {
	every := lineEvery
	if p.line.live {
		every = barEvery
	}
	done, budget := r.Iteration, p.stage.Iterations
	if p.stage.Evaluations > 0 {
		done, budget = r.Evals, p.stage.Evaluations
	}
	done = min(done, budget)
	if p.began.IsZero() { // within a stage, if the run was resumed
		p.began, p.first = time.Now(), done
	}
	if p.quiet || !r.Last && time.Since(p.updated) < every {
		return
	}
	if r.Stalled {
		defer p.endedEarly(r)
	}
	p.updated = time.Now()
	line := fmt.Sprintf("%d/%d  loss %.5g", done, budget, r.Total)
	if elapsed := time.Since(p.began); !r.Last && done > p.first {
		rate := elapsed / time.Duration(done-p.first)
		line += fmt.Sprintf("  %.3f s each  %s left", rate.Seconds(), sizes.Text(sizes.Times(budget-done, rate), time.Second))
	}
	if !p.line.live {
		p.printf("  %s", line)
		return
	}
	p.line.draw("  " + bar(done, budget, columns(p.w)-len(line)) + line)
	if r.Last {
		p.done()
	}
}

// Lengths of the bar in characters. It fills the space beside the numbers, up to maxBar,
// and is left out below minBar.
const (
	maxBar = 24
	minBar = 4
)

// bar draws a progress bar, brackets included, of at most so many columns.
func bar(done, budget, columns int) string {
	width := min(maxBar, columns-len("  [] "))
	if width < minBar {
		return ""
	}
	filled := width * done / max(1, budget)
	return "[" + strings.Repeat("=", filled) + strings.Repeat(" ", width-filled) + "] "
}

// endedEarly prints that the stage ended before its budget, and why.
func (p *stageProgress) endedEarly(r run.Row) {
	at := fmt.Sprintf("iteration %d of %d", r.Iteration, p.stage.Iterations)
	if p.stage.Evaluations > 0 {
		at = fmt.Sprintf("iteration %d, with a budget of %s,", r.Iteration, sizes.Count(p.stage.Evaluations, "evaluation"))
	}
	p.printf("  stage %d of %d ended at %s after %s: %s", p.stage.Index+1, p.stage.Count, at, sizes.Count(r.Evals, "evaluation"), run.NoDescent)
}

// done ends the line of the bar.
func (p *stageProgress) done() { p.line.end() }
