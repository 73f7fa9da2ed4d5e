package trial

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"runtime/debug"

	"runexp/experiments/plan"
	"runexp/framework/imaging"
	"runexp/framework/run"
	"runexp/framework/store"
	"runexp/framework/store/record"
	"runexp/internal/memory"
)

// recordUnscored records why a run's pictures are not scored.
func (a *attempt) recordUnscored(ctx context.Context) error {
	if a.plan.Unscored == nil {
		return nil
	}
	return a.event(ctx, 0, record.Unscored{Why: a.plan.Unscored.Error()})
}

// score returns the metrics of one of the run's pictures.
func (r *recorder) score(picture *imaging.Image) ([]store.Value, error) {
	return r.plan.Scorer.Score(r.ctx, r.prepared.Prepared, r.trial.Config.Experiment.Style, picture)
}

// sample records the metrics of an intermediate picture and consults the pruner.
func (r *recorder) sample(p run.Picture) error {
	if r.plan.Scorer == nil {
		return nil
	}
	values, err := r.score(p.Image.Rounded())
	if err != nil {
		return r.event(r.ctx, p.Step, record.Unscored{Why: err.Error()})
	}
	r.pruneBy(p.Stage, p.Step, p.Iteration, values)
	return r.run.Log(r.ctx, p.Step, values)
}

// recordFinal records the metrics of the final picture, rounded as in its file, and the
// peak memory of the process.
func (r *recorder) recordFinal() error {
	var values []store.Value
	if r.plan.Alone() || r.plan.Crowded() {
		r.prepared.Release()
	}
	if r.plan.Scorer != nil {
		debug.FreeOSMemory() // so that the scorer reuses the run's memory
		scores, err := r.score(r.last.Image.Rounded())
		if r.unscored = err; err != nil {
			if err := r.event(r.ctx, r.last.Step, record.Unscored{Why: err.Error()}); err != nil {
				return err
			}
		} else if err := r.store.Score(r.ctx, r.run.Number(), r.plan.Scorer.Stored(), scores); err != nil {
			return err
		} else {
			values = scores
		}
	}
	if peak, known := memory.Peak(); known {
		values = append(values, store.Value{Name: "memory/peak", Value: float64(peak)})
	}
	return r.run.Log(r.ctx, r.last.Step, values)
}

// Reuse uses an earlier run as its trial's result: it replays the run's values to the
// pruner, and scores its picture unless the plan's scorer has. unscored says why that
// failed; the run is used nevertheless. Errors: the store's.
func (r *Runner) Reuse(ctx context.Context, t plan.Trial, made store.RunSummary) (unscored, err error) {
	if err := r.removeLeftCheckpoints(ctx, t, made); err != nil {
		return nil, err
	}
	if r.pruning != nil {
		if err := r.replay(ctx, t, made.Number); err != nil {
			return nil, err
		}
	}
	if made.Status != store.Finished || r.plan.Scorer == nil {
		return nil, nil
	}
	scores, err := r.store.Scores(ctx, made.Number, r.plan.Scorer.Stored().Hash)
	if err != nil || r.plan.Scorer.Complete(t.Config.Experiment, scores) {
		return nil, err
	}
	if unscored, err = r.scoreStored(ctx, t, made.Number); err != nil {
		return nil, fmt.Errorf("score run %d: %w", made.Number, err)
	}
	return unscored, nil
}

// scoreStored scores the final picture of a run in the store.
func (r *Runner) scoreStored(ctx context.Context, t plan.Trial, number int64) (unscored, err error) {
	prepared, err := r.plan.Prepare(ctx, t)
	if err != nil {
		return nil, err
	}
	artifacts, err := r.store.Artifacts(ctx, number)
	if err != nil {
		return nil, err
	}
	for _, a := range artifacts {
		if a.Name != FinalPicture {
			continue
		}
		data, err := r.store.Blob(ctx, a.Hash)
		if errors.Is(err, store.ErrDamaged) {
			return err, nil
		}
		if err != nil {
			return nil, err
		}
		picture, err := imaging.DecodeReader(bytes.NewReader(data), a.Name)
		if err != nil {
			return err, nil
		}
		values, err := r.plan.Scorer.Score(ctx, prepared.Prepared, t.Config.Experiment.Style, picture)
		if err != nil && ctx.Err() == nil {
			return err, nil
		}
		if err != nil {
			return nil, err
		}
		return nil, r.store.Score(ctx, number, r.plan.Scorer.Stored(), values)
	}
	return fmt.Errorf("it has no %s", FinalPicture), nil
}
