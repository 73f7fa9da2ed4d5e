package effects_test

import (
	"testing"

	"runexp/reports/effects"
	"runexp/reports/effects/simulated"
)

// A level that ran without the metric is no end of the range: the ends are the outermost levels that have it.
func TestALevelWithoutTheMetricIsNoEnd(t *testing.T) {
	d := simulated.Grid([]effects.Factor{simulated.Numbers("tv", 0, 1, 10, 100, 1000)}, simulated.Apart(8), simulated.Claimed("noise"))
	for _, c := range []struct {
		without  []int // levels
		from, to string
	}{{nil, "0", "1000"}, {[]int{4}, "0", "100"}, {[]int{0}, "1", "1000"}, {[]int{0, 4}, "1", "100"}, {[]int{2}, "0", "1000"}} {
		s := d.Fill(func(unit int, levels []int) []float64 { return []float64{100 + float64(unit) - 10*float64(levels[0])} })
		for i, run := range s.Runs {
			for _, l := range c.without {
				if run.Levels[0] == l {
					s.Runs[i].Values = map[string]float64{}
				}
			}
		}
		e := analyze(t, s).Effects[0]
		if first, last := e.Levels[0].Label, e.Levels[len(e.Levels)-1].Label; first != c.from || last != c.to || len(e.Levels) != 5-len(c.without) {
			t.Errorf("without %v the levels are %s to %s", c.without, first, last)
		}
		if ends, has := e.Between(c.to, c.from); !has || !ends.Differs() {
			t.Errorf("without %v nothing is claimed of %s against %s: %+v", c.without, c.to, c.from, ends)
		}
	}
}
