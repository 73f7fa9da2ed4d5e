package experiments

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"runexp/framework/store"
	"runexp/framework/store/record"
	"runexp/internal/atomicfile"
)

// Earlier is the run that another one goes on from.
type Earlier struct {
	store.RunSummary
	Stage     int // from 1
	Iteration int // that comes next, counted over the stage

	checkpoint checkpoint
}

// lostWithout returns the newest of the runs if its process died and it left nothing
// to go on with, which nobody would be told else.
func (t *Trial) lostWithout(runs []store.RunSummary) *store.RunSummary {
	if len(runs) == 0 || runs[0].Status != store.Lost {
		return nil
	}
	if _, err := os.Stat(checkpointFile(t.folder(runs[0].UID))); !errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return &runs[0]
}

// earlier returns the newest attempt at the trial that ended before its time and
// left a checkpoint which can be gone on from, nil if there is none, and why
// newer ones cannot be. It sets the plan to go on from there.
func (t *Trial) earlier(ctx context.Context, s *store.Store, runs []store.RunSummary) (from *Earlier, refused []error) {
	for _, r := range runs {
		if r.Status != store.Lost && r.Status != store.Killed && r.Status != store.Failed {
			continue
		}
		c, err := readCheckpoint(checkpointFile(t.folder(r.UID)), t.Hash)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err == nil {
			err = complete(ctx, s, r.Number, c.state.Step)
		}
		if err == nil {
			err = t.Plan.Resume(c.state)
		}
		if err != nil {
			refused = append(refused, fmt.Errorf("the checkpoint of run %d is of no use: %w", r.Number, err))
			continue
		}
		return &Earlier{RunSummary: r, Stage: c.state.Stage + 1, Iteration: c.state.Iteration, checkpoint: c}, refused
	}
	return nil, refused
}

// attempts lists the runs of the trial, newest first.
func (t *Trial) attempts(ctx context.Context, s *store.Store) ([]store.RunSummary, error) {
	return s.Runs(ctx, store.Filter{Experiment: t.config.Experiment.Name, TrialHash: t.Hash})
}

func (t *Trial) folder(run store.UID) string {
	return Folder(t.lab.Out, t.config.Experiment.Name, run)
}

// complete returns an error unless the store has every row of a run below step:
// it may be older than the checkpoint, as a copy is.
func complete(ctx context.Context, s *store.Store, run int64, step int) error {
	if step == 0 {
		return nil
	}
	points, err := s.Series(ctx, run, "loss/total")
	if err != nil {
		return err
	}
	if len(points) < step || points[step-1].Step != step-1 {
		return fmt.Errorf("the notebook lacks rows before step %d", step)
	}
	return nil
}

// tell records where the run goes on from.
func (a *Attempt) tell(ctx context.Context) error {
	var errs []error
	for _, why := range a.Refused {
		errs = append(errs, a.event(ctx, 0, record.Refused{Why: why.Error()}))
	}
	if from := a.From; from != nil {
		event := record.Resumed{Run: from.Number, Status: string(from.Status), Stage: from.Stage, Iteration: from.Iteration}
		if c := from.checkpoint; c.kernels != a.trial.lab.Engine.Variant() {
			event.Kernels = c.kernels
		}
		if c := from.checkpoint; c.version != a.trial.lab.Version {
			event.Version = c.version
		}
		errs = append(errs, a.event(ctx, from.checkpoint.state.Step, event))
	}
	return errors.Join(errs...)
}

// checkPictures returns an error unless the pictures that are to be taken over have
// names of files, before anything is written.
func (a *Attempt) checkPictures(ctx context.Context) error {
	if a.From == nil {
		return nil
	}
	artifacts, err := a.store.Artifacts(ctx, a.From.Number)
	for _, artifact := range artifacts {
		if artifact.Kind == "picture" {
			err = errors.Join(err, checkFile(artifact.Name))
		}
	}
	return err
}

// copyPictures writes the pictures that the run took over into its folder.
func (a *Attempt) copyPictures(ctx context.Context) error {
	if a.From == nil {
		return nil
	}
	artifacts, err := a.store.Artifacts(ctx, a.Run.Number())
	if err != nil {
		return err
	}
	for _, artifact := range artifacts {
		if artifact.Kind != "picture" {
			continue // the run's own inputs are in the notebook only
		}
		data, err := a.store.Blob(ctx, artifact.Hash)
		if errors.Is(err, store.ErrDamaged) {
			continue // a picture on the way is lost; what goes on does not need it
		}
		if err != nil {
			return err
		}
		if err := a.write(artifact.Name, data); err != nil {
			return err
		}
	}
	return nil
}

// dropCheckpoints removes the checkpoints of a trial that has finished, of all
// attempts that are not under way. One that cannot be removed takes room and is
// never gone on from.
func (a *Attempt) dropCheckpoints(ctx context.Context) error {
	runs, err := a.trial.attempts(ctx, a.store)
	for _, r := range runs {
		if r.Status != store.Running {
			_ = atomicfile.Remove(checkpointFile(a.trial.folder(r.UID)))
		}
	}
	return err
}
