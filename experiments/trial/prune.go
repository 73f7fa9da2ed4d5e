package trial

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"runexp/experiments/plan"
	"runexp/framework/store"
)

// A prunedError is the cause of a run that the plan's rule stopped early.
type prunedError struct {
	metric        string
	step          int // iterations made
	value, median float64
}

func (e *prunedError) Error() string {
	return fmt.Sprintf("%s was %.4g at step %d, and the median of the other trials %.4g", e.metric, e.value, e.step, e.median)
}

// pruneBy stops the run if the rule looks at this iteration and says so of one of the values.
func (r *recorder) pruneBy(stage, step, iteration int, values []store.Value) {
	if r.rule == nil || iteration == 0 || iteration%r.rule.Every != 0 {
		return
	}
	for _, v := range values {
		if v.Name != r.rule.Metric {
			continue
		}
		if median, stop := r.rule.stops(r.trial.Group, r.trial.Hash, step, v.Value); stop {
			r.prune(&prunedError{v.Name, step - stage, v.Value, median})
		}
	}
}

// replay gives the rule the values that an earlier run of a trial had on its way.
func (r *Runner) replay(ctx context.Context, t plan.Trial, number int64) error {
	if strings.HasPrefix(r.rule.Metric, "eval/") {
		facts, err := r.store.Env(ctx, number)
		if err != nil || !r.plan.Scorer.Scored(facts) {
			return err // numbers of another scorer
		}
	}
	points, err := r.store.Series(ctx, number, r.rule.Metric)
	if errors.Is(err, store.ErrNotFound) {
		return nil // evaluated at its end only
	}
	for _, p := range points {
		r.rule.record(t.Group, t.Hash, p.Step, p.Value)
	}
	return err
}
