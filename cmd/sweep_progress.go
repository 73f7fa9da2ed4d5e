package cmd

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"runexp/experiments"
	"runexp/framework/run"
	"runexp/framework/sizes"
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

	unbegun []unbegunTrial
}

// unbegunTrial is a trial that failed before a run of it was begun: the notebook has
// nothing of it.
type unbegunTrial struct {
	Trial int    `json:"trial"`
	Why   string `json:"why"`
}

func newSweepProgress(w io.Writer, quiet bool, s *experiments.Sweep) *sweepProgress {
	return &sweepProgress{w: w, quiet: quiet, total: len(s.Trials), began: map[int]time.Time{}, start: time.Now(), unbegun: []unbegunTrial{}}
}

func (p *sweepProgress) Keep(experiments.SweepTrial) {
	p.done++
	p.kept++
}

func (p *sweepProgress) Begin(t experiments.SweepTrial, a *experiments.Attempt) run.Observer {
	if len(p.began) == 0 && p.kept > 0 && !p.quiet {
		fmt.Fprintf(p.w, "%d of %s done before\n", p.kept, sizes.Count(p.total, "trial"))
	}
	p.began[t.Number] = time.Now()
	if !p.quiet {
		for _, why := range a.Refused {
			fmt.Fprintln(p.w, why)
		}
		if a.Lost != nil {
			fmt.Fprintf(p.w, "trial %d begins again: run %d was lost and left no checkpoint\n", t.Number, a.Lost.Number)
		}
		if from := a.From; from != nil {
			fmt.Fprintf(p.w, "trial %d goes on with run %d (%s) at iteration %d of stage %d\n", t.Number, from.Number, from.Status, from.Iteration, from.Stage)
		}
	}
	return run.ObserverFunc(func(run.Event) error { return nil })
}

func (p *sweepProgress) End(t experiments.SweepTrial, e experiments.Ended) {
	if !e.Again {
		p.done++
	}
	if !e.Again && e.Status == store.Failed && e.Run == 0 && e.Err != nil {
		p.unbegun = append(p.unbegun, unbegunTrial{t.Number, firstLine(e.Err)})
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

// whereFailed says where the user finds what became of the trials that failed.
func (p *sweepProgress) whereFailed(experiment string, failed int) string {
	listed := fmt.Sprintf("runexp ls %s --status failed lists their runs", experiment)
	if len(p.unbegun) == 0 {
		return listed
	}
	var numbers []string
	for _, t := range p.unbegun[:min(len(p.unbegun), mostUnbegun)] {
		numbers = append(numbers, fmt.Sprint(t.Trial))
	}
	which := "trial " + numbers[0]
	if len(p.unbegun) > 1 {
		which = "trials " + strings.Join(numbers, ", ")
	}
	if more := len(p.unbegun) - len(numbers); more > 0 {
		which += fmt.Sprintf(" and %d more", more)
	}
	text := fmt.Sprintf("%s before a run was begun (%s", which, p.unbegun[0].Why)
	if others := slices.DeleteFunc(slices.Clone(p.unbegun), func(t unbegunTrial) bool { return t.Why == p.unbegun[0].Why }); len(others) > 0 {
		text += fmt.Sprintf("; of trial %d: %s", others[0].Trial, others[0].Why)
	}
	text += ")"
	if failed > len(p.unbegun) {
		text += "; " + strings.Replace(listed, "their runs", "the runs of the others", 1)
	}
	return text
}

// mostUnbegun is how many trials a message names.
const mostUnbegun = 10
