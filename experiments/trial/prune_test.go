package trial

import (
	"testing"

	"runexp/experiments/plan"
	"runexp/framework"
	"runexp/framework/config"
)

// recordingPruner stops every trial and records its calls.
type recordingPruner struct{ observed, decided []framework.TrialValue }

func (a *recordingPruner) Observe(v framework.TrialValue) { a.observed = append(a.observed, v) }

func (a *recordingPruner) ShouldPrune(v framework.TrialValue) (framework.Limit, bool) {
	a.decided = append(a.decided, v)
	return framework.Limit{Name: "a limit", Value: v.Value - 1}, true
}

// A pruner sees values for which lower is better, whatever the metric, and decides only
// after the warm-up; groups are by images and repeat.
func TestPruning(t *testing.T) {
	group := plan.Group{Images: "a b", Repeat: 2}
	trial := plan.Trial{Hash: "hash", Group: group}
	for lower, sign := range map[bool]float64{true: 1, false: -1} {
		a := &recordingPruner{}
		p := pruning{config.EarlyStop{Metric: "eval/content", Lower: lower, Warmup: 50, Every: 25}, a}
		if _, stop := p.shouldPrune(trial, 49, 3); stop || len(a.decided) > 0 || len(a.observed) != 1 {
			t.Errorf("before the warm-up: asked to decide on %v, observed %v", a.decided, a.observed)
		}
		limit, stop := p.shouldPrune(trial, 50, 3)
		want := framework.TrialValue{Group: "2 a b", Trial: "hash", Step: 50, Value: sign * 3}
		if !stop || len(a.decided) != 1 || a.decided[0] != want {
			t.Errorf("asked to decide on %+v, want %+v", a.decided, want)
		}
		if behind := 3 - sign; limit.Value != behind {
			t.Errorf("lower is better: %v; the limit is %g, want %g", lower, limit.Value, behind)
		}
	}
}
