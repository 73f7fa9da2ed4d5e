// Package experiments turns experiments into runs: it prepares a trial, gives
// it its identity, runs it and writes everything into the store.
package experiments

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"runtime/debug"
	"time"

	"runexp/framework/config"
	"runexp/framework/run"
	"runexp/framework/store"
	"runexp/internal/atomicfile"
)

// A Trial is an experiment that was checked and can be run once.
type Trial struct {
	Plan *run.Prepared
	// Hash is the trial's identity: equal for trials that must give the same
	// picture, whatever their files are called and wherever they run.
	Hash string

	lab      *Lab
	config   *config.Resolved
	params   []config.Param
	files    hashes
	judge    *judge         // of its pictures; nil for none
	unjudged error          // why there is none
	rule     *medianRule    // that may stop it early; nil for none
	unit     unit           // for rule
	unless   []store.Status // it is not begun where another process has a run of it that ended so
	alone    bool           // no other trial of this process uses its backbone
}

// Prepare reads what the experiment names and checks it, and chooses who scores
// its pictures. It writes nothing.
func (l *Lab) Prepare(ctx context.Context, r *config.Resolved) (*Trial, error) {
	t, err := l.prepare(ctx, r)
	if err != nil || len(r.Experiment.Style) == 0 { // without a painting there is no style to compare
		return t, err
	}
	t.alone = true
	spec := r.Experiment.Evaluate.Backbone
	own := spec.Name == ""
	if own {
		spec = r.Experiment.Backbone
	}
	t.Plan.Sample(r.Experiment.Evaluate.Every)
	if t.judge, err = l.newJudge(ctx, spec, t.Plan.Taps()); own {
		t.unjudged, err = err, nil // a picture without scores is better than none
	}
	return t, err
}

// prepare is Prepare without a judge.
func (l *Lab) prepare(ctx context.Context, r *config.Resolved) (*Trial, error) {
	plan, err := l.preparer.Prepare(r.Experiment)
	if err != nil {
		return nil, err
	}
	t := &Trial{Plan: plan, lab: l, config: r}
	if t.params, err = r.Params(); err != nil {
		return nil, err
	}
	if t.files, err = l.hashFiles(ctx, r, plan); err != nil {
		return nil, err
	}
	t.Hash, err = identity(t.params, t.files)
	return t, err
}

// An Attempt is a run of a trial, recorded and not yet under way.
type Attempt struct {
	Run     *store.Run
	Folder  string
	From    *Earlier // what it goes on from; nil for the start
	Refused []error  // why newer runs cannot be gone on from

	// Lost is the run before, if its process died before the first checkpoint.
	Lost *store.RunSummary

	trial *Trial
	store *store.Store
	every time.Duration // between checkpoints
	evals evaluations   // that the run took over
}

// Begin records in s that the trial begins, or that it goes on from an earlier
// run which was interrupted; fresh begins anew, whatever there is.
//
// Errors: *store.RunningError unless fresh; *store.DoneError in a sweep; files that cannot be written.
func (t *Trial) Begin(ctx context.Context, s *store.Store, fresh bool) (*Attempt, error) {
	n, err := t.newRun()
	if err != nil {
		return nil, err
	}
	a := &Attempt{trial: t, store: s}
	if a.every, err = time.ParseDuration(t.config.Experiment.Checkpoint.Every); err != nil {
		return nil, fmt.Errorf("checkpoint.every: %w", err)
	}
	if !fresh {
		n.Alone, n.Unless = true, t.unless
		runs, err := t.attempts(ctx, s)
		if err != nil {
			return nil, err
		}
		if a.From, a.Refused = t.earlier(ctx, s, runs); a.From == nil {
			a.Lost = t.lostWithout(runs)
		}
	}
	if err := a.checkPictures(ctx); err != nil {
		return nil, err
	}
	if a.From != nil {
		n.Parent, n.ParentSteps = a.From.UID, a.From.checkpoint.state.Step
	}
	if a.Run, err = s.Begin(ctx, n); err != nil {
		return nil, err
	}
	a.Folder = t.folder(a.Run.UID())
	err = atomicfile.MkdirAll(a.Folder)
	for _, step := range []func() error{
		func() error { return a.write("config.yaml", []byte(n.ConfigResolved)) },
		func() error { return a.recordInputs(ctx) },
		func() error { return a.copyPictures(ctx) },
		func() error { return a.recallEvaluations(ctx) },
		func() error { return a.tell(ctx) },
		func() error { return a.tellUnjudged(ctx) },
	} {
		if err == nil {
			err = step()
		}
	}
	if err != nil {
		return nil, errors.Join(err, a.Run.Finish(ctx, store.Failed, err.Error()))
	}
	return a, nil
}

// newRun is what the store is told of the trial.
func (t *Trial) newRun() (store.NewRun, error) {
	resolved, err := t.config.YAML()
	if err != nil {
		return store.NewRun{}, err
	}
	e := t.config.Experiment
	n := store.NewRun{
		Experiment: e.Name, ConfigWritten: string(t.config.Written), ConfigResolved: string(resolved),
		Overrides: t.config.Overrides, Seed: e.Seed, TrialHash: t.Hash,
		Env: environment(t.lab.Engine, t.Plan.Weights(), t.files, t.lab.Version, t.lab.Command),
	}
	if t.judge != nil {
		n.Env = append(n.Env, t.judge.facts()...)
	}
	for _, p := range t.params {
		value, err := json.Marshal(p.Value)
		if err != nil {
			return n, fmt.Errorf("%s: %w", p.Path, err)
		}
		n.Params = append(n.Params, store.Param{Path: p.Path, Value: value})
	}
	return n, nil
}

// write writes a file into the run's folder.
func (a *Attempt) write(name string, data []byte) error {
	return patiently(func() error { return atomicfile.Write(filepath.Join(a.Folder, name), data) })
}

// A Result says how a run ended and where its files are.
type Result struct {
	Run     *store.Run
	Status  store.Status
	Folder  string
	Picture string // path

	Unscored error // why a finished picture has no scores; nil if it has, or no painting
}

// A FailedError is a run that failed by itself, not for want of a disk: its
// loss was not finite, say. It is recorded with status "failed".
type FailedError struct {
	Run int64
	Err error
}

func (e *FailedError) Error() string { return fmt.Sprintf("run %d failed: %v", e.Run, e.Err) }
func (e *FailedError) Unwrap() error { return e.Err }

// Execute makes the picture and records everything; watch hears of it too. When
// ctx is done the run is stopped after its iteration, recorded as killed with the
// cause as its message, and Execute returns the cause as the error, with a
// complete Result. A run that the sweep's rule stops is recorded as pruned, and
// that is no error. A plugin's panic is a failure of the run.
//
// Errors: *FailedError; a store or folder that takes no more, with what the same
// command will then do.
func (a *Attempt) Execute(ctx context.Context, watch run.Observer) (Result, error) {
	whole := context.WithoutCancel(ctx)
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	r := a.recorder(whole, stop)
	outcome, err := a.trial.run(ctx, all(r, watch))
	result := Result{Run: a.Run, Folder: a.Folder, Picture: r.final}
	if err != nil {
		result.Status = store.Failed
		return result, a.fail(whole, r, err)
	}
	var pruned *prunedError
	switch cause := context.Cause(ctx); {
	case outcome.Stopped && errors.As(cause, &pruned):
		result.Status = store.Pruned
	case outcome.Stopped:
		result.Status = store.Killed
		return result, errors.Join(fmt.Errorf("%w; %s", cause, r.way()), a.Run.Finish(whole, store.Killed, cause.Error()))
	default:
		result.Status = store.Finished
	}
	message := ""
	if pruned != nil {
		message = pruned.Error()
	}
	err = errors.Join(r.conclude(), a.Run.Finish(whole, result.Status, message))
	result.Unscored = cmp.Or(r.unscored, a.trial.unjudged)
	if err != nil {
		result.Status = store.Failed // whatever the store has of it
		return result, err
	}
	return result, a.dropCheckpoints(whole)
}

// run makes the picture. A panic on this goroutine, an optimiser's say, is an error
// as one in an operation is: it must not end the other trials.
func (t *Trial) run(ctx context.Context, o run.Observer) (outcome run.Outcome, err error) {
	defer recovered(&err)
	return t.Plan.Optimize(ctx, o)
}

// recovered makes an error of a panic. It is to be deferred.
func recovered(err *error) {
	if r := recover(); r != nil {
		*err = fmt.Errorf("panic: %v\n%s", r, debug.Stack())
	}
}

// fail records a run that ended with err, and returns what to tell the user.
func (a *Attempt) fail(ctx context.Context, r *recorder, err error) error {
	if heard := new(run.ObserverError); !errors.As(err, &heard) {
		if finish := a.Run.Finish(ctx, store.Failed, err.Error()); finish != nil {
			return fmt.Errorf("run %d failed: %w; and that could not be recorded: %w", a.Run.Number(), err, finish)
		}
		return &FailedError{a.Run.Number(), err}
	}
	way, lost := r.way(), errors.As(err, new(*store.GoneError))
	if lost { // a checkpoint is gone on from with the notebook's rows only
		way = "the same command begins again"
	}
	err = fmt.Errorf("run %d stopped: %w; %s", a.Run.Number(), err, way)
	finish := a.Run.Finish(ctx, store.Failed, err.Error())
	if lost || errors.Is(err, store.ErrFull) || errors.Is(err, store.ErrIO) {
		finish = nil // the same again
	}
	return errors.Join(err, finish)
}
