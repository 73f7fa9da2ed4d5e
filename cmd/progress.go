package cmd

import (
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"golang.org/x/term"

	"runexp/experiments"
	"runexp/framework/run"
)

// progress is the run.Observer that tells the user on stderr how far a run is:
// a bar that redraws itself on a terminal, a line now and then elsewhere.
type progress struct {
	w        io.Writer
	terminal bool
	quiet    bool
	plan     *run.Plan
	stage    run.Stage
	began    time.Time // of the counting, with the stage's first row
	first    int       // what was done then, counted as the budget is
	told     time.Time // of the last line
	drawn    bool      // a bar stands on the current line
}

// How often the two kinds of progress are told.
const (
	barEvery  = 100 * time.Millisecond
	lineEvery = 10 * time.Second
)

func newProgress(w io.Writer, quiet bool, plan *run.Plan) *progress {
	f, isFile := w.(*os.File)
	return &progress{w: w, quiet: quiet, plan: plan, terminal: isFile && isTerminal(f)}
}

func isTerminal(f *os.File) bool { return term.IsTerminal(int(f.Fd())) }

// attempt says what the run goes on from, and what it does not.
func (p *progress) attempt(a *experiments.Attempt) {
	if p.quiet {
		return
	}
	for _, why := range a.Refused {
		fmt.Fprintln(p.w, why)
	}
	if from := a.From; from != nil {
		fmt.Fprintf(p.w, "going on with run %d (%s) at iteration %d of stage %d\n", from.Number, from.Status, from.Iteration, from.Stage)
	}
}

func (p *progress) Begin(s run.Stage) error {
	p.stage, p.began, p.told = s, time.Time{}, time.Time{}
	if p.quiet {
		return nil
	}
	fmt.Fprintf(p.w, "stage %d of %d: %s\n", s.Index+1, s.Count, size(s.Height, s.Width))
	for _, u := range p.plan.Images(s.Index) {
		fmt.Fprintf(p.w, "  %-8s %s, %s, used at %s\n", u.Role, u.Path, size(u.Height, u.Width), size(u.UsedHeight, u.UsedWidth))
	}
	return nil
}

func (p *progress) Row(r run.Row) error {
	every := lineEvery
	if p.terminal {
		every = barEvery
	}
	done, budget := r.Iteration, p.stage.Iterations
	if p.stage.Evaluations > 0 {
		done, budget = r.Evals, p.stage.Evaluations
	}
	done = min(done, budget)
	if p.began.IsZero() { // in the middle of a stage, if an earlier run is gone on from
		p.began, p.first = time.Now(), done
	}
	if p.quiet || !r.Last && time.Since(p.told) < every {
		return nil
	}
	if r.Still {
		defer p.still(r)
	}
	p.told = time.Now()
	line := fmt.Sprintf("%d/%d  loss %.5g", done, budget, r.Total)
	if elapsed := time.Since(p.began); !r.Last && done > p.first {
		rate := elapsed / time.Duration(done-p.first)
		line += fmt.Sprintf("  %.3f s each  %s left", rate.Seconds(), (rate * time.Duration(budget-done)).Round(time.Second))
	}
	if !p.terminal {
		fmt.Fprintln(p.w, "  "+line)
		return nil
	}
	const width = 24
	filled := width * done / max(1, budget)
	fmt.Fprintf(p.w, "\r\x1b[K  [%s%s] %s", strings.Repeat("=", filled), strings.Repeat(" ", width-filled), line)
	p.drawn = true
	if r.Last {
		p.done()
	}
	return nil
}

// still says that the stage ends before its budget, and why.
func (p *progress) still(r run.Row) {
	at := fmt.Sprintf("iteration %d of %d", r.Iteration, p.stage.Iterations)
	if p.stage.Evaluations > 0 {
		at = fmt.Sprintf("iteration %d, with a budget of %d evaluations,", r.Iteration, p.stage.Evaluations)
	}
	fmt.Fprintf(p.w, "  stage %d of %d ended at %s after %d evaluations: %s\n", p.stage.Index+1, p.stage.Count, at, r.Evals, run.NoDescent)
}

func (p *progress) Picture(run.Picture) error { return nil }

// Rollback says that an iteration is done again, and how.
func (p *progress) Rollback(r run.Rollback) error {
	if p.quiet {
		return nil
	}
	p.done()
	fmt.Fprintf(p.w, "  %s: iteration %d is done again, at %g of the learning rate from now on\n", r.Why, r.Iteration, r.Factor)
	return nil
}

func (p *progress) Checkpoint(run.State, bool) error { return nil }

// done leaves the line of the bar.
func (p *progress) done() {
	if p.drawn {
		fmt.Fprintln(p.w)
		p.drawn = false
	}
}
