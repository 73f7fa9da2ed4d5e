package plugintest

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"sync"
	"testing"

	"runexp/framework"
)

// Pruner tests a pruner against framework.Pruner's contract, on trials with random values.
// fresh returns a new pruner at every call, with the same options. Run it with -race to
// check that its methods share memory safely.
func Pruner(t *testing.T, fresh func() framework.Pruner) {
	t.Helper()
	for _, c := range prunerChecks() {
		t.Run(c.name, func(t *testing.T) {
			if err := guarded(func() error { return c.check(fresh) }); err != nil {
				t.Error(err)
			}
		})
	}
}

type prunerCheck struct {
	name  string
	check func(fresh func() framework.Pruner) error
}

func prunerChecks() []prunerCheck {
	return []prunerCheck{
		{"deterministic", prunerDeterministic},
		{"limit", prunerLimit},
		{"not by itself", prunerAlone},
		{"groups", prunerGroups},
		{"goroutines", prunerGoroutines},
	}
}

// The number of trials in a group, and of the values of each.
const (
	prunedTrials = 12
	prunedSteps  = 8
)

// valuesOf returns the values of a group's trials, step by step; each trial's decrease from
// a random start.
func valuesOf(group string, seed uint64) []framework.TrialValue {
	random := rand.New(rand.NewPCG(seed, 0))
	var values []framework.TrialValue
	for step := range prunedSteps {
		for trial := range prunedTrials {
			values = append(values, framework.TrialValue{
				Group: group, Trial: fmt.Sprint("trial ", trial), Step: 25 * (step + 1), Value: random.NormFloat64() + float64(trial-step),
			})
		}
	}
	return values
}

// A decision is the result of ShouldPrune.
type decision struct {
	limit framework.Limit
	stop  bool
}

// decide observes every third value, and asks for a decision on the others.
func decide(p framework.Pruner, values []framework.TrialValue) []decision {
	all := make([]decision, len(values))
	for i, v := range values {
		if i%3 == 0 {
			p.Observe(v)
		} else {
			all[i].limit, all[i].stop = p.ShouldPrune(v)
		}
	}
	return all
}

// differs returns an error if decisions differ. The limit of a trial that continues is
// ignored.
func differs(got, want []decision) error {
	for i := range want {
		if got[i].stop != want[i].stop || want[i].stop && got[i].limit != want[i].limit {
			return fmt.Errorf("value %d: %+v, and %+v before", i, got[i], want[i])
		}
	}
	return nil
}

// prunerDeterministic checks that the same values get the same decisions from new pruners.
func prunerDeterministic(fresh func() framework.Pruner) error {
	values := valuesOf("a", 1)
	first := decide(fresh(), values)
	for range 5 {
		if err := differs(decide(fresh(), values), first); err != nil {
			return err
		}
	}
	return nil
}

// prunerLimit checks that a stopped trial misses its limit, and that the limit has a name.
func prunerLimit(fresh func() framework.Pruner) error {
	values := valuesOf("a", 1)
	for i, v := range decide(fresh(), values) {
		switch {
		case !v.stop:
		case v.limit.Name == "":
			return errors.New("the limit has no name")
		case math.IsNaN(v.limit.Value) || !(values[i].Value > v.limit.Value):
			return fmt.Errorf("a trial at %g is stopped, and the limit is %g", values[i].Value, v.limit.Value)
		}
	}
	return nil
}

// prunerAlone checks that a trial without others continues, whatever its earlier values, of
// an earlier attempt at the same step included.
func prunerAlone(fresh func() framework.Pruner) error {
	p := fresh()
	for i := range 10 * prunedTrials {
		v := framework.TrialValue{Group: "a", Trial: "trial", Step: 25 * (1 + i%prunedSteps), Value: math.Pow(2, float64(i))}
		if i%2 == 0 {
			p.Observe(v)
		} else if limit, stop := p.ShouldPrune(v); stop {
			return fmt.Errorf("the only trial is stopped, behind %s, %g", limit.Name, limit.Value)
		}
	}
	return nil
}

// prunerGroups checks that a group's decisions do not depend on another group, whose trials
// have the same names and are much better or much worse.
func prunerGroups(fresh func() framework.Pruner) error {
	values := valuesOf("a", 1)
	alone := decide(fresh(), values)
	for _, far := range []float64{-1000, 1000} {
		p := fresh()
		for _, v := range valuesOf("b", 2) {
			v.Value += far
			p.Observe(v)
		}
		if err := differs(decide(p, values), alone); err != nil {
			return fmt.Errorf("with another group %+g away: %w", far, err)
		}
	}
	return nil
}

// prunerGoroutines checks that concurrent groups get the same decisions as alone; many times,
// since data races show only sometimes.
func prunerGoroutines(fresh func() framework.Pruner) error {
	const groups, rounds = 8, 50
	var values [groups][]framework.TrialValue
	var alone [groups][]decision
	for g := range groups {
		values[g] = valuesOf(fmt.Sprint(g), uint64(g))
		alone[g] = decide(fresh(), values[g])
	}
	for range rounds {
		p := fresh()
		var together [groups][]decision
		var wait sync.WaitGroup
		start := make(chan struct{})
		for g := range groups {
			wait.Go(func() {
				<-start
				together[g] = decide(p, values[g])
			})
		}
		close(start)
		wait.Wait()
		for g := range groups {
			if err := differs(together[g], alone[g]); err != nil {
				return err
			}
		}
	}
	return nil
}
