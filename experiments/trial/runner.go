// Package trial makes one attempt at a trial of a plan: it begins the run or resumes an
// earlier one, records everything in the store, prunes, and scores the picture.
package trial

import (
	"context"
	"errors"
	"runtime/debug"

	"runexp/experiments/plan"
	"runexp/framework/run"
	"runexp/framework/store"
)

// Options say how trials are run. Nothing of them changes a picture.
type Options struct {
	Out     string   // folder; a run's files are under Out/<experiment>/<run's uid>
	Version string   // of runexp
	Command []string // what the user typed
	Fresh   bool     // begin anew, whatever there is
	// NewObserver hears where an attempt begins and returns who hears of its run. It is called
	// on the trial's goroutine; nil hears nothing.
	NewObserver func(plan.Trial, Start) run.Observer
}

// A Runner makes attempts at the trials of a plan. It may be used by several goroutines.
type Runner struct {
	options Options
	plan    *plan.Plan
	store   *store.Store
	pruning *pruning // nil for none
}

// NewRunner returns a Runner that records in s, with a pruner of its own. Errors: those
// of making it.
func NewRunner(p *plan.Plan, s *store.Store, o Options) (*Runner, error) {
	pruning, err := newPruning(p)
	if err != nil {
		return nil, err
	}
	r := &Runner{options: o, plan: p, store: s, pruning: pruning}
	if o.NewObserver == nil {
		r.options.NewObserver = func(plan.Trial, Start) run.Observer {
			return run.ObserverFunc(func(run.Event) error { return nil })
		}
	}
	return r, nil
}

// An Outcome is how an attempt ended.
type Outcome struct {
	Run     store.RunRef // its Number is 0 if no run was begun
	Status  store.Status // Running: a run of another process is under way; "": the attempt was not made
	Folder  string       // of the run's files
	Picture string       // path of the final picture; "" if there is none

	Err       error // of one that failed or was stopped
	Unscored  error // why a finished picture has no scores; nil if it has, or nothing scores it
	Meanwhile bool  // another process had made the run
	Fatal     bool  // Err keeps other trials from running too: the store or the folder takes no more
}

// Run makes one attempt at a trial. When ctx is done the run is stopped after its
// iteration and recorded as killed with ctx's cause as its message. A run that the
// plan's pruner stops is recorded as pruned, and that is no error. A plugin's panic is a
// failure of the run.
func (r *Runner) Run(ctx context.Context, t plan.Trial) Outcome {
	defer debug.FreeOSMemory() // its memory is garbage now, and the next one wants as much
	prepared, err := r.plan.Prepare(ctx, t)
	if err != nil {
		return Outcome{Status: store.Failed, Err: err}
	}
	whole := context.WithoutCancel(ctx)
	a, err := r.begin(whole, t, prepared)
	if running := new(store.RunningError); errors.As(err, &running) {
		return Outcome{Run: running.RunRef, Status: store.Running, Err: err}
	}
	if done := new(store.DoneError); errors.As(err, &done) {
		return r.meanwhile(ctx, t, done.Run)
	}
	if err != nil {
		return Outcome{Status: store.Failed, Err: err, Fatal: true}
	}
	if r.pruning != nil && a.start.From != nil {
		if err := r.replay(whole, t, a.run.Number()); err != nil { // what it has taken over
			return Outcome{Run: a.ref(), Status: store.Failed, Err: errors.Join(err, a.run.Finish(whole, store.Failed, err.Error())), Fatal: true}
		}
	}
	return a.execute(ctx, r.options.NewObserver(t, a.start))
}

// meanwhile is the outcome where another process has made the run since it was looked
// for.
func (r *Runner) meanwhile(ctx context.Context, t plan.Trial, made store.RunSummary) Outcome {
	o := Outcome{Run: made.RunRef, Status: made.Status, Folder: r.folder(made.UID), Meanwhile: true}
	var err error
	if o.Unscored, err = r.Reuse(ctx, t, made); err != nil && ctx.Err() == nil {
		o.Err, o.Fatal = err, true
	}
	return o
}

// folder is where the files of a run of this plan's experiment are.
func (r *Runner) folder(run store.UID) string {
	return Folder(r.options.Out, r.plan.Config.Experiment.Name, run)
}

// Fresh reports whether what is done is run again.
func (r *Runner) Fresh() bool { return r.options.Fresh }
