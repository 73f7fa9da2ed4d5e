package effects

import (
	"math"
	"slices"
)

// The scales on which effects are measured.
const (
	Ratio      = "ratio"      // of a metric whose values are all positive: means within a unit are geometric
	Difference = "difference" // of any other
)

// How a factor's levels are compared.
const (
	Paired    = "paired"    // within a unit, under the same settings of the other factors
	Scattered = "scattered" // runs have settings of their own, as in a random sweep: ranks, no contrasts
)

// An Effect is what a factor does to a metric.
type Effect struct {
	Factor  string `json:"factor"`
	Metric  string `json:"metric"`
	Claimed bool   `json:"claimed"` // the sweep's question names the metric; only then is there a Test, if the study allows one
	Ordered bool   `json:"ordered"` // all levels are numbers; they are then in ascending order
	Design  string `json:"design"`  // Paired or Scattered
	Scale   string `json:"scale"`   // Ratio or Difference
	N       int    `json:"n"`       // units that have several levels

	Levels    []LevelSummary `json:"levels"`
	Contrasts []Contrast     `json:"contrasts,omitempty"`
	Trend     *Trend         `json:"trend,omitempty"` // of an ordered factor
	Turn      *Turn          `json:"turn,omitempty"`  // of an ordered factor that may have one
	Constant  bool           `json:"constant"`        // all that was planned is there, and no level differs from another in any unit
	// These is the test about the study's pictures, Alike that about pictures like these,
	// nil where the study cannot bear it. Which levels differ is in Contrasts and Turn.
	These *Test `json:"these,omitempty"`
	Alike *Test `json:"alike,omitempty"`
}

// Claim reports whether the factor changes the metric on these pictures.
func (e *Effect) Claim() bool { return e.These != nil && e.These.Holds }

// A LevelSummary is the metric at one level: the median over the units of each
// unit's mean over the other factors.
type LevelSummary struct {
	Label  string    `json:"label"`
	N      int       `json:"n"`
	Median *Estimate `json:"median,omitempty"` // nil without units
	Units  []float64 `json:"-"`                // what it is the median of, by unit of the study; NaN where there is none
}

// A Trend is how a metric follows the order of a factor's levels.
type Trend struct {
	Direction int     `json:"direction"` // 1 it rises, −1 it falls, 0 neither
	Strength  float64 `json:"strength"`  // mean over units of Spearman's correlation, in [−1, 1]
	Monotone  bool    `json:"monotone"`  // the levels' medians rise or fall throughout
}

// effect measures one factor on one metric. The scale is the ratio's where logs is not nil.
func (g *grid) effect(f int, metric Metric, raw, logs *table) *Effect {
	e := &Effect{
		Factor: g.study.Factors[f].Path, Metric: metric.Name, Claimed: metric.Claimed,
		Ordered: g.study.Factors[f].ordered(), Design: Paired, Scale: Difference,
	}
	t := raw
	if logs != nil {
		t, e.Scale = logs, Ratio
	}
	if g.apart[f] {
		e.Design = Scattered
	}
	profiles := t.profiles(f, e.Design)
	e.N = len(profiles)
	e.Levels = t.summaries(f, e.Design)
	e.Constant = t.constant(f, metric.Name, profiles)
	if e.Design == Paired {
		e.Contrasts = g.contrasts(f, e.Ordered, raw, logs)
	}
	if e.Ordered && e.N > 0 {
		e.Trend = trend(t.correlations(f, profiles), e.Levels)
	}
	if e.Ordered && e.Design == Paired {
		e.Turn = g.turn(f, raw, logs)
	}
	return e
}

// test tests an effect about one population.
func (g *grid) test(e *Effect, f int, on *about) *evidence {
	t := g.table(e.Metric)
	if e.Scale == Ratio {
		t = t.logarithm()
	}
	profiles := t.profiles(f, e.Design)
	return t.test(f, e, on, profiles, t.correlations(f, profiles))
}

// constant reports whether a factor did not change the metric. It needs all of the data:
// no planned run is missing, all levels can be compared in each unit, and no two runs that
// differ in the factor alone differ in the metric. Of scattered runs none may differ at all.
func (t *table) constant(f int, metric string, profiles []profile) bool {
	if len(profiles) == 0 || t.study.Missing > 0 || slices.ContainsFunc(t.study.Runs, func(r Run) bool {
		v, measured := r.Values[metric]
		return !measured || math.IsNaN(v) || math.IsInf(v, 0)
	}) {
		return false
	}
	for _, p := range profiles {
		if slices.ContainsFunc(p.ranks, func(r int) bool { return r != 0 }) || !t.apart[f] && len(p.levels) < len(t.study.Factors[f].Levels) {
			return false
		}
	}
	for _, row := range t.value {
		for _, at := range t.at[f] {
			low, high := math.Inf(1), math.Inf(-1)
			for _, s := range slices.Concat(at...) {
				if !math.IsNaN(row[s]) {
					low, high = min(low, row[s]), max(high, row[s])
				}
			}
			if high-low > t.tiny {
				return false
			}
		}
	}
	return true
}

// A profile is the data of one unit on a factor: ranks of its levels, or of its runs
// where they are scattered.
type profile struct {
	unit   int
	levels []int // of the factor; one for each rank
	means  []float64
	ranks  []int
	cells  []int // settings, where scattered
}

// profiles returns those of the units that have at least two levels to compare.
func (t *table) profiles(f int, design string) []profile {
	var list []profile
	for u := range t.value {
		p := profile{unit: u}
		if design == Paired {
			p.levels, p.means = t.profile(u, f)
		} else {
			for s, v := range t.value[u] {
				if !math.IsNaN(v) {
					p.levels = append(p.levels, t.settings[s][f])
					p.means = append(p.means, v)
					p.cells = append(p.cells, s)
				}
			}
		}
		if len(p.levels) >= 2 && slices.Max(p.levels) != slices.Min(p.levels) {
			p.ranks = ranks(p.means, t.tiny)
			list = append(list, p)
		}
	}
	return list
}

// correlations returns each unit's Spearman correlation with a factor's numbers.
func (t *table) correlations(f int, profiles []profile) []float64 {
	var rho []float64
	for _, p := range profiles {
		rho = append(rho, spearman(t.numberRanks(f, p.levels), p.ranks))
	}
	return rho
}

// numberRanks ranks levels by their numbers.
func (t *table) numberRanks(f int, levels []int) []int {
	numbers := make([]float64, len(levels))
	for i, l := range levels {
		numbers[i] = t.study.Factors[f].Levels[l].Number
	}
	return ranks(numbers, 0)
}

// summaries returns the levels that ran and have the metric.
func (t *table) summaries(f int, design string) []LevelSummary {
	values, byUnit := map[int][]float64{}, map[int][]float64{}
	for _, l := range t.levels[f] {
		byUnit[l] = slices.Repeat([]float64{math.NaN()}, len(t.value))
	}
	for u := range t.value {
		cellMeans := t.profile
		if design == Scattered {
			cellMeans = t.overall
		}
		levels, means := cellMeans(u, f)
		for i, l := range levels {
			values[l] = append(values[l], means[i])
			if byUnit[l][u] = means[i]; t.log {
				byUnit[l][u] = math.Exp(means[i])
			}
		}
	}
	var list []LevelSummary
	for _, l := range t.levels[f] {
		s := LevelSummary{Label: t.study.Factors[f].Levels[l].Label, N: len(values[l]), Units: byUnit[l]}
		if s.N > 0 {
			e := medianInterval(values[l])
			if t.log {
				e = e.apply(math.Exp)
			}
			s.Median = &e
		}
		list = append(list, s)
	}
	return list
}

// overall returns a unit's levels and its mean at each over all that it has there,
// whatever the settings of the other factors.
func (t *table) overall(unit, f int) (levels []int, means []float64) {
	sums, n := map[int]float64{}, map[int]float64{}
	for s, v := range t.value[unit] {
		if !math.IsNaN(v) {
			l := t.settings[s][f]
			sums[l] += v
			n[l]++
		}
	}
	for _, l := range t.levels[f] {
		if n[l] > 0 {
			levels = append(levels, l)
			means = append(means, sums[l]/n[l])
		}
	}
	return levels, means
}

// trend averages the units' correlations and checks whether the medians are monotone.
func trend(rho []float64, levels []LevelSummary) *Trend {
	t := &Trend{Monotone: true}
	for _, r := range rho {
		t.Strength += r / float64(len(rho))
	}
	switch {
	case t.Strength > slack:
		t.Direction = 1
	case t.Strength < -slack:
		t.Direction = -1
	}
	up, down := false, false
	var last *Estimate
	for _, l := range levels {
		if l.Median == nil {
			continue
		}
		if last != nil {
			up = up || l.Median.Value > last.Value
			down = down || l.Median.Value < last.Value
		}
		last = l.Median
	}
	t.Monotone = up != down
	return t
}
