// Package trial makes one attempt at a trial of a plan: it starts a run or resumes an
// earlier one, records it in the store, prunes it, and scores the picture.
package trial

import (
	"context"
	"errors"
	"runtime/debug"

	"runexp/experiments/plan"
	"runexp/framework/run"
	"runexp/framework/store"
	"runexp/framework/store/record"
)

// Options say how trials are run. They do not affect the pictures.
type Options struct {
	Out     string   // folder; a run's files are under Out/<experiment>/<run's uid>
	Version string   // of runexp
	Command []string // the command line
	Fresh   bool     // start a new run, even if there is one to resume or reuse
	// NewObserver is called at the start of each attempt, on the trial's goroutine, and
	// returns an observer of its run. May be nil.
	NewObserver func(plan.Trial, Start) run.Observer
	// Commit is called when all of a run is in the store but its end as finished or pruned, with its
	// message. After an error the run is killed instead. May be nil.
	Commit func(context.Context, store.RunRef, store.Status, string) error
	// PrunedElsewhere leaves pruning to whoever cancels a run with a *PrunedError.
	PrunedElsewhere bool
}

// A Runner makes attempts at the trials of a plan. It may be used by several goroutines.
type Runner struct {
	options Options
	plan    *plan.Plan
	store   *store.Store
	pruning *pruning // nil for none
}

// NewRunner returns a Runner that records in s, with a new pruner. Errors: those of
// building the pruner.
func NewRunner(p *plan.Plan, s *store.Store, o Options) (*Runner, error) {
	r := &Runner{options: o, plan: p, store: s}
	if !o.PrunedElsewhere {
		var err error
		if r.pruning, err = newPruning(p); err != nil {
			return nil, err
		}
	}
	if o.NewObserver == nil {
		r.options.NewObserver = func(plan.Trial, Start) run.Observer {
			return run.ObserverFunc(func(run.Event) error { return nil })
		}
	}
	return r, nil
}

// An Outcome is how an attempt ended.
type Outcome struct {
	Run     store.RunRef // its Number is 0 if no run was started
	Status  store.Status // Running: another process is running the trial; "": there was no attempt
	Folder  string       // of the run's files
	Picture string       // path of the final picture; "" if there is none

	Err       error        // why the run failed or stopped
	Flaw      *record.Flaw // what is wrong with the picture; nil for nothing, or if it is not the final one
	Unscored  error        // why a finished picture has no scores; nil if it has, or if there is no scorer
	Meanwhile bool         // another process finished the trial first
	Fatal     bool         // Err affects all trials: the store or the folder cannot be written
}

// Run makes one attempt at a trial. When ctx is done the run stops after its current
// iteration and is recorded as killed, with ctx's cause as its message. A run stopped by
// the plan's pruner is recorded as pruned, which is not an error. A plugin's panic fails
// the run.
func (r *Runner) Run(ctx context.Context, t plan.Trial) Outcome {
	defer debug.FreeOSMemory() // the next attempt needs as much memory
	prepared, err := r.plan.Prepare(ctx, t)
	detached := context.WithoutCancel(ctx)
	if err != nil {
		return Outcome{Status: store.Failed, Err: errors.Join(err, r.recordUnbegun(detached, t, err, ctx.Err() != nil))}
	}
	a, err := r.begin(detached, t, prepared)
	if running := new(store.RunningError); errors.As(err, &running) {
		return Outcome{Run: running.RunRef, Status: store.Running, Err: running}
	}
	if done := new(store.DoneError); errors.As(err, &done) {
		return r.meanwhile(ctx, t, done.Run)
	}
	if err != nil {
		return Outcome{Status: store.Failed, Err: err, Fatal: true}
	}
	if r.pruning != nil && a.start.From != nil {
		if err := r.replay(detached, t, a.run.Number()); err != nil { // the inherited values
			return Outcome{Run: a.ref(), Status: store.Failed, Err: errors.Join(err, a.run.Finish(detached, store.Failed, err.Error())), Fatal: true}
		}
	}
	return a.execute(ctx, r.options.NewObserver(t, a.start))
}

// recordUnbegun records why a trial has no run, unless that is a signal.
func (r *Runner) recordUnbegun(ctx context.Context, t plan.Trial, why error, stopped bool) error {
	if stopped {
		return nil
	}
	return r.store.Unbegun(ctx, t.Config.Experiment.Name, t.Hash, why.Error())
}

// meanwhile is the outcome if another process has finished the trial since the plan was
// checked.
func (r *Runner) meanwhile(ctx context.Context, t plan.Trial, made store.RunSummary) Outcome {
	o := Outcome{Run: made.RunRef, Status: made.Status, Folder: r.folder(made.UID), Meanwhile: true}
	var err error
	if o.Unscored, err = r.Reuse(ctx, t, made); err != nil && ctx.Err() == nil {
		o.Err, o.Fatal = err, true
	}
	return o
}

// folder returns the folder of a run of this plan's experiment.
func (r *Runner) folder(run store.UID) string {
	return Folder(r.options.Out, r.plan.Config.Experiment.Name, run)
}

// Fresh reports whether trials that are done are run again.
func (r *Runner) Fresh() bool { return r.options.Fresh }
