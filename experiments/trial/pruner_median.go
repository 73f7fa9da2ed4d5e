package trial

import (
	"sync"

	"runexp/experiments/plan"
	"runexp/framework/config"
	"runexp/internal/median"
)

// fewestPeers is how many other trials must have come as far as this one before
// the median rule says anything: the median of fewer is too much a matter of luck.
const fewestPeers = 4

// A medianRule stops a trial whose metric, at some step, is worse than the median
// of what the other trials of the same group had at that step: values of
// different pictures are not compared.
//
// Source: Golovin et al. (2017), Google Vizier, section 3.2.1, who compare with
// running averages; values at the same step need no averaging here, since all
// trials report at the same steps. It may be used by several goroutines.
type medianRule struct {
	config.EarlyStop

	mu     sync.Mutex
	curves map[plan.Group]map[string]map[int]float64 // by trial hash and step
}

func newMedianRule(early config.EarlyStop) *medianRule {
	return &medianRule{EarlyStop: early, curves: map[plan.Group]map[string]map[int]float64{}}
}

// record notes a trial's value at a step.
func (m *medianRule) record(g plan.Group, trial string, step int, value float64) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.note(g, trial, step, value)
}

func (m *medianRule) note(g plan.Group, trial string, step int, value float64) {
	if m.curves[g] == nil {
		m.curves[g] = map[string]map[int]float64{}
	}
	if m.curves[g][trial] == nil {
		m.curves[g][trial] = map[int]float64{}
	}
	m.curves[g][trial][step] = value
}

// stops notes a trial's value at a step and reports whether the trial is to be
// stopped, and the limit that it fell behind: the median.
func (m *medianRule) stops(g plan.Group, trial string, step int, value float64) (limit float64, stop bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.note(g, trial, step, value)
	var peers []float64
	for other, curve := range m.curves[g] {
		if v, came := curve[step]; came && other != trial {
			peers = append(peers, v)
		}
	}
	if step < m.Warmup || len(peers) < fewestPeers {
		return 0, false
	}
	limit = median.Of(peers)
	if m.Lower {
		return limit, value > limit
	}
	return limit, value < limit
}
