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
	Iteration int // that comes next, counted over the stage

	checkpoint checkpoint
}

// findStart looks for the newest run of the trial that was interrupted and left a
// checkpoint which can be resumed, and sets the prepared run to begin there.
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
		start.Refused = append(start.Refused, fmt.Errorf("the checkpoint of run %d is of no use: %w", earlier.Number, err))
	}
	start.Lost = r.lostWithout(runs)
	return start, nil
}

// lostWithout returns the newest of the runs if its process died and it left nothing
// to resume, which nobody would be told else.
func (r *Runner) lostWithout(runs []store.RunSummary) *store.RunSummary {
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

// complete returns an error unless the store has every row of a run below step:
// it may be older than the checkpoint, as a copy is.
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

// recordStart records where the run begins, unless that is the beginning.
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

// checkPictures returns an error unless the pictures that are to be taken over have
// names of files, before anything is written.
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

// copyPictures writes the pictures that the run took over into its folder.
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
			continue // the run's own inputs are in the store only
		}
		data, err := a.store.Blob(ctx, artifact.Hash)
		if errors.Is(err, store.ErrDamaged) {
			continue // a picture on the way is lost; what goes on does not need it
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

// dropCheckpoints removes the checkpoints of a trial that has finished, of all runs
// that are not under way, the newest last: as long as that is there, others may be. One
// that cannot be removed takes room and is never resumed.
func (r *Runner) dropCheckpoints(ctx context.Context, t plan.Trial) error {
	runs, err := r.runsOf(ctx, t)
	for _, made := range slices.Backward(runs) {
		if made.Status != store.Running {
			_ = atomicfile.Remove(checkpointFile(r.folder(made.UID)))
		}
	}
	return err
}

// dropLeft removes what a process that was killed after the end of a run has left.
func (r *Runner) dropLeft(ctx context.Context, t plan.Trial, made store.RunSummary) error {
	if _, err := os.Stat(checkpointFile(r.folder(made.UID))); err != nil {
		return nil
	}
	return r.dropCheckpoints(ctx, t)
}
