package effects_test

import (
	"math"
	"testing"

	"runexp/reports/effects"
	"runexp/reports/effects/simulated"
)

// Agreement is Spearman's correlation in each unit over the settings that have both metrics, with the sign turned
// for a metric that is better lower; a unit in which one of both is constant has none.
func TestAgreements(t *testing.T) {
	d := simulated.Grid([]effects.Factor{simulated.Names("a", "a0", "a1", "a2", "a3")}, simulated.Apart(3),
		[]effects.Metric{{Name: "votes", Better: "higher"}, {Name: "distance", Better: "lower"}, {Name: "same", Better: "higher"}, {Name: "variation", Better: "neither"}})
	votes := [3][4]float64{{0.1, 0.2, 0.3, 0.4}, {0.1, 0.2, 0.3, math.NaN()}, {0.5, 0.5, 0.5, 0.5}}
	distance := [4]float64{4, 3, 1, 2} // ranks of goodness 1, 2, 4, 3: 1 − 6·2/(4·15) = 0.8; 1 without the last
	a := analyze(t, d.Fill(func(unit int, levels []int) []float64 {
		l := levels[0]
		return []float64{votes[unit][l], distance[l], 7, distance[l]}
	}))
	got := a.Agreements("votes")
	if len(got) != 2 || got[0].Metric != "distance" || got[1].Metric != "variation" {
		t.Fatalf("got %+v", got)
	}
	if math.Abs(got[0].Correlation-0.9) > 1e-12 || got[0].N != 2 || math.Abs(got[1].Correlation+0.9) > 1e-12 {
		t.Errorf("got %+v, want 0.9 and −0.9 of 2 units", got)
	}
	if got := a.Agreements("other"); got != nil {
		t.Errorf("with a metric that is not there: %+v", got)
	}
}

// Levels of an additive metric are compared by differences, also where all values are positive.
func TestAdditive(t *testing.T) {
	for _, additive := range []bool{false, true} {
		d := simulated.Grid([]effects.Factor{simulated.Names("a", "a0", "a1")}, simulated.Apart(8),
			[]effects.Metric{{Name: "votes", Better: "higher", Claimed: true, Additive: additive, Margin: 0.1}})
		a := analyze(t, d.Fill(func(unit int, levels []int) []float64 { return []float64{0.5 + 0.001*float64(unit*levels[0])} }))
		c := a.Effects[0].Contrasts[0]
		if (c.Ratio == nil) != additive || (c.These.Equivalent != nil) != additive {
			t.Errorf("additive %v: %+v", additive, c)
		}
	}
}
