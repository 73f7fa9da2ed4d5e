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

// A PrunedError is the cancellation cause of a pruned run.
type PrunedError struct{ Reason string }

func (e *PrunedError) Error() string { return e.Reason }

// pruning reports trials' values to the plan's pruner and decides when to consult it.
type pruning struct {
	config.EarlyStop
	pruner framework.Pruner
}

// newPruning returns the plan's pruning; nil for none.
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

// orient negates a value of a metric of which higher is better. It is its own inverse.
func (p *pruning) orient(value float64) float64 {
	if p.Lower {
		return value
	}
	return -value
}

// trialValue is a metric's value as the pruner sees it.
func (p *pruning) trialValue(t plan.Trial, step int, value float64) framework.TrialValue {
	group := fmt.Sprintf("%d %s", t.Group.Repeat, t.Group.Images)
	return framework.TrialValue{Group: group, Trial: t.Hash, Step: step, Value: p.orient(value)}
}

// observe reports a value to the pruner without a decision.
func (p *pruning) observe(t plan.Trial, step int, value float64) {
	p.pruner.Observe(p.trialValue(t, step, value))
}

// shouldPrune reports a value to the pruner and, after the warm-up, asks for a decision.
func (p *pruning) shouldPrune(t plan.Trial, step int, value float64) (limit framework.Limit, stop bool) {
	if step < p.Warmup {
		p.observe(t, step, value)
		return limit, false
	}
	limit, stop = p.pruner.ShouldPrune(p.trialValue(t, step, value))
	limit.Value = p.orient(limit.Value)
	return limit, stop
}

// pruneBy consults the pruner at every early_stop.every-th iteration, and stops the run
// if it says so.
func (r *recorder) pruneBy(stage, step, iteration int, values []store.Value) {
	if r.pruning == nil || iteration == 0 || iteration%r.pruning.Every != 0 {
		return
	}
	for _, v := range values {
		if v.Name != r.pruning.Metric {
			continue
		}
		if limit, stop := r.pruning.shouldPrune(r.trial, step, v.Value); stop {
			r.prune(&PrunedError{fmt.Sprintf("%s was %.4g at step %d, and %s %.4g", v.Name, v.Value, step-stage, limit.Name, limit.Value)})
		}
	}
}

// replay reports the values of an earlier run of a trial to the pruner.
func (r *Runner) replay(ctx context.Context, t plan.Trial, number int64) error {
	if strings.HasPrefix(r.pruning.Metric, "eval/") {
		facts, err := r.store.Env(ctx, number)
		if err != nil || !r.plan.Scorer.Scored(facts) {
			return err // values of another scorer
		}
	}
	points, err := r.store.Series(ctx, number, r.pruning.Metric)
	if errors.Is(err, store.ErrNotFound) {
		return nil // scored at its end only
	}
	for _, p := range points {
		r.pruning.observe(t, p.Step, p.Value)
	}
	return err
}
