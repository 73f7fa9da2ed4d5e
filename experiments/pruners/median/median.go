// Package median is the pruner that stops a trial whose value, at some step, is worse
// than the median of what other trials had at that step.
//
// Source: Golovin et al. (2017), Google Vizier, section 3.2.1, who compare with
// running averages; values at the same step need no averaging here, since all
// trials report at the same steps.
package median

import (
	"sync"

	"runexp/framework"
	"runexp/internal/median"
)

// fewestPeers is how many other trials must have come as far as this one before
// anything is said: the median of fewer is too much a matter of luck.
const fewestPeers = 4

// Config is empty: the pruner has no options.
type Config struct{}

// Defaults returns it.
func Defaults() Config { return Config{} }

// Pruner remembers what every trial had at every step.
type Pruner struct {
	mu     sync.Mutex
	values map[place]map[string]float64 // by trial
}

// A place is where values are compared: a step of the trials of a group.
type place struct {
	group string
	step  int
}

var _ framework.Pruner = (*Pruner)(nil)

// New returns the pruner.
func New(Config) (framework.Pruner, error) {
	return &Pruner{values: map[place]map[string]float64{}}, nil
}

// Observe remembers a value.
func (p *Pruner) Observe(v framework.TrialValue) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.note(v)
}

// note remembers a value and returns what all trials had there.
func (p *Pruner) note(v framework.TrialValue) map[string]float64 {
	at := place{v.Group, v.Step}
	if p.values[at] == nil {
		p.values[at] = map[string]float64{}
	}
	p.values[at][v.Trial] = v.Value
	return p.values[at]
}

// ShouldPrune stops a trial that is worse than the median of the others; of a median of two
// in the middle, worse than their mean.
func (p *Pruner) ShouldPrune(v framework.TrialValue) (framework.Limit, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	var peers []float64
	for trial, value := range p.note(v) {
		if trial != v.Trial {
			peers = append(peers, value)
		}
	}
	if len(peers) < fewestPeers {
		return framework.Limit{}, false
	}
	limit := median.Of(peers)
	return framework.Limit{Name: "the median of the other trials", Value: limit}, v.Value > limit
}
