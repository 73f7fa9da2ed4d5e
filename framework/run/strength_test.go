package run

import (
	"testing"

	"runexp/framework"
)

// TestStrength: a strength multiplies the weights of losses of the content alone, those of
// stages too, and no others.
func TestStrength(t *testing.T) {
	weights := func(strength *float64) map[string][]float64 {
		e := experiment(t)
		e.Strength = strength
		e.Losses = append(e.Losses, framework.LossSpec{Name: "d", Type: "derived", Weight: 2, Options: &none{}})
		e.Stages[1].Weights = []framework.StageWeight{{Name: "c", Weight: 8}}
		p := prepare(t, e)
		all := map[string][]float64{}
		for stage := range e.Stages {
			for _, l := range p.lossesAt(stage) {
				all[l.name] = append(all[l.name], l.weight)
			}
		}
		return all
	}
	strength := 0.6
	factor := framework.StrengthFactor(strength)
	as, got := weights(nil), weights(&strength)
	for stage := range 2 {
		if got["c"][stage] != as["c"][stage]*factor {
			t.Errorf("stage %d: content has %g, want %g times %g", stage, got["c"][stage], as["c"][stage], factor)
		}
		for _, other := range []string{"s", "d"} {
			if got[other][stage] != as[other][stage] {
				t.Errorf("stage %d: %s has %g, without strength %g", stage, other, got[other][stage], as[other][stage])
			}
		}
	}
}
