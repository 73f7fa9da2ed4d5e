// Package experiments turns experiments into runs: it prepares a trial, gives
// it its identity, runs it and writes everything into the store.
package experiments

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"time"

	"runexp/framework"
	"runexp/framework/compute"
	"runexp/framework/config"
	"runexp/framework/run"
	"runexp/framework/store"
	"runexp/internal/atomicfile"
)

// A Lab is where trials are run: what is the same for all of them.
type Lab struct {
	Plugins framework.Plugins
	Engine  *compute.Engine
	Out     string   // folder; a run's files are under Out/<experiment>/<run's uid>
	Version string   // of runexp
	Command []string // what the user typed
}

// A Trial is an experiment that was checked and can be run once.
type Trial struct {
	Plan *run.Plan
	// Hash is the trial's identity: equal for trials that must give the same
	// picture, whatever their files are called and wherever they run.
	Hash string

	lab    Lab
	config *config.Resolved
	params []config.Param
	files  hashes
}

// Prepare reads what the experiment names and checks it. It writes nothing.
func (l Lab) Prepare(ctx context.Context, r *config.Resolved) (*Trial, error) {
	plan, err := run.Prepare(r.Experiment, l.Plugins, l.Engine)
	if err != nil {
		return nil, err
	}
	t := &Trial{Plan: plan, lab: l, config: r}
	if t.params, err = r.Params(); err != nil {
		return nil, err
	}
	if t.files, err = hashFiles(ctx, r, plan); err != nil {
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

	trial *Trial
	store *store.Store
	every time.Duration // between checkpoints
}

// Begin records in s that the trial begins, or that it goes on from an earlier
// run which was interrupted; fresh begins anew, whatever there is.
//
// Errors: *store.RunningError unless fresh; files that cannot be written.
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
		n.Alone = true
		if a.From, a.Refused, err = t.earlier(ctx, s); err != nil {
			return nil, err
		}
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
		func() error { return a.copyPictures(ctx) },
		func() error { return a.tell(ctx) },
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
// complete Result.
//
// Errors: *FailedError; a store or folder that takes no more, with what the same
// command will then do.
func (a *Attempt) Execute(ctx context.Context, watch run.Observer) (Result, error) {
	whole := context.WithoutCancel(ctx)
	r := a.recorder(whole)
	outcome, err := a.trial.Plan.Run(ctx, observers{r, watch})
	result := Result{Run: a.Run, Folder: a.Folder, Picture: r.final}
	heard := new(run.ObserverError)
	switch {
	case errors.As(err, &heard):
		result.Status = store.Failed
		err = fmt.Errorf("run %d stopped: %w; %s", a.Run.Number(), err, r.way())
		finish := a.Run.Finish(whole, store.Failed, err.Error())
		if errors.Is(err, store.ErrFull) || errors.Is(err, store.ErrIO) {
			finish = nil // the same again
		}
		return result, errors.Join(err, finish)
	case err != nil:
		result.Status = store.Failed
		return result, errors.Join(&FailedError{a.Run.Number(), err}, a.Run.Finish(whole, store.Failed, err.Error()))
	case outcome.Stopped:
		result.Status = store.Killed
		cause := context.Cause(ctx)
		return result, errors.Join(fmt.Errorf("%w; %s", cause, r.way()), a.Run.Finish(whole, store.Killed, cause.Error()))
	}
	result.Status = store.Finished
	if err := a.Run.Finish(whole, store.Finished, ""); err != nil {
		return result, err
	}
	return result, a.dropCheckpoints(whole)
}
