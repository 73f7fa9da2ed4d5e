package effects

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/floats"
)

// testScattered tests a factor whose levels cannot be paired. Two things could make an effect of
// nothing: the draw of the settings, in which the other factors may happen to go along with this
// one, alike in every unit; and the choice of the units. So p is the larger of two:
//
//   - settings: with the factor's levels permuted among the settings, in all units at
//     once, how often the statistic is at least what it is. A permutation stays
//     among settings that the same units ran. Valid where settings were drawn independently.
//   - units: sign flips of each unit's rank correlation, or Orders on its ranks.
//
// The statistic is, of an ordered factor, the sum of the units' Spearman correlations,
// squared; of another, Kruskal and Wallis's sum of squares on ranks within units.
func (t *table) testScattered(f int, ordered bool, v *evidence, profiles []profile, rho []float64) {
	var units float64
	if ordered {
		of := make([]int, len(profiles))
		for i, p := range profiles {
			of[i] = p.unit
		}
		units = v.about.centre(rho, of)
	} else {
		t.testOrders(f, v, t.levelProfiles(f, profiles))
		units = v.P
	}
	v.Kind, v.Exact = Settings, false
	v.P = max(units, t.permuteSettings(f, ordered, profiles))
	v.floor = max(v.floor, 1/float64(draws+1))
}

// levelProfiles sums scattered runs up into one mean rank for each level.
func (t *table) levelProfiles(f int, profiles []profile) []profile {
	var list []profile
	for _, p := range profiles {
		q := profile{unit: p.unit}
		q.levels, q.means = t.overall(p.unit, f)
		q.ranks = ranks(q.means, t.tiny)
		list = append(list, q)
	}
	return list
}

// permuteSettings is the first of the two tests.
func (t *table) permuteSettings(f int, ordered bool, profiles []profile) float64 {
	n := len(t.settings)
	level := make([]int, n)
	for s, setting := range t.settings {
		level[s] = setting[f]
	}
	// A setting's score at a level is linear in ranks that permuting does not change: each unit's
	// ranks of the metric by setting, and of the factor's numbers by level.
	type unit struct {
		metric []float64 // by setting, 0 where the unit lacks it
		number []float64 // by level
	}
	var units []unit
	total := make([]float64, n)
	for _, p := range profiles {
		u := unit{make([]float64, n), make([]float64, len(t.study.Factors[f].Levels))}
		y := toFloats(p.ranks)
		x := toFloats(t.numberRanks(f, p.levels))
		length := floats.Norm(y, 2)
		if ordered {
			length *= floats.Norm(x, 2)
		}
		if length == 0 {
			continue
		}
		for i, s := range p.cells {
			u.metric[s] = y[i] / length
			u.number[p.levels[i]] = x[i]
			total[s] += y[i] / length
		}
		units = append(units, u)
	}
	statistic := func(level []int) float64 {
		if ordered {
			sum := 0.0
			for _, u := range units {
				for s, y := range u.metric {
					sum += y * u.number[level[s]]
				}
			}
			return sum * sum
		}
		sums := make([]float64, len(t.study.Factors[f].Levels))
		counts := make([]float64, len(sums))
		for s, l := range level {
			sums[l] += total[s]
			counts[l]++
		}
		sum := 0.0
		for l := range sums {
			if counts[l] > 0 {
				sum += sums[l] * sums[l] / counts[l]
			}
		}
		return sum
	}
	groups := t.sameUnits()
	random := source()
	least := statistic(level) * (1 - slack)
	return draw(func() bool {
		for _, g := range groups {
			random.Shuffle(len(g), func(i, j int) { level[g[i]], level[g[j]] = level[g[j]], level[g[i]] })
		}
		return statistic(level) >= least
	})
}

// sameUnits groups the settings by the units that ran them.
func (t *table) sameUnits() [][]int {
	ids := map[string]int{}
	var groups [][]int
	for s := range t.settings {
		var key []byte
		for u := range t.value {
			key = fmt.Appendf(key, "%t ", math.IsNaN(t.value[u][s]))
		}
		id, known := ids[string(key)]
		if !known {
			id = len(groups)
			ids[string(key)] = id
			groups = append(groups, nil)
		}
		groups[id] = append(groups[id], s)
	}
	return groups
}
