package cmd

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"time"

	"runexp/experiments"
	"runexp/experiments/plan"
	"runexp/experiments/trial"
	"runexp/framework/run"
	"runexp/framework/sizes"
	"runexp/framework/store"
	"runexp/framework/store/record"
	"runexp/internal/printable"
)

// trialProgress is the experiments.Listener that prints the progress of a plan on stderr:
// a line per trial of a sweep, the progress of the stages for a single experiment.
type trialProgress struct {
	w     io.Writer
	quiet bool
	plan  *plan.Plan
	start time.Time

	mu        sync.Mutex        // trials run on their own goroutines
	began     map[int]time.Time // by trial number
	done      int               // includes kept
	kept      int
	timed     int
	unstarted []unstartedTrial
	flaws     []flawedTrial

	stages *stageProgress    // of a single experiment
	last   trial.Outcome     // of the try that ended last
	before *store.RunSummary // the run that was kept last
}

var _ experiments.Listener = (*trialProgress)(nil)

// flawedTrial is a trial whose picture has failed.
type flawedTrial struct {
	Trial int   `json:"trial"`
	Run   int64 `json:"run"`
	record.Flaw
}

// unstartedTrial is a trial that failed before it had a run in the store.
type unstartedTrial struct {
	Trial int    `json:"trial"`
	Why   string `json:"why"`
}

func newTrialProgress(w io.Writer, quiet bool, p *plan.Plan) *trialProgress {
	return &trialProgress{w: w, quiet: quiet, plan: p, began: map[int]time.Time{}, start: time.Now(), unstarted: []unstartedTrial{}}
}

// single reports whether the plan is of a single experiment.
func (p *trialProgress) single() bool { return p.plan.Config.Sweep == nil }

// Kept counts a trial.
func (p *trialProgress) Kept(_ plan.Trial, made store.RunSummary) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.done++
	p.kept++
	p.before = &made
}

// newObserver prints where a trial begins, and returns the observer of its run.
func (p *trialProgress) newObserver(t plan.Trial, at trial.Start) run.Observer {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.single() {
		p.stages = newStageProgress(p.w, p.quiet, t)
		p.printStart("", at)
		return p.stages
	}
	if len(p.began) == 0 && p.kept > 0 && !p.quiet {
		fmt.Fprintf(p.w, "%d of %s done before\n", p.kept, sizes.Count(max(p.plan.Total(), p.kept), "trial"))
	}
	p.began[t.Number] = time.Now()
	p.printStart(fmt.Sprintf("trial %d: ", t.Number), at)
	return run.ObserverFunc(func(run.Event) error { return nil })
}

// printStart prints where a run begins, unless that is the beginning; prefix names the
// trial of a sweep.
func (p *trialProgress) printStart(prefix string, at trial.Start) {
	if p.quiet {
		return
	}
	for _, why := range at.Refused {
		fmt.Fprintf(p.w, "%s%v\n", prefix, why)
	}
	if at.Lost != nil {
		fmt.Fprintf(p.w, "%sstarting over: run %d was lost and left no checkpoint\n", prefix, at.Lost.Number)
	}
	if from := at.From; from != nil {
		fmt.Fprintf(p.w, "%sresuming run %d (%s) at iteration %d of stage %d\n", prefix, from.Number, from.Status, from.Iteration, from.Stage)
	}
}

// Ended prints how an attempt ended. again reports whether the trial is retried.
func (p *trialProgress) Ended(t plan.Trial, o trial.Outcome, again bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.last = o
	if p.single() {
		p.endedSingle(o)
		return
	}
	if !again {
		p.done++
	}
	if !again && o.Status == store.Failed && o.Run.Number == 0 && o.Err != nil {
		p.unstarted = append(p.unstarted, unstartedTrial{t.Number, firstLine(o.Err)})
	}
	if o.Flaw != nil {
		p.flaws = append(p.flaws, flawedTrial{t.Number, o.Run.Number, *o.Flaw})
	}
	if p.quiet {
		return
	}
	total := max(p.plan.Total(), p.done)
	line := fmt.Sprintf("[%d/%d] trial %d", p.done, total, t.Number)
	if o.Run.Number > 0 {
		line += fmt.Sprintf(", run %d", o.Run.Number)
	}
	line += fmt.Sprintf(" %s", o.Status)
	if began, known := p.began[t.Number]; known {
		line += fmt.Sprintf(" in %s", time.Since(began).Round(100*time.Millisecond))
		p.timed++
	}
	line += ": " + t.String()
	if left := total - p.done; left > 0 && p.timed > 0 {
		line += fmt.Sprintf("  (%s left)", (time.Since(p.start) / time.Duration(p.timed) * time.Duration(left)).Round(time.Second))
	}
	fmt.Fprintln(p.w, truncate(printable.Text(line), columns(p.w)))
	if o.Err != nil && o.Status != store.Killed && o.Status != store.Running {
		fmt.Fprintf(p.w, "  %v\n", o.Err)
	}
	if o.Flaw != nil {
		fmt.Fprintln(p.w, wrap("  "+o.Flaw.String(), columns(p.w)))
	}
	if o.Unscored != nil {
		fmt.Fprintf(p.w, "  not scored: %s\n", firstLine(o.Unscored))
	}
}

// endedSingle is Ended for the trial of a single experiment.
func (p *trialProgress) endedSingle(o trial.Outcome) {
	if p.stages != nil {
		p.stages.done()
	}
	if o.Flaw != nil && !p.quiet {
		fmt.Fprintln(p.w, wrap(o.Flaw.String(), columns(p.w)))
	}
	if o.Unscored != nil && !p.quiet {
		fmt.Fprintf(p.w, "the picture is not scored: %s\n", firstLine(o.Unscored))
	}
}

// failureHint says where the user finds the trials that failed and why they did.
func (p *trialProgress) failureHint(experiment string, failed int) string {
	listed := fmt.Sprintf("runexp ls %s --status failed lists their runs", experiment)
	if len(p.unstarted) == 0 {
		return listed
	}
	var numbers []string
	for _, t := range p.unstarted[:min(len(p.unstarted), maxNamedTrials)] {
		numbers = append(numbers, fmt.Sprint(t.Trial))
	}
	which := "trial " + numbers[0]
	if len(p.unstarted) > 1 {
		which = "trials " + strings.Join(numbers, ", ")
	}
	if more := len(p.unstarted) - len(numbers); more > 0 {
		which += fmt.Sprintf(" and %d more", more)
	}
	text := fmt.Sprintf("%s before a run was started (%s", which, p.unstarted[0].Why)
	if others := slices.DeleteFunc(slices.Clone(p.unstarted), func(t unstartedTrial) bool { return t.Why == p.unstarted[0].Why }); len(others) > 0 {
		text += fmt.Sprintf("; trial %d: %s", others[0].Trial, others[0].Why)
	}
	text += ")"
	if failed > len(p.unstarted) {
		text += "; " + strings.Replace(listed, "their runs", "the runs of the others", 1)
	}
	return text
}

// maxNamedTrials is how many trials a message names at most.
const maxNamedTrials = 10
