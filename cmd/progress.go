package cmd

import (
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"golang.org/x/term"

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
	began    time.Time // of the stage
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

func (p *progress) Begin(s run.Stage) error {
	p.stage, p.began, p.told = s, time.Now(), time.Time{}
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
	if p.quiet || !r.Last && time.Since(p.told) < every {
		return nil
	}
	p.told = time.Now()
	done, budget := r.Iteration, p.stage.Iterations
	if p.stage.Evaluations > 0 {
		done, budget = r.Evals, p.stage.Evaluations
	}
	done = min(done, budget)
	line := fmt.Sprintf("%d/%d  loss %.5g", done, budget, r.Total)
	if elapsed := time.Since(p.began); !r.Last && done > 0 {
		rate := elapsed / time.Duration(done)
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

func (p *progress) Picture(run.Picture) error { return nil }

// done leaves the line of the bar.
func (p *progress) done() {
	if p.drawn {
		fmt.Fprintln(p.w)
		p.drawn = false
	}
}
