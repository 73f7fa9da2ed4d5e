// Package experiments turns experiments into runs: it prepares a trial, gives
// it its identity, runs it and writes everything into the store.
package experiments

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"

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

// Run runs the trial and records it in s; watch hears of it too. When ctx is
// done the run is stopped after its iteration, recorded as killed with the
// cause as its message, and Run returns the cause as the error, with a complete Result.
func (t *Trial) Run(ctx context.Context, s *store.Store, watch run.Observer) (Result, error) {
	whole := context.WithoutCancel(ctx)
	begun, err := t.begin(whole, s)
	if err != nil {
		return Result{}, err
	}
	e := t.config.Experiment
	folder := Folder(t.lab.Out, e.Name, begun.UID())
	r := &recorder{ctx: whole, run: begun, folder: folder, text: map[string]string{
		"Software": "runexp " + t.lab.Version, "runexp.run": begun.UID().String(), "runexp.experiment": e.Name,
	}}
	result := Result{Run: begun, Folder: folder}
	outcome, err := t.Plan.Run(ctx, observers{r, watch})
	result.Picture = r.final
	switch {
	case err != nil:
		result.Status = store.Failed
		failed := &FailedError{begun.Number(), err}
		return result, errors.Join(failed, begun.Finish(whole, store.Failed, err.Error()))
	case outcome.Stopped:
		result.Status = store.Killed
		cause := context.Cause(ctx)
		return result, errors.Join(cause, begun.Finish(whole, store.Killed, cause.Error()))
	}
	result.Status = store.Finished
	return result, begun.Finish(whole, store.Finished, "")
}

// Folder is where the files of a run are.
func Folder(out, experiment string, run store.UID) string {
	return filepath.Join(out, experiment, run.Short())
}

// begin records that the run starts, and writes its resolved config into its folder.
func (t *Trial) begin(ctx context.Context, s *store.Store) (*store.Run, error) {
	resolved, err := t.config.YAML()
	if err != nil {
		return nil, err
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
			return nil, fmt.Errorf("%s: %w", p.Path, err)
		}
		n.Params = append(n.Params, store.Param{Path: p.Path, Value: value})
	}
	begun, err := s.Begin(ctx, n)
	if err != nil {
		return nil, err
	}
	folder := Folder(t.lab.Out, e.Name, begun.UID())
	err = os.MkdirAll(folder, 0o755)
	if err == nil {
		err = atomicfile.Write(filepath.Join(folder, "config.yaml"), resolved)
	}
	if err != nil {
		return nil, errors.Join(err, begun.Finish(ctx, store.Failed, err.Error()))
	}
	return begun, nil
}
