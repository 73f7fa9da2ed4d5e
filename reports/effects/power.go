package effects

import (
	"math"
	"math/rand/v2"
	"slices"

	"gonum.org/v1/gonum/stat"
	"gonum.org/v1/gonum/stat/distuv"

	"runexp/internal/median"
)

// power is how often an effect that is called detectable is found.
const power = 0.8

// Detectable returns the smallest effect that a test of n independent units by sign flips finds
// four times in five if p must be at most level: in standard deviations of the units'
// differences, which are taken as normal. It is +Inf where no effect could be found.
//
// It is the 80% quantile of the least shift at which each of some drawn studies reaches the
// level; the draws make it exact to about 3%. Of more units than are tested exactly it is that of a normal mean.
func Detectable(n int, level float64) float64 {
	if flipFloor(n) > level {
		return math.Inf(1)
	}
	if n > exactUnits { // so many that the mean is as good as normal
		return (distuv.UnitNormal.Quantile(1-level/2) + distuv.UnitNormal.Quantile(power)) / math.Sqrt(float64(n))
	}
	const most = 20                           // standard deviations
	studies := max(100, min(2000, 1<<(20-n))) // a study costs 2ⁿ sums
	random := rand.New(rand.NewPCG(seed, seed))
	least := make([]float64, studies)
	d := make([]float64, n)
	for i := range least {
		noise := make([]float64, n)
		for j := range noise {
			noise[j] = random.NormFloat64()
		}
		low, high := 0.0, float64(most)
		for high-low > 0.01 {
			middle := (low + high) / 2
			for j := range d {
				d[j] = middle + noise[j]
			}
			if flip(d) <= level && stat.Mean(d, nil) > 0 {
				high = middle
			} else {
				low = middle
			}
		}
		least[i] = high
	}
	slices.Sort(least)
	return stat.Quantile(power, stat.Empirical, least, nil)
}

// Spread returns the standard deviation of the units' differences of a metric, on the scale
// of its effects: the median over all contrasts of two or more units that it differs in. ok is false where there
// is none.
func (a *Analysis) Spread(metric string) (sd float64, scale string, ok bool) {
	var all []float64
	for _, e := range a.Effects {
		if e.Metric != metric || e.Design == Scattered {
			continue
		}
		f := a.grid.factor(e.Factor)
		t := a.grid.table(metric)
		if scale = e.Scale; scale == Ratio {
			t = t.logarithm()
		}
		for _, c := range e.Contrasts {
			d, _ := t.differences(f, c.from, c.to)
			if len(d) < 2 {
				continue
			}
			if sd := stat.StdDev(d, nil); sd > t.tiny { // a setting that does nothing says nothing of others
				all = append(all, sd)
			}
		}
	}
	if len(all) == 0 {
		return 0, scale, false
	}
	return median.Of(all), scale, true
}
