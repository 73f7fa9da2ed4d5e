package plugintest

import (
	"sync"
	"testing"

	"runexp/framework"
)

// plainPruner stops a trial that is worse than the best of the others at the step; the
// fields introduce faults.
type plainPruner struct {
	mu   sync.Mutex
	best map[string]map[int]framework.TrialValue // by group and step

	groupless, selfish, nameless, behind bool
	calls                                *int // of all pruners
}

func (p *plainPruner) Observe(v framework.TrialValue) { p.ShouldPrune(v) }

func (p *plainPruner) ShouldPrune(v framework.TrialValue) (framework.Limit, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	group := v.Group
	if p.groupless {
		group = ""
	}
	if p.best[group] == nil {
		p.best[group] = map[int]framework.TrialValue{}
	}
	best, known := p.best[group][v.Step]
	if !known || v.Value < best.Value {
		p.best[group][v.Step] = v
	}
	limit := framework.Limit{Name: "the best of the others", Value: best.Value}
	stop := known && v.Value > best.Value && (p.selfish || v.Trial != best.Trial)
	if p.nameless {
		limit.Name = ""
	}
	if p.behind {
		limit.Value = v.Value + 1
	}
	if p.calls != nil {
		*p.calls++
		stop = stop && *p.calls%7 != 0
	}
	return limit, stop
}

func newPlain(spoil func(*plainPruner)) func() framework.Pruner {
	return func() framework.Pruner {
		p := &plainPruner{best: map[string]map[int]framework.TrialValue{}}
		spoil(p)
		return p
	}
}

func TestPruner(t *testing.T) { Pruner(t, newPlain(func(*plainPruner) {})) }

// TestPrunerFindsFaults introduces one fault at a time, which the named check must find.
func TestPrunerFindsFaults(t *testing.T) {
	shared := newPlain(func(p *plainPruner) { p.groupless = true })()
	calls := 0
	for name, c := range map[string]struct {
		check string
		fresh func() framework.Pruner
	}{
		"not deterministic":             {"deterministic", newPlain(func(p *plainPruner) { p.calls = &calls })},
		"state shared between pruners":  {"deterministic", func() framework.Pruner { return shared }},
		"no name":                       {"limit", newPlain(func(p *plainPruner) { p.nameless = true })},
		"stops the best":                {"limit", newPlain(func(p *plainPruner) { p.behind = true })},
		"its own earlier value":         {"not by itself", newPlain(func(p *plainPruner) { p.selfish = true })},
		"another group's":               {"groups", newPlain(func(p *plainPruner) { p.groupless = true })},
		"another group's, concurrently": {"goroutines", newPlain(func(p *plainPruner) { p.groupless = true })},
	} {
		found := false
		for _, check := range prunerChecks() {
			if check.name == c.check {
				found = guarded(func() error { return check.check(c.fresh) }) != nil
			}
		}
		if !found {
			t.Errorf("%s: the check %q finds nothing", name, c.check)
		}
	}
}
