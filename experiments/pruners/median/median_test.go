package median

import (
	"fmt"
	"testing"

	"runexp/framework"
)

func fresh() framework.Pruner {
	p, err := New(Defaults())
	if err != nil {
		panic(err)
	}
	return p
}

func TestMedian(t *testing.T) {
	const here, there = "a b", "a c"
	filled := func(peers int) framework.Pruner {
		p := fresh()
		for i := range peers {
			for step := 25; step <= 100; step += 25 {
				p.Observe(framework.TrialValue{Group: here, Trial: fmt.Sprint("peer", i), Step: step, Value: float64(i + 1)})
			}
		}
		return p
	}
	for name, c := range map[string]struct {
		peers int
		group string
		step  int
		value float64
		stop  bool
	}{
		"worse than the median of 5":  {5, here, 50, 3.1, true},
		"as good as the median":       {5, here, 50, 3, false},
		"better":                      {5, here, 50, 0.5, false},
		"between the middle two of 4": {4, here, 75, 2.4, false},
		"worse than the median of 4":  {4, here, 75, 2.6, true},
		"too few trials":              {3, here, 50, 9, false},
		"other images":                {5, there, 50, 9, false},
		"a step no other has reached": {5, here, 60, 9, false},
		"not compared with itself":    {5, here, 100, 9, true},
	} {
		p := filled(c.peers)
		p.Observe(framework.TrialValue{Group: c.group, Trial: "me", Step: c.step, Value: -1}) // an earlier attempt at the same trial
		if limit, stop := p.ShouldPrune(framework.TrialValue{Group: c.group, Trial: "me", Step: c.step, Value: c.value}); stop != c.stop {
			t.Errorf("%s: stop is %v, limit %+v", name, stop, limit)
		}
	}
}
