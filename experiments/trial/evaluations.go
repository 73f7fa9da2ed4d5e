package trial

import (
	"context"
	"errors"
	"slices"

	"runexp/framework/run"
	"runexp/framework/store"
)

// evaluations counts those of the loss over all stages of a run.
type evaluations struct {
	stage   int  // of the last row
	earlier int  // in the stages before it
	all     int  // up to the last row
	anew    bool // as stores of before: each stage by itself
}

// upTo returns how many were made up to a row.
func (e *evaluations) upTo(row run.Row) int {
	if row.Stage != e.stage && !e.anew {
		e.earlier = e.all
	}
	e.stage, e.all = row.Stage, e.earlier+row.Evals
	return e.all
}

// restoreEvaluations counts those of the stages that the run took over, in the way they were
// recorded in: one series is not counted in two.
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
	a.evals = evaluations{stage: state.Stage, anew: !slices.Equal(points, store.Cumulative(points))}
	for _, p := range points {
		if p.Step < state.Step-state.Iteration && !a.evals.anew {
			a.evals.earlier = int(p.Value)
		}
	}
	a.evals.all = a.evals.earlier
	return nil
}
