package sweep

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"runexp/framework/store"
	"runexp/reports/answers"
)

// Spreads reads from the newest sweeps of a store how much effects on each metric differ from unit
// to unit: of this experiment's before others.
func Spreads(ctx context.Context, s *store.Store, experiment string) (map[string]answers.Spread, error) {
	const most = 5 // sweeps that are read
	sweeps, err := s.Sweeps(ctx, "")
	if err != nil {
		return nil, err
	}
	slices.SortStableFunc(sweeps, func(a, b store.Sweep) int {
		own := func(w store.Sweep) int {
			if w.Experiment == experiment {
				return 0
			}
			return 1
		}
		return cmp.Or(cmp.Compare(own(a), own(b)), cmp.Compare(b.Number, a.Number))
	})
	found := map[string]answers.Spread{}
	for _, w := range sweeps[:min(most, len(sweeps))] {
		y, err := Read(ctx, s, w, nil)
		if err != nil {
			return nil, err
		}
		if y.Analysis == nil {
			continue
		}
		for _, m := range y.metrics {
			if _, known := found[m.Name]; known {
				continue
			}
			if sd, scale, ok := y.Analysis.Spread(m.Name); ok {
				found[m.Name] = answers.Spread{SD: sd, Scale: scale, From: fmt.Sprintf("sweep %d", w.Number)}
			}
		}
	}
	return found, nil
}

// Reach describes what a planned sweep can claim once all its trials have finished, before any
// has begun: "2 pairs can show nothing at 5%; 7 would". able is false where a
// test could not reach 5% for any values. known has what earlier sweeps tell of the metrics.
//
// Errors: a plan that contradicts itself.
func Reach(n store.NewSweep, known map[string]answers.Spread) (text string, able bool, err error) {
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
	text, able = answers.Reach(y.Analysis)
	if y.adaptive() {
		return text, able, nil
	}
	if smallest := answers.Smallest(y.Analysis, func(metric string) (answers.Spread, bool) { s, has := known[metric]; return s, has }); smallest != "" {
		text += "; " + smallest
	}
	if y.plan.EarlyStop != nil {
		text += "; if early stopping ends a trial, nothing is claimed at all"
	}
	return text, able, nil
}
