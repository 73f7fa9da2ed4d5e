package sweep

import "runexp/framework/store"

// Reach describes what a planned sweep can claim once all its trials have finished, before any
// has begun: "2 pairs can show nothing at 5%; 7 would". able is false where a
// test could not reach 5% for any values.
//
// Errors: a plan that contradicts itself.
func Reach(n store.NewSweep) (text string, able bool, err error) {
	y := &Study{Sweep: store.Sweep{Experiment: n.Experiment, Method: n.Method, Plan: n.Plan, Metrics: n.Metrics, Scorer: n.Scorer, Trials: len(n.Trials)}}
	if y.plan, err = readPlan(y.Sweep); err != nil {
		return "", false, err
	}
	values := map[string]float64{} // the result does not depend on the values
	for _, name := range n.Metrics {
		values[name] = 1
	}
	for _, planned := range n.Trials {
		run := &store.RunSummary{RunRef: store.RunRef{Number: int64(planned.Number)}, Status: store.Finished}
		t := trial{SweepTrial: store.SweepTrial{PlannedTrial: planned, Run: run}, scores: values}
		if t.point, err = y.plan.readPoint(t.SweepTrial); err != nil {
			return "", false, err
		}
		y.trials = append(y.trials, t)
	}
	y.plan.settle(y.trials)
	y.define()
	if err := y.analyze(); err != nil {
		return "", false, err
	}
	if y.Analysis == nil {
		return "nothing can be claimed: it takes a setting that is varied, and a metric that the question names (sweep.metrics)", false, nil
	}
	text, able = y.Analysis.Reach()
	if y.plan.EarlyStop != nil {
		text += "; if early stopping ends a trial, nothing is claimed at all"
	}
	return text, able, nil
}
