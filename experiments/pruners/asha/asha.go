// Package asha is the pruner of asynchronous successive halving: at rungs of min_iter,
// min_iter·eta, min_iter·eta² … iterations only the best 1/eta of the trials go on.
//
// Source: Li et al. (2020), A system for massively parallel hyperparameter tuning. There a
// trial waits at a rung until enough others are behind it; here, as in Optuna's
// SuccessiveHalvingPruner, it is judged when it arrives, by those that arrived before.
package asha

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"sync"

	"runexp/framework"
)

// Config are the pruner's options.
type Config struct {
	MinIter int `config:"min_iter" doc:"iterations of the first rung, at least warmup"`
	Eta     int `config:"eta" doc:"1/eta of the trials go on at a rung, and the next one is at eta times as many iterations"`
}

// Defaults returns the default options.
func Defaults() Config { return Config{MinIter: 50, Eta: 3} }

// Validate returns all problems of the options.
func (c Config) Validate() error {
	var problems []error
	if c.MinIter < 1 {
		problems = append(problems, framework.Invalid("min_iter", "must be at least 1, not %d", c.MinIter))
	}
	if c.Eta < 2 {
		problems = append(problems, framework.Invalid("eta", "must be at least 2, not %d", c.Eta))
	}
	return errors.Join(problems...)
}

// Pruner stores the value with which each trial arrived at each rung.
type Pruner struct {
	Config
	mu    sync.Mutex
	rungs map[place]map[string]arrival // by trial
}

// A place is a rung of the trials of a group.
type place struct {
	group string
	rung  int // its iterations
}

// An arrival is a trial's first value at a rung.
type arrival struct {
	step  int
	value float64
}

var _ framework.LatePruner = (*Pruner)(nil)

// Earliest is the first rung.
func (p *Pruner) Earliest() int { return p.MinIter }

// New returns the pruner.
func New(c Config) (framework.Pruner, error) {
	return &Pruner{Config: c, rungs: map[place]map[string]arrival{}}, nil
}

// Observe records a value.
func (p *Pruner) Observe(v framework.TrialValue) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.arrive(v)
}

// arrive records a value that is its trial's first at a rung, and returns the arrivals
// there; nil for another value, of which nothing is decided.
func (p *Pruner) arrive(v framework.TrialValue) map[string]arrival {
	rung := p.rungBelow(v.Step)
	if rung == 0 {
		return nil
	}
	at := place{v.Group, rung}
	if p.rungs[at] == nil {
		p.rungs[at] = map[string]arrival{}
	}
	if before, here := p.rungs[at][v.Trial]; here && before.step < v.Step {
		return nil
	}
	p.rungs[at][v.Trial] = arrival{v.Step, v.Value}
	return p.rungs[at]
}

// rungBelow returns the highest rung of at most step iterations; 0 for none.
func (p *Pruner) rungBelow(step int) int {
	rung := 0
	for next := p.MinIter; next <= step; next *= p.Eta {
		if rung = next; next > math.MaxInt/p.Eta {
			break
		}
	}
	return rung
}

// ShouldPrune stops a trial that arrives at a rung and is not among the best n/eta of the n
// that have arrived so far, itself included, rounded down but at least one.
func (p *Pruner) ShouldPrune(v framework.TrialValue) (framework.Limit, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	var others []float64
	arrived := p.arrive(v)
	for trial, a := range arrived {
		if trial != v.Trial {
			others = append(others, a.value)
		}
	}
	if len(others) == 0 {
		return framework.Limit{}, false
	}
	slices.Sort(others)
	limit := others[max(1, len(arrived)/p.Eta)-1]
	name := fmt.Sprintf("the best 1/%d of the %d trials at the rung of %d iterations ended at", p.Eta, len(arrived), p.rungBelow(v.Step))
	return framework.Limit{Name: name, Value: limit}, v.Value > limit
}
