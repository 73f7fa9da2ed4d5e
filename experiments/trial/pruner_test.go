package trial

import (
	"fmt"
	"testing"

	"runexp/experiments/plan"
	"runexp/framework/config"
)

func TestTheMedianRule(t *testing.T) {
	here, there := plan.Group{Images: "a b", Repeat: 0}, plan.Group{Images: "a c", Repeat: 0}
	filled := func(higher bool, peers int) *medianRule {
		m := newMedianRule(config.EarlyStop{Metric: "eval/content", Lower: !higher, Warmup: 50, Every: 25})
		for i := range peers {
			for step := 25; step <= 100; step += 25 {
				m.record(here, fmt.Sprint("peer", i), step, float64(i+1))
			}
		}
		return m
	}
	for name, c := range map[string]struct {
		higher bool
		peers  int
		group  plan.Group
		step   int
		value  float64
		stop   bool
	}{
		"worse than the median of 5":      {false, 5, here, 50, 3.1, true},
		"as good as the median":           {false, 5, here, 50, 3, false},
		"better":                          {false, 5, here, 50, 0.5, false},
		"between the middle two of 4":     {false, 4, here, 75, 2.4, false},
		"past the middle of 4":            {false, 4, here, 75, 2.6, true},
		"too early":                       {false, 5, here, 25, 9, false},
		"too few others":                  {false, 3, here, 50, 9, false},
		"other pictures":                  {false, 5, there, 50, 9, false},
		"a step that nobody has come to":  {false, 5, here, 60, 9, false},
		"lower where higher is better":    {true, 5, here, 50, 2.9, true},
		"higher where higher is better":   {true, 5, here, 50, 3.1, false},
		"not a peer of itself, once more": {false, 5, here, 100, 9, true},
	} {
		m := filled(c.higher, c.peers)
		m.record(c.group, "me", c.step, -1) // an earlier attempt at the same trial
		if median, stop := m.stops(c.group, "me", c.step, c.value); stop != c.stop {
			t.Errorf("%s: stop is %v, median %g", name, stop, median)
		}
	}
}
