package scoring_test

import (
	"testing"

	"runexp/experiments/plan"
	"runexp/experiments/testbed"
)

// A stage may be too small for the scorer if none of its pictures is scored.
func TestSmallStagesBeforeTheLast(t *testing.T) {
	const section = "evaluate: {every: %}\nsweep: {parameters: [{path: losses.style.weight, values: [1, 2]}]}\n"
	stages := []string{
		"stages: [{size: {height: 24}, iterations: 4, optimizer: {name: adam, lr: 0.05}}]",
		"stages: [{size: {height: 6}, iterations: 4, optimizer: {name: adam, lr: 0.05}}, {size: {height: 24}, iterations: 4, optimizer: {name: adam, lr: 0.05}}]",
	}
	for every, fits := range map[string]bool{"0": true, "2": false} {
		b := testbed.New(t)
		r := b.Load(t, section, append(stages, "%", every)...)
		if _, err := plan.NewPlanner(b.Plugins, b.Engine).New(t.Context(), r, plan.Options{}); (err == nil) != fits {
			t.Errorf("evaluate.every=%s: %v", every, err)
		}
		r.Sweep, r.Experiment.Evaluate.Every = nil, 0
		if _, err := plan.NewPlanner(b.Plugins, b.Engine).New(t.Context(), r, plan.Options{}); err != nil {
			t.Errorf("alone: %v", err)
		}
	}
}
