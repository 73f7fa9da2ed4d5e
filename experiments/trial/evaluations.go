package trial

import (
	"context"
	"errors"
	"slices"

	"runexp/framework/run"
	"runexp/framework/store"
)

// evaluations counts evaluations of the loss over all stages of a run.
type evaluations struct {
	stage    int  // of the last row
	earlier  int  // in previous stages
	all      int  // up to the last row
	perStage bool // count each stage from 0, as older versions did
}

// countTo returns the number of evaluations up to a row.
func (e *evaluations) countTo(row run.Row) int {
	if row.Stage != e.stage && !e.perStage {
		e.earlier = e.all
	}
	e.stage, e.all = row.Stage, e.earlier+row.Evals
	return e.all
}

// restoreEvaluations restores the count of the resumed run, per stage if that is how its
// series was recorded, so that the series stays consistent.
func (a *attempt) restoreEvaluations(ctx context.Context) error {
	if a.start.From == nil {
		return nil
	}
	points, err := a.store.Series(ctx, a.run.Number(), "evaluations")
	if errors.Is(err, store.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	state := a.start.From.checkpoint.state
	a.evals = evaluations{stage: state.Stage, perStage: !slices.Equal(points, store.Cumulative(points))}
	for _, p := range points {
		if p.Step < state.Step-state.Iteration && !a.evals.perStage {
			a.evals.earlier = int(p.Value)
		}
	}
	a.evals.all = a.evals.earlier
	return nil
}
