package effects

import (
	"cmp"
	"math"
	"slices"

	"gonum.org/v1/gonum/stat"
)

// An Agreement is how alike two metrics rank the settings.
type Agreement struct {
	Metric string `json:"metric"`
	Label  string `json:"label"`
	// Correlation is the mean over units of Spearman's rank correlation over the settings, in
	// [−1, 1], with the sign turned where one metric is better lower and the other higher.
	Correlation float64 `json:"correlation"`
	N           int     `json:"n"` // units with a correlation
}

// Agreements returns how alike each other metric and the one named rank the settings, in the order of the
// metrics. A unit takes part in a metric's correlation if neither is constant over the settings for which
// the unit has both; a metric without such a unit is left out. They are descriptions, without a test.
func (a *Analysis) Agreements(with string) []Agreement {
	i := slices.IndexFunc(a.Metrics, func(m Metric) bool { return m.Name == with })
	if i < 0 {
		return nil
	}
	reference := a.grid.table(with)
	var list []Agreement
	for _, m := range a.Metrics {
		if m.Name == with {
			continue
		}
		sign := 1.0
		if (m.Better == "lower") != (a.Metrics[i].Better == "lower") {
			sign = -1
		}
		if each := a.grid.table(m.Name).likeness(reference); len(each) > 0 {
			list = append(list, Agreement{m.Name, cmp.Or(m.Label, m.Name), sign * stat.Mean(each, nil), len(each)})
		}
	}
	return list
}

// likeness returns the rank correlation with another metric in each unit that has one.
func (t *table) likeness(other *table) []float64 {
	var list []float64
	for u := range t.value {
		var x, y []float64
		for s, v := range t.value[u] {
			if w := other.value[u][s]; !math.IsNaN(v) && !math.IsNaN(w) {
				x, y = append(x, v), append(y, w)
			}
		}
		rx, ry := ranks(x, t.tiny), ranks(y, other.tiny)
		if varies(rx) && varies(ry) {
			list = append(list, spearman(rx, ry))
		}
	}
	return list
}

// varies reports whether ranks, which add up to 0, are not all equal.
func varies(ranks []int) bool {
	return slices.ContainsFunc(ranks, func(r int) bool { return r != 0 })
}
