package effects

import (
	"math"

	"gonum.org/v1/gonum/floats"
)

// An Interaction is how far one factor's effect on a metric depends on another's level. It is
// never a claim: P is not corrected for how many there are.
type Interaction struct {
	Factors [2]string `json:"factors"`
	Metric  string    `json:"metric"`
	Scale   string    `json:"scale"`
	N       int       `json:"n"`           // units that have all combinations of their levels
	Share   float64   `json:"share"`       // of the variance, in [0, 1]
	P       *float64  `json:"p,omitempty"` // of claimed metrics
	Notable bool      `json:"notable"`     // P ≤ 0.05
	Effects []At      `json:"effects"`     // of the first factor, from its first level to its last
}

// At is an effect at one level of the other factor.
type At struct {
	Level  string   `json:"level"`
	Effect Estimate `json:"effect"` // a ratio, or a difference
}

// interactions returns those of every two factors whose levels some unit has in all
// combinations; shares are their shares of the variance.
//
// With r_u[i, j] the unit's table of means less its row and column means, the statistic is
// Σ_ij (Σ_u r_u[i, j])², and the signs of whole tables are flipped. For 2 × 2 levels that is
// the sign-flip test of the difference of differences.
func (t *table) interactions(m Metric, shares map[[2]int]float64) []Interaction {
	var list []Interaction
	for f := range t.levels {
		for g := f + 1; g < len(t.levels); g++ {
			if len(t.levels[f]) < 2 || len(t.levels[g]) < 2 || t.apart[f] || t.apart[g] {
				continue
			}
			x := Interaction{
				Factors: [2]string{t.study.Factors[f].Path, t.study.Factors[g].Path}, Metric: m.Name,
				Scale: Difference, Share: shares[[2]int{f, g}],
			}
			if t.log {
				x.Scale = Ratio
			}
			var rows [][]float64
			at := make([][]float64, len(t.levels[g])) // [level of g][unit]
			for u := range t.value {
				means := t.crossed(u, f, g)
				if means == nil {
					continue
				}
				x.N++
				for j := range at {
					at[j] = append(at[j], t.settle(means[len(means)-1][j]-means[0][j]))
				}
				rows = append(rows, t.doubleCentred(means))
			}
			if x.N == 0 {
				continue
			}
			if m.Claimed && !t.study.untested() {
				p := flipRows(rows)
				x.P, x.Notable = &p, p <= errorRate
			}
			for j, d := range at {
				e := shift(d)
				if t.log {
					e = e.apply(math.Exp)
				}
				x.Effects = append(x.Effects, At{t.study.Factors[g].Levels[t.levels[g][j]].Label, e})
			}
			list = append(list, x)
		}
	}
	return list
}

// crossed returns a unit's means at all combinations of two factors' levels, over those
// settings of the others that have them all; nil where none has.
func (t *table) crossed(unit, f, g int) [][]float64 {
	var sums [][]float64
	for range t.levels[f] {
		sums = append(sums, make([]float64, len(t.levels[g])))
	}
	cells := map[string]map[[2]int]float64{}
	var keys []string // in the settings' order, so that sums do not depend on the map's
	for s, v := range t.value[unit] {
		if math.IsNaN(v) {
			continue
		}
		key := t.without(s, f, g)
		if cells[key] == nil {
			cells[key] = map[[2]int]float64{}
			keys = append(keys, key)
		}
		cells[key][[2]int{t.settings[s][f], t.settings[s][g]}] = v
	}
	n := 0.0
	for _, key := range keys {
		values := cells[key]
		if len(values) < len(t.levels[f])*len(t.levels[g]) {
			continue
		}
		n++
		for i, a := range t.levels[f] {
			for j, b := range t.levels[g] {
				sums[i][j] += values[[2]int{a, b}]
			}
		}
	}
	if n == 0 {
		return nil
	}
	for _, row := range sums {
		floats.Scale(1/n, row)
	}
	return sums
}

// without names a setting of the factors other than two.
func (g *grid) without(setting, f, h int) string {
	var key []byte
	for i, l := range g.settings[setting] {
		if i != f && i != h {
			key = append(key, byte(l), byte(l>>8), byte(l>>16))
		}
	}
	return string(key)
}

// doubleCentred returns a table less its row and column means, in one list.
func (t *table) doubleCentred(means [][]float64) []float64 {
	rows, columns := float64(len(means)), float64(len(means[0]))
	column := make([]float64, len(means[0]))
	for _, row := range means {
		floats.AddScaled(column, 1/rows, row)
	}
	grand := floats.Sum(column) / columns
	var list []float64
	for _, row := range means {
		mean := floats.Sum(row) / columns
		for j, v := range row {
			list = append(list, t.settle(v-mean-column[j]+grand))
		}
	}
	return list
}
