// Package median is the pruner that stops a trial whose value at some step is worse than
// the median of the other trials' at that step.
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

// fewestPeers is how many other trials must have reached a step before a trial can be
// pruned there: the median of fewer is too noisy.
const fewestPeers = 4

// Config is empty: the pruner has no options.
type Config struct{}

// Defaults returns it.
func Defaults() Config { return Config{} }

// Pruner stores every trial's values by step.
type Pruner struct {
	mu     sync.Mutex
	values map[place]map[string]float64 // by trial
}

// A place identifies comparable values: a step of the trials of a group.
type place struct {
	group string
	step  int
}

var _ framework.Pruner = (*Pruner)(nil)

// New returns the pruner.
func New(Config) (framework.Pruner, error) {
	return &Pruner{values: map[place]map[string]float64{}}, nil
}

// Observe records a value.
func (p *Pruner) Observe(v framework.TrialValue) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.add(v)
}

// add records a value and returns all trials' values at its place.
func (p *Pruner) add(v framework.TrialValue) map[string]float64 {
	at := place{v.Group, v.Step}
	if p.values[at] == nil {
		p.values[at] = map[string]float64{}
	}
	p.values[at][v.Trial] = v.Value
	return p.values[at]
}

// ShouldPrune stops a trial that is worse than the median of the others; for an even
// number the median is the mean of the middle two.
func (p *Pruner) ShouldPrune(v framework.TrialValue) (framework.Limit, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	var peers []float64
	for trial, value := range p.add(v) {
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
