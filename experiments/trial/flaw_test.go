package trial

import (
	"testing"

	"runexp/framework"
	"runexp/framework/config"
	"runexp/framework/imaging/flaw"
)

// byRole has losses by the role that they compare with.
type byRole map[framework.Role][]string

func (b byRole) LossesOf(role framework.Role) []string { return b[role] }

// Causes follow from the kind of flaw and from what the experiment sets.
func TestAdvise(t *testing.T) {
	experiment := func(rate float64, iterations int) framework.Experiment {
		return framework.Experiment{
			Losses: []framework.LossSpec{{Name: "paint", Weight: 100}, {Name: "light", Weight: 1}, {Name: "smooth", Weight: 5}},
			Stages: []framework.Stage{{Iterations: iterations, Optimizer: framework.OptimizerSpec{LR: rate}}},
		}
	}
	losses := byRole{framework.Style: {"paint", "light"}, "": {"smooth"}}
	unbounded := []config.Param{{Path: "variable.bounds", Value: "none"}}
	for name, c := range map[string]struct {
		kind   flaw.Kind
		a      adviser
		change string
	}{
		"a tiny rate":                {flaw.Unchanged, adviser{experiment(1e-6, 500), nil, losses}, "stages.*.optimizer.lr=0.01"},
		"few iterations":             {flaw.Unchanged, adviser{experiment(0.01, 1), nil, losses}, "stages.*.iterations=500"},
		"a style that counts little": {flaw.Unchanged, adviser{experiment(0.01, 500), nil, losses}, "losses.paint.weight=1e+03"},
		"nothing but the content":    {flaw.Unchanged, adviser{experiment(0.02, 500), nil, byRole{}}, "stages.*.optimizer.lr=0.2"},
		"smoothed":                   {flaw.Grey, adviser{experiment(0.01, 500), nil, losses}, "losses.smooth.weight=0.5"},
		"flat":                       {flaw.Grey, adviser{experiment(0.01, 500), nil, byRole{}}, "stages.*.optimizer.lr=0.1"},
		"flat after few iterations":  {flaw.Grey, adviser{experiment(0.01, 6), nil, losses}, "stages.*.iterations=500"},
		"without bounds":             {flaw.Saturated, adviser{experiment(0.05, 500), unbounded, losses}, "variable.bounds=clamp"},
		"a huge rate without bounds": {flaw.Saturated, adviser{experiment(1, 500), unbounded, losses}, "stages.*.optimizer.lr=0.1"},
		"with bounds":                {flaw.Saturated, adviser{experiment(1, 500), nil, losses}, "stages.*.optimizer.lr=0.1"},
		"black":                      {flaw.Black, adviser{experiment(1, 500), unbounded, losses}, "stages.*.optimizer.lr=0.1"},
		"not finite":                 {flaw.NotFinite, adviser{experiment(1, 500), unbounded, losses}, "stages.*.optimizer.lr=0.1"},
	} {
		cause, change := c.a.advise(c.kind)
		if change != c.change || cause == "" {
			t.Errorf("%s: %s; try %s, want %s", name, cause, change, c.change)
		}
	}
}
