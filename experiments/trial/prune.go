package trial

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"runexp/experiments/plan"
	"runexp/framework"
	"runexp/framework/config"
	"runexp/framework/store"
)

// A prunedError is the cause of a run that the plan's pruner stopped early.
type prunedError struct {
	metric string
	step   int // iterations made
	value  float64
	limit  framework.Limit
}

func (e *prunedError) Error() string {
	return fmt.Sprintf("%s was %.4g at step %d, and %s %.4g", e.metric, e.value, e.step, e.limit.Name, e.limit.Value)
}

// pruning is early stopping: whom the plan's pruner is told of, and when it is asked.
type pruning struct {
	config.EarlyStop
	pruner framework.Pruner
}

// newPruning returns the plan's; nil for none.
func newPruning(p *plan.Plan) (*pruning, error) {
	early := p.EarlyStop()
	if early == nil {
		return nil, nil
	}
	pruner, err := early.Pruner()
	if err != nil {
		return nil, p.Config.Sweep.Problem("early_stop", "%v", err)
	}
	return &pruning{*early, pruner}, nil
}

// better turns a value of the metric into one of which lower is better, and back.
func (p *pruning) better(value float64) float64 {
	if p.Lower {
		return value
	}
	return -value
}

// of is what the pruner is told of a trial.
func (p *pruning) of(t plan.Trial, step int, value float64) framework.TrialValue {
	group := fmt.Sprintf("%d %s", t.Group.Repeat, t.Group.Images)
	return framework.TrialValue{Group: group, Trial: t.Hash, Step: step, Value: p.better(value)}
}

// note tells the pruner a value without asking.
func (p *pruning) note(t plan.Trial, step int, value float64) { p.pruner.Observe(p.of(t, step, value)) }

// judge tells the pruner a value and asks it, from the warm-up on.
func (p *pruning) judge(t plan.Trial, step int, value float64) (limit framework.Limit, stop bool) {
	if step < p.Warmup {
		p.note(t, step, value)
		return limit, false
	}
	limit, stop = p.pruner.ShouldPrune(p.of(t, step, value))
	limit.Value = p.better(limit.Value)
	return limit, stop
}

// pruneBy stops the run if the pruner is asked at this iteration and says so of one of the values.
func (r *recorder) pruneBy(stage, step, iteration int, values []store.Value) {
	if r.pruning == nil || iteration == 0 || iteration%r.pruning.Every != 0 {
		return
	}
	for _, v := range values {
		if v.Name != r.pruning.Metric {
			continue
		}
		if limit, stop := r.pruning.judge(r.trial, step, v.Value); stop {
			r.prune(&prunedError{v.Name, step - stage, v.Value, limit})
		}
	}
}

// replay tells the pruner the values that an earlier run of a trial had on its way.
func (r *Runner) replay(ctx context.Context, t plan.Trial, number int64) error {
	if strings.HasPrefix(r.pruning.Metric, "eval/") {
		facts, err := r.store.Env(ctx, number)
		if err != nil || !r.plan.Scorer.Scored(facts) {
			return err // numbers of another scorer
		}
	}
	points, err := r.store.Series(ctx, number, r.pruning.Metric)
	if errors.Is(err, store.ErrNotFound) {
		return nil // evaluated at its end only
	}
	for _, p := range points {
		r.pruning.note(t, p.Step, p.Value)
	}
	return err
}
