package effects

import (
	"math"
	"slices"
	"strings"
)

// A Disagreement is another metric of the same kind that ranks another level best.
type Disagreement struct {
	Metric string `json:"metric"`
	Best   string `json:"best"`  // the level that it ranks best
	Units  int    `json:"units"` // in which it does
	Of     int    `json:"of"`
	Worst  bool   `json:"worst"` // the level in question is the last by its medians
}

// Disagreements returns the other metrics of the effect's kind by which another level than best is
// the best one, in so many units that a sign test (two-sided, 5%, not corrected) tells it from
// chance. They are hints.
func (a *Analysis) Disagreements(e *Effect, best string) []Disagreement {
	var list []Disagreement
	own := a.metric(e.Metric)
	for _, m := range a.Metrics {
		if m.Name == own.Name || m.Kind == "" || m.Kind != own.Kind || m.layer() || m.Better == "neither" {
			continue
		}
		other := a.Effect(e.Factor, m.Name)
		if other == nil {
			continue
		}
		if d, found := disagreement(m, other, best); found {
			list = append(list, d)
		}
	}
	return list
}

// disagreement compares a level with the one that a metric ranks best by its medians.
func disagreement(m Metric, e *Effect, best string) (Disagreement, bool) {
	sign := 1.0
	if m.Better == "higher" {
		sign = -1
	}
	var mine, first, last *LevelSummary
	for i := range e.Levels {
		l := &e.Levels[i]
		if l.Median == nil {
			continue
		}
		if l.Label == best {
			mine = l
		}
		if first == nil || sign*l.Median.Value < sign*first.Median.Value {
			first = l
		}
		if last == nil || sign*l.Median.Value > sign*last.Median.Value {
			last = l
		}
	}
	if mine == nil || first == mine {
		return Disagreement{}, false
	}
	d := Disagreement{Metric: m.Name, Best: first.Label, Worst: last == mine && len(e.Levels) > 2}
	for u, v := range first.Units {
		if w := mine.Units[u]; !math.IsNaN(v) && !math.IsNaN(w) && v != w {
			d.Of++
			if sign*v < sign*w {
				d.Units++
			}
		}
	}
	// A sign test is that of flips of differences that are all as large.
	signs := slices.Repeat([]float64{1}, d.Units)
	signs = append(signs, slices.Repeat([]float64{-1}, d.Of-d.Units)...)
	return d, 2*d.Units > d.Of && flip(signs) <= errorRate
}

// layer reports whether the metric is of a single layer: its mean over layers is another.
func (m Metric) layer() bool { return strings.Count(m.Name, "/") > 1 }

// metric returns a metric by its name.
func (a *Analysis) metric(name string) Metric {
	return a.Metrics[slices.IndexFunc(a.Metrics, func(m Metric) bool { return m.Name == name })]
}
