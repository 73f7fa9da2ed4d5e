package trial

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"

	"runexp/experiments/plan"
	"runexp/framework/store"
	"runexp/framework/store/record"
	"runexp/internal/atomicfile"
)

// Earlier is a run that another one resumes.
type Earlier struct {
	store.RunSummary
	Stage     int // from 1
	Iteration int // the next one, counted over the stage

	checkpoint checkpoint
}

// findStart looks for the trial's newest interrupted run with a usable checkpoint, and
// makes the prepared run resume it.
func (r *Runner) findStart(ctx context.Context, t plan.Trial, prepared *plan.Prepared) (Start, error) {
	var start Start
	runs, err := r.runsOf(ctx, t)
	if err != nil {
		return start, err
	}
	for _, earlier := range runs {
		if earlier.Status != store.Lost && earlier.Status != store.Killed && earlier.Status != store.Failed {
			continue
		}
		c, err := readCheckpoint(checkpointFile(r.folder(earlier.UID)), t.Hash)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err == nil {
			err = r.complete(ctx, earlier.Number, c.state.Step)
		}
		if err == nil {
			err = prepared.Resume(c.state)
		}
		if err == nil {
			start.From = &Earlier{RunSummary: earlier, Stage: c.state.Stage + 1, Iteration: c.state.Iteration, checkpoint: c}
			return start, nil
		}
		start.Refused = append(start.Refused, fmt.Errorf("the checkpoint of run %d cannot be used: %w", earlier.Number, err))
	}
	start.Lost = r.lostWithoutCheckpoint(runs)
	return start, nil
}

// lostWithoutCheckpoint returns the newest run if its process died and it left no
// checkpoint, so that the user is told.
func (r *Runner) lostWithoutCheckpoint(runs []store.RunSummary) *store.RunSummary {
	if len(runs) == 0 || runs[0].Status != store.Lost {
		return nil
	}
	if _, err := os.Stat(checkpointFile(r.folder(runs[0].UID))); !errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return &runs[0]
}

// runsOf lists the runs of a trial, newest first.
func (r *Runner) runsOf(ctx context.Context, t plan.Trial) ([]store.RunSummary, error) {
	return r.store.Runs(ctx, store.Filter{Experiment: t.Config.Experiment.Name, TrialHash: t.Hash})
}

// complete returns an error unless the store has every row of a run below step: a
// restored copy of a store may be older than the checkpoint.
func (r *Runner) complete(ctx context.Context, run int64, step int) error {
	if step == 0 {
		return nil
	}
	points, err := r.store.Series(ctx, run, "loss/total")
	if err != nil {
		return err
	}
	if len(points) < step || points[step-1].Step != step-1 {
		return fmt.Errorf("the store lacks rows before step %d", step)
	}
	return nil
}

// recordStart records which run is resumed, and which could not be.
func (a *attempt) recordStart(ctx context.Context) error {
	var errs []error
	for _, why := range a.start.Refused {
		errs = append(errs, a.event(ctx, 0, record.Refused{Why: why.Error()}))
	}
	if from := a.start.From; from != nil {
		event := record.Resumed{Run: from.Number, Status: string(from.Status), Stage: from.Stage, Iteration: from.Iteration}
		if kernels, _ := a.plan.Kernels(); from.checkpoint.kernels != kernels {
			event.Kernels = from.checkpoint.kernels
		}
		if from.checkpoint.version != a.options.Version {
			event.Version = from.checkpoint.version
		}
		errs = append(errs, a.event(ctx, from.checkpoint.state.Step, event))
	}
	return errors.Join(errs...)
}

// checkPictures returns an error if a picture of the resumed run has a name that is not
// a file's in the run's folder. It writes nothing.
func (a *attempt) checkPictures(ctx context.Context) error {
	if a.start.From == nil {
		return nil
	}
	artifacts, err := a.store.Artifacts(ctx, a.start.From.Number)
	for _, artifact := range artifacts {
		if artifact.Kind == "picture" {
			err = errors.Join(err, checkFile(artifact.Name))
		}
	}
	return err
}

// copyPictures writes the resumed run's pictures into the new run's folder.
func (a *attempt) copyPictures(ctx context.Context) error {
	if a.start.From == nil {
		return nil
	}
	artifacts, err := a.store.Artifacts(ctx, a.run.Number())
	if err != nil {
		return err
	}
	for _, artifact := range artifacts {
		if artifact.Kind != "picture" {
			continue // input images are in the store only
		}
		data, err := a.store.Blob(ctx, artifact.Hash)
		if errors.Is(err, store.ErrDamaged) {
			continue // resuming does not need intermediate pictures
		}
		if err != nil {
			return err
		}
		if err := a.write(ctx, artifact.Name, data); err != nil {
			return err
		}
	}
	return nil
}

// removeCheckpoints removes the checkpoints of a finished trial, of all runs that are not
// running, the newest last: while it exists, others may. One that cannot be removed
// wastes disk space but is never resumed.
func (r *Runner) removeCheckpoints(ctx context.Context, t plan.Trial) error {
	runs, err := r.runsOf(ctx, t)
	for _, made := range slices.Backward(runs) {
		if made.Status != store.Running {
			_ = atomicfile.Remove(checkpointFile(r.folder(made.UID)))
		}
	}
	return err
}

// removeLeftCheckpoints removes the checkpoints that remain if a process is killed after
// its run has finished.
func (r *Runner) removeLeftCheckpoints(ctx context.Context, t plan.Trial, made store.RunSummary) error {
	if _, err := os.Stat(checkpointFile(r.folder(made.UID))); err != nil {
		return nil
	}
	return r.removeCheckpoints(ctx, t)
}
