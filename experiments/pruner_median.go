package experiments

import (
	"sync"

	"runexp/framework/config"
	"runexp/internal/median"
)

// fewestPeers is how many other trials must have come as far as this one before
// the median rule says anything: the median of fewer is too much a matter of luck.
const fewestPeers = 4

// A medianRule stops a trial whose metric, at some step, is worse than the median
// of what the other trials of the same unit had at that step. A unit is a
// pair of pictures with one draw: values of different pictures are not compared.
//
// Source: Golovin et al. (2017), Google Vizier, section 3.2.1, who compare with
// running averages; values at the same step need no averaging here, since all
// trials report at the same steps. It may be used by several goroutines.
type medianRule struct {
	config.EarlyStop

	mu     sync.Mutex
	curves map[unit]map[string]map[int]float64 // by trial hash and step
}

// A unit is what trials have in common whose pictures may be compared.
type unit struct {
	pictures string // the hashes of photograph and paintings
	repeat   int
}

func newMedianRule(early config.EarlyStop) *medianRule {
	return &medianRule{EarlyStop: early, curves: map[unit]map[string]map[int]float64{}}
}

// tell notes a trial's value at a step.
func (m *medianRule) tell(u unit, trial string, step int, value float64) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.note(u, trial, step, value)
}

func (m *medianRule) note(u unit, trial string, step int, value float64) {
	if m.curves[u] == nil {
		m.curves[u] = map[string]map[int]float64{}
	}
	if m.curves[u][trial] == nil {
		m.curves[u][trial] = map[int]float64{}
	}
	m.curves[u][trial][step] = value
}

// stops notes a trial's value at a step and reports whether the trial is to be
// stopped, and the limit that it fell behind: the median.
func (m *medianRule) stops(u unit, trial string, step int, value float64) (limit float64, stop bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.note(u, trial, step, value)
	var peers []float64
	for other, curve := range m.curves[u] {
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
