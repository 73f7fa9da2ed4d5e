package cmd

import (
	"fmt"
	"io"
	"time"

	"runexp/experiments"
	"runexp/framework/run"
	"runexp/framework/store"
	"runexp/internal/printable"
)

// sweepProgress is the experiments.Watcher that tells the user on stderr: a line
// for each trial.
type sweepProgress struct {
	w     io.Writer
	quiet bool
	total int
	done  int // those kept among them
	kept  int
	began map[int]time.Time // by trial number
	timed int
	start time.Time
}

func newSweepProgress(w io.Writer, quiet bool, s *experiments.Sweep) *sweepProgress {
	return &sweepProgress{w: w, quiet: quiet, total: len(s.Trials), began: map[int]time.Time{}, start: time.Now()}
}

func (p *sweepProgress) Keep(experiments.SweepTrial) {
	p.done++
	p.kept++
}

func (p *sweepProgress) Begin(t experiments.SweepTrial, a *experiments.Attempt) run.Observer {
	if len(p.began) == 0 && p.kept > 0 && !p.quiet {
		fmt.Fprintf(p.w, "%d of %d trials were done before\n", p.kept, p.total)
	}
	p.began[t.Number] = time.Now()
	if !p.quiet {
		for _, why := range a.Refused {
			fmt.Fprintln(p.w, why)
		}
		if from := a.From; from != nil {
			fmt.Fprintf(p.w, "trial %d goes on with run %d (%s) at iteration %d of stage %d\n", t.Number, from.Number, from.Status, from.Iteration, from.Stage)
		}
	}
	return silent{}
}

func (p *sweepProgress) End(t experiments.SweepTrial, e experiments.Ended) {
	if !e.Again {
		p.done++
	}
	if p.quiet {
		return
	}
	line := fmt.Sprintf("[%d/%d] trial %d", p.done, p.total, t.Number)
	if e.Run > 0 {
		line += fmt.Sprintf(", run %d", e.Run)
	}
	line += fmt.Sprintf(" %s", e.Status)
	if began, known := p.began[t.Number]; known {
		line += fmt.Sprintf(" in %s", time.Since(began).Round(100*time.Millisecond))
		p.timed++
	}
	line += ": " + t.String()
	if left := p.total - p.done; left > 0 && p.timed > 0 {
		line += fmt.Sprintf("  (%s left)", (time.Since(p.start) / time.Duration(p.timed) * time.Duration(left)).Round(time.Second))
	}
	fmt.Fprintln(p.w, fitted(printable.Text(line), columns(p.w)))
	if e.Err != nil && e.Status != store.Killed {
		fmt.Fprintf(p.w, "  %v\n", e.Err)
	}
	if e.Unscored != nil {
		fmt.Fprintf(p.w, "  not scored: %s\n", firstLine(e.Unscored))
	}
}

// silent is a run.Observer that says nothing.
type silent struct{}

func (silent) Begin(run.Stage) error            { return nil }
func (silent) Row(run.Row) error                { return nil }
func (silent) Picture(run.Picture) error        { return nil }
func (silent) Rollback(run.Rollback) error      { return nil }
func (silent) Checkpoint(run.State, bool) error { return nil }
