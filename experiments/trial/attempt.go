package trial

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"runtime/debug"
	"time"

	"runexp/experiments/plan"
	"runexp/framework/run"
	"runexp/framework/store"
	"runexp/internal/atomicfile"
)

// An attempt is a run of a trial that is recorded and ready to execute.
type attempt struct {
	*Runner
	trial    plan.Trial
	prepared *plan.Prepared
	run      *store.Run
	folder   string
	start    Start
	every    time.Duration // between checkpoints
	evals    evaluations   // inherited from the resumed run
}

// A Start is where an attempt starts.
type Start struct {
	From    *Earlier // the run that it resumes; nil for a new start
	Refused []error  // why newer runs cannot be resumed
	// Lost is the previous run, if its process died before the first checkpoint.
	Lost *store.RunSummary
}

// begin records a new attempt, which resumes an interrupted earlier run if there is one.
//
// Errors: *store.RunningError and *store.DoneError, unless Options.Fresh; files that cannot
// be written.
func (r *Runner) begin(ctx context.Context, t plan.Trial, prepared *plan.Prepared) (*attempt, error) {
	n, err := r.newRun(t, prepared)
	if err != nil {
		return nil, err
	}
	a := &attempt{Runner: r, trial: t, prepared: prepared}
	if a.every, err = time.ParseDuration(t.Config.Experiment.Checkpoint.Every); err != nil {
		return nil, fmt.Errorf("checkpoint.every: %w", err)
	}
	if !r.options.Fresh {
		n.Exclusive, n.UnlessDone = true, r.plan.DoneStatuses()
		if a.start, err = r.findStart(ctx, t, prepared); err != nil {
			return nil, err
		}
	}
	if err := a.checkPictures(ctx); err != nil {
		return nil, err
	}
	if from := a.start.From; from != nil {
		n.Parent, n.ParentSteps = from.UID, from.checkpoint.state.Step
	}
	if a.run, err = r.store.Begin(ctx, n); err != nil {
		return nil, err
	}
	a.folder = r.folder(a.run.UID())
	err = atomicfile.MkdirAll(a.folder)
	for _, step := range []func() error{
		func() error { return a.write(ctx, "config.yaml", []byte(n.ConfigResolved)) },
		func() error { return a.recordInputs(ctx) },
		func() error { return a.copyPictures(ctx) },
		func() error { return a.restoreEvaluations(ctx) },
		func() error { return a.recordStart(ctx) },
		func() error { return a.recordUnscored(ctx) },
	} {
		if err == nil {
			err = step()
		}
	}
	if err != nil {
		return nil, errors.Join(err, a.run.Finish(ctx, store.Failed, err.Error()))
	}
	return a, nil
}

// newRun returns the store's record of a run of a trial.
func (r *Runner) newRun(t plan.Trial, prepared *plan.Prepared) (store.NewRun, error) {
	e := t.Config.Experiment
	n := store.NewRun{
		Experiment: e.Name, ConfigWritten: string(t.Config.Written), ConfigResolved: t.YAML,
		Overrides: t.Config.Overrides, Seed: e.Seed, TrialHash: t.Hash, Env: r.environment(prepared),
	}
	if scorer := r.plan.Scorer; scorer != nil {
		n.Env = append(n.Env, scorer.Facts()...)
	}
	for _, p := range prepared.Params {
		value, err := p.JSON()
		if err != nil {
			return n, fmt.Errorf("%s: %w", p.Path, err)
		}
		n.Params = append(n.Params, store.Param{Path: p.Path, Value: value})
	}
	return n, nil
}

// write writes a file into the run's folder.
func (a *attempt) write(ctx context.Context, name string, data []byte) error {
	return retryWrite(ctx, func() error { return atomicfile.Write(filepath.Join(a.folder, name), data) })
}

// ref identifies the attempt's run.
func (a *attempt) ref() store.RunRef {
	return store.RunRef{Number: a.run.Number(), UID: a.run.UID(), Experiment: a.trial.Config.Experiment.Name}
}

// execute makes the picture and records everything; watch observes the run too.
func (a *attempt) execute(ctx context.Context, watch run.Observer) Outcome {
	detached := context.WithoutCancel(ctx)
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	r := a.newRecorder(detached, stop)
	made, err := a.optimize(ctx, all(r, watch))
	o := Outcome{Run: a.ref(), Folder: a.folder, Picture: r.final}
	if err != nil {
		o.Status = store.Failed
		o.Err, o.Fatal = a.fail(detached, r, err)
		o.Flaw = r.flaw
		return o
	}
	var pruned *PrunedError
	message := ""
	switch cause := context.Cause(ctx); {
	case made.Stopped && errors.As(cause, &pruned):
		o.Status, message = store.Pruned, pruned.Error()
	case made.Stopped:
		o.Status = store.Killed
		o.Err = errors.Join(fmt.Errorf("%w; %s", cause, r.resumeHint()), a.run.Finish(detached, store.Killed, cause.Error()))
		return o
	default:
		o.Status = store.Finished
	}
	if o.Status == store.Finished {
		err = r.findFlaw()
		o.Flaw = r.flaw
	}
	err = errors.Join(err, r.recordFinal())
	if err == nil {
		if refused := a.commit(detached, o.Status, message); refused != nil {
			o.Status = store.Killed
			o.Err = errors.Join(refused, a.run.Finish(detached, store.Killed, refused.Error()))
			return o
		}
	}
	err = errors.Join(err, a.run.Finish(detached, o.Status, message))
	if o.Unscored = r.unscored; o.Unscored == nil {
		o.Unscored = a.plan.Unscored
	}
	if err != nil {
		o.Status, o.Err, o.Fatal = store.Failed, err, true // whatever status the store has
		return o
	}
	if err := a.removeCheckpoints(detached, a.trial); err != nil {
		o.Err = err
	}
	return o
}

// commit calls Options.Commit when nothing but the end of the run is left to record.
func (a *attempt) commit(ctx context.Context, status store.Status, message string) error {
	if a.options.Commit == nil {
		return nil
	}
	if err := a.run.Flush(ctx); err != nil {
		return err
	}
	return a.options.Commit(ctx, a.ref(), status, message)
}

// optimize makes the picture. It turns a panic of a plugin into an error, so that other
// trials go on.
func (a *attempt) optimize(ctx context.Context, o run.Observer) (made run.Outcome, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("panic: %v\n%s", r, debug.Stack())
		}
	}()
	return a.prepared.Optimize(ctx, o)
}

// fail records a run that failed with err, and returns the error to report. fatal says
// that the store or folder failed and not the run, so that other trials would fail too.
func (a *attempt) fail(ctx context.Context, r *recorder, err error) (reported error, fatal bool) {
	if recording := new(run.ObserverError); !errors.As(err, &recording) {
		err = errors.Join(err, r.recordNotFinite(err))
		if finish := a.run.Finish(ctx, store.Failed, err.Error()); finish != nil {
			return fmt.Errorf("run %d failed: %w; recording that failed too: %w", a.run.Number(), err, finish), true
		}
		return fmt.Errorf("run %d failed: %w", a.run.Number(), err), false
	}
	hint, gone := r.resumeHint(), errors.As(err, new(*store.MovedError))
	if gone { // a checkpoint cannot be resumed without the store's rows
		hint = "the same command starts over"
	}
	err = fmt.Errorf("run %d stopped: %w; %s", a.run.Number(), err, hint)
	finish := a.run.Finish(ctx, store.Failed, err.Error())
	if gone || errors.Is(err, store.ErrFull) || errors.Is(err, store.ErrIO) {
		finish = nil // the same error
	}
	return errors.Join(err, finish), true
}
