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

// Pruner holds a pruner to framework.Pruner's contract, on trials whose values are
// drawn. fresh returns a new pruner at every call, each with the same options. go test
// -race sees best whether its methods share memory safely.
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

// The trials of a pruner's test: so many in a group, which report so often.
const (
	prunedTrials = 12
	prunedSteps  = 8
)

// valuesOf returns the values of the trials of a group, step by step, each trial's
// falling from where it was drawn.
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

// A verdict is what ShouldPrune returns.
type verdict struct {
	limit framework.Limit
	stop  bool
}

// judged notes every third value and asks about the others.
func judged(p framework.Pruner, values []framework.TrialValue) []verdict {
	all := make([]verdict, len(values))
	for i, v := range values {
		if i%3 == 0 {
			p.Observe(v)
		} else {
			all[i].limit, all[i].stop = p.ShouldPrune(v)
		}
	}
	return all
}

// differs returns an error where verdicts differ; the limit of a trial that goes on is
// nobody's business.
func differs(got, want []verdict) error {
	for i := range want {
		if got[i].stop != want[i].stop || want[i].stop && got[i].limit != want[i].limit {
			return fmt.Errorf("value %d: %+v, and %+v before", i, got[i], want[i])
		}
	}
	return nil
}

// prunerDeterministic checks that the same values have the same verdicts, from call to
// call and from one pruner to the next.
func prunerDeterministic(fresh func() framework.Pruner) error {
	values := valuesOf("a", 1)
	first := judged(fresh(), values)
	for range 5 {
		if err := differs(judged(fresh(), values), first); err != nil {
			return err
		}
	}
	return nil
}

// prunerLimit checks that what is stopped is behind a limit that has a name.
func prunerLimit(fresh func() framework.Pruner) error {
	values := valuesOf("a", 1)
	for i, v := range judged(fresh(), values) {
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

// prunerAlone checks that a trial without others goes on, whatever it had before, at
// the same step in an earlier attempt too.
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

// prunerGroups checks that a group has the verdicts that it has without others, whose
// trials have the same names and are much better, or much worse.
func prunerGroups(fresh func() framework.Pruner) error {
	values := valuesOf("a", 1)
	alone := judged(fresh(), values)
	for _, far := range []float64{-1000, 1000} {
		p := fresh()
		for _, v := range valuesOf("b", 2) {
			v.Value += far
			p.Observe(v)
		}
		if err := differs(judged(p, values), alone); err != nil {
			return fmt.Errorf("with another group %+g away: %w", far, err)
		}
	}
	return nil
}

// prunerGoroutines checks that groups which are judged at once have the verdicts that
// each has alone; many times, since what is shared unsafely goes wrong now and then.
func prunerGoroutines(fresh func() framework.Pruner) error {
	const groups, rounds = 8, 50
	var values [groups][]framework.TrialValue
	var alone [groups][]verdict
	for g := range groups {
		values[g] = valuesOf(fmt.Sprint(g), uint64(g))
		alone[g] = judged(fresh(), values[g])
	}
	for range rounds {
		p := fresh()
		var together [groups][]verdict
		var wait sync.WaitGroup
		start := make(chan struct{})
		for g := range groups {
			wait.Go(func() {
				<-start
				together[g] = judged(p, values[g])
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
