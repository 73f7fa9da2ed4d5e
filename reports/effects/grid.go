package effects

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/floats"
)

// negligible is the difference, as a share of a metric's largest value, below which
// two means count as equal: sums of the same numbers in another order differ by
// some 1e-16, and a sign test would take even that for a direction.
const negligible = 1e-12

// A grid is the settings that a study ran: the distinct combinations of levels.
type grid struct {
	study    Study
	settings [][]int     // levels by factor, in lexicographic order
	at       [][][]cells // [factor][setting of the others][level]
	levels   [][]int     // [factor]: the levels that ran, a number's in ascending order
	apart    []bool      // [factor]: scattered
}

// cells are places in settings: those that one level of a factor has with one setting of the
// others. There are several only where other factors exist because of the level: then it is
// compared by its mean over them.
type cells []int

// value is a unit's mean over the cells that were measured; NaN where none was.
func (c cells) value(row []float64) float64 {
	sum, n := 0.0, 0.0
	for _, s := range c {
		if !math.IsNaN(row[s]) {
			sum += row[s]
			n++
		}
	}
	return sum / n // 0/0 is NaN
}

// newGrid sorts the runs, so that no result depends on their order.
func newGrid(s Study) *grid {
	s.Runs = slices.SortedFunc(slices.Values(s.Runs), func(a, b Run) int {
		return cmp.Or(slices.Compare(a.Levels, b.Levels), cmp.Compare(a.Unit, b.Unit), cmp.Compare(a.Number, b.Number))
	})
	g := &grid{study: s}
	for _, r := range s.Runs {
		if n := len(g.settings); n == 0 || !slices.Equal(g.settings[n-1], r.Levels) {
			g.settings = append(g.settings, r.Levels)
		}
	}
	for f, factor := range s.Factors {
		var used []int
		ids := map[string]int{}
		var at [][]cells
		for i, setting := range g.settings {
			if !slices.Contains(used, setting[f]) {
				used = append(used, setting[f])
			}
			others := slices.Clone(setting)
			for g, other := range s.Factors {
				if g == f || slices.Contains(other.DecidedBy, f) {
					others[g] = -1
				}
			}
			key := fmt.Sprint(others)
			id, known := ids[key]
			if !known {
				id = len(at)
				ids[key] = id
				at = append(at, make([]cells, len(factor.Levels)))
			}
			at[id][setting[f]] = append(at[id][setting[f]], i)
		}
		slices.SortFunc(used, func(a, b int) int {
			if factor.ordered() {
				return cmp.Or(cmp.Compare(factor.Levels[a].Number, factor.Levels[b].Number), cmp.Compare(a, b))
			}
			return cmp.Compare(a, b)
		})
		g.levels = append(g.levels, used)
		g.at = append(g.at, at)
	}
	for f := range s.Factors {
		g.apart = append(g.apart, g.scattered(f))
	}
	return g
}

// factor returns the place of a factor.
func (g *grid) factor(path string) int {
	return slices.IndexFunc(g.study.Factors, func(f Factor) bool { return f.Path == path })
}

// A table holds one metric on one scale.
type table struct {
	*grid
	levels [][]int     // the grid's that have a value: one without is no end of its factor
	value  [][]float64 // [unit][setting]; NaN where there is none
	log    bool        // values are natural logarithms
	tiny   float64     // differences up to here are none
	lost   int         // values that were no finite numbers
	plain  bool        // no ratios: see Metric.Additive
}

// table reads a metric. Several runs of one cell count as their mean.
func (g *grid) table(metric string) *table {
	t := &table{grid: g, plain: slices.ContainsFunc(g.study.Metrics, func(m Metric) bool { return m.Name == metric && m.Additive })}
	count := make([][]float64, len(g.study.Units))
	for range g.study.Units {
		t.value = append(t.value, make([]float64, len(g.settings)))
	}
	for u := range count {
		count[u] = make([]float64, len(g.settings))
	}
	setting := -1
	for i, r := range g.study.Runs {
		if i == 0 || !slices.Equal(g.study.Runs[i-1].Levels, r.Levels) {
			setting++
		}
		v, measured := r.Values[metric]
		if measured && (math.IsNaN(v) || math.IsInf(v, 0)) {
			t.lost++
			continue
		}
		if measured {
			t.value[r.Unit][setting] += v
			count[r.Unit][setting]++
		}
	}
	for u := range t.value {
		for s := range t.value[u] {
			t.value[u][s] /= count[u][s] // 0/0 is NaN: nothing was measured
			t.tiny = max(t.tiny, negligible*math.Abs(orZero(t.value[u][s])))
		}
	}
	for f, used := range g.levels {
		t.levels = append(t.levels, slices.DeleteFunc(slices.Clone(used), func(l int) bool { return !t.measured(f, l) }))
	}
	return t
}

// measured reports whether there is a value at a level of a factor.
func (t *table) measured(f, level int) bool {
	return slices.ContainsFunc(t.value, func(row []float64) bool {
		for s, v := range row {
			if t.settings[s][f] == level && !math.IsNaN(v) {
				return true
			}
		}
		return false
	})
}

// logarithm returns the table on the ratio scale, or nil where a value is not positive or
// the metric is additive.
func (t *table) logarithm() *table {
	if t.plain {
		return nil
	}
	l := &table{grid: t.grid, levels: t.levels, log: true, tiny: negligible, lost: t.lost}
	for _, row := range t.value {
		logs := make([]float64, len(row))
		for s, v := range row {
			if v <= 0 {
				return nil
			}
			logs[s] = math.Log(v)
			l.tiny = max(l.tiny, negligible*math.Abs(orZero(logs[s])))
		}
		l.value = append(l.value, logs)
	}
	return l
}

// orZero is v, and 0 where v is missing.
func orZero(v float64) float64 {
	if math.IsNaN(v) {
		return 0
	}
	return v
}

// means returns a unit's mean at each of a factor's levels, over those settings of
// the other factors that have all these levels; nil where there is no such setting.
// So levels are compared under the same settings only, however many cells are missing.
func (t *table) means(unit, f int, levels []int) []float64 {
	sums := make([]float64, len(levels))
	n := 0.0
next:
	for _, at := range t.at[f] {
		for _, l := range levels {
			if math.IsNaN(at[l].value(t.value[unit])) {
				continue next
			}
		}
		for i, l := range levels {
			sums[i] += at[l].value(t.value[unit])
		}
		n++
	}
	if n == 0 {
		return nil
	}
	floats.Scale(1/n, sums)
	return sums
}

// profile returns those levels of a factor that can be compared in one unit, in the
// factor's order, and the unit's mean at each. A level that shares no setting of the other
// factors with the rest is left out; the one with the fewest cells goes first.
func (t *table) profile(unit, f int) (levels []int, means []float64) {
	count := map[int]int{}
	for _, l := range t.levels[f] {
		for _, at := range t.at[f] {
			if !math.IsNaN(at[l].value(t.value[unit])) {
				count[l]++
			}
		}
		if count[l] > 0 {
			levels = append(levels, l)
		}
	}
	for len(levels) > 0 {
		if means = t.means(unit, f, levels); means != nil {
			return levels, means
		}
		fewest := len(levels) - 1
		for i := fewest; i >= 0; i-- {
			if count[levels[i]] < count[levels[fewest]] {
				fewest = i
			}
		}
		levels = slices.Delete(levels, fewest, fewest+1)
	}
	return nil, nil
}

// differences returns for each unit that has both levels of a factor the second
// less the first, and the units.
func (t *table) differences(f, from, to int) (d []float64, units []int) {
	for u := range t.value {
		if m := t.means(u, f, []int{from, to}); m != nil {
			d = append(d, t.settle(m[1]-m[0]))
			units = append(units, u)
		}
	}
	return d, units
}

// settle is d, and 0 where d is only rounding.
func (t *table) settle(d float64) float64 {
	if math.Abs(d) <= t.tiny {
		return 0
	}
	return d
}

// scattered reports whether a factor's levels cannot be paired, as in a random sweep
// where every run has a setting of its own: in most units fewer than half the levels share a
// setting of the other factors.
func (g *grid) scattered(f int) bool {
	t := &table{grid: g, levels: g.levels}
	for range g.study.Units {
		t.value = append(t.value, slices.Repeat([]float64{math.NaN()}, len(g.settings)))
	}
	setting := -1
	for i, r := range g.study.Runs {
		if i == 0 || !slices.Equal(g.study.Runs[i-1].Levels, r.Levels) {
			setting++
		}
		t.value[r.Unit][setting] = 0
	}
	several, paired := 0, 0
	for u := range t.value {
		present := map[int]bool{}
		for s, v := range t.value[u] {
			if !math.IsNaN(v) {
				present[g.settings[s][f]] = true
			}
		}
		if len(present) < 2 {
			continue
		}
		several++
		if levels, _ := t.profile(u, f); len(levels) >= 2 && 2*len(levels) >= len(present) {
			paired++
		}
	}
	return 2*paired < several
}
