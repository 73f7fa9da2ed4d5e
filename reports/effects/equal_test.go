package effects_test

import (
	"math"
	"testing"

	"runexp/reports/effects"
	"runexp/reports/effects/simulated"
)

// Two layers trade style for content along parallel curves, one of which has 30% less style
// distance everywhere. Their weights reach other ranges, so that means over weights say otherwise.
func TestAtEqualContent(t *testing.T) {
	metrics := append(simulated.Claimed("content"), simulated.Claimed("style")...)
	d := simulated.Grid([]effects.Factor{simulated.Names("layer", "a", "b"), simulated.Numbers("weight", 1, 2, 4, 8)}, simulated.Apart(8), metrics)
	curve := func(shift float64) effects.Study {
		return d.Fill(func(unit int, levels []int) []float64 {
			content := float64(unit) + 0.5*float64(levels[1]) + shift*float64(levels[0])
			style := 3 - 2*content
			if levels[0] == 1 {
				style += math.Log(0.7)
			}
			return []float64{math.Exp(content), math.Exp(style)}
		})
	}
	a := analyze(t, curve(-0.7))
	if c := a.Effect("layer", "eval/style").Contrasts[0]; c.Ratio.Value < 2 {
		t.Errorf("on average b has more style distance: %+v", c.Ratio)
	}
	got := a.AtEqual("layer", "eval/content", "eval/style")
	if len(got) != 1 || got[0].N != 8 || math.Abs(got[0].Ratio.Value-0.7) > 1e-9 || got[0].To != "b" || got[0].P != 2./256 {
		t.Errorf("%+v", got)
	}
	// Curves that do not overlap cannot be compared, nor can points.
	if got := analyze(t, curve(5)).AtEqual("layer", "eval/content", "eval/style"); len(got) != 0 {
		t.Errorf("%+v", got)
	}
	if got := analyze(t, simulated.Planted(simulated.Apart(8), 0, 1)).AtEqual("losses.tv.weight", "eval/noise", "eval/content distance"); len(got) != 0 {
		t.Errorf("%+v", got)
	}
}

// A point that another dominates is not on the curve.
func TestAtEqualTakesTheFront(t *testing.T) {
	metrics := append(simulated.Claimed("content"), simulated.Claimed("style")...)
	d := simulated.Grid([]effects.Factor{simulated.Names("layer", "a", "b"), simulated.Names("other", "x", "y", "z")}, simulated.Apart(8), metrics)
	a := analyze(t, d.Fill(func(_ int, levels []int) []float64 {
		return [][]float64{{1, 4}, {2, 2}, {1.5, []float64{9, 90}[levels[0]]}}[levels[1]] // the third is worse than the first in both
	}))
	if got := a.AtEqual("layer", "eval/content", "eval/style"); len(got) != 1 || math.Abs(got[0].Ratio.Value-1) > 1e-9 {
		t.Errorf("%+v", got)
	}
}
