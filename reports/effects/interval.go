package effects

import (
	"cmp"
	"math"
	"math/bits"
	"slices"

	"gonum.org/v1/gonum/stat/distuv"

	"runexp/internal/median"
)

// confidence is the level that every interval has at least.
const confidence = 0.95

// An Interval covers what it estimates with probability Level, whatever the
// distribution; that of a contrast takes differences that are symmetric about their
// centre. Level is what n units make exactly possible, at least 0.95.
type Interval struct {
	Low   float64 `json:"low"`
	High  float64 `json:"high"`
	Level float64 `json:"level"`
}

// An Estimate is a number and its interval, nil for fewer than six units.
type Estimate struct {
	Value    float64   `json:"value"`
	Interval *Interval `json:"interval,omitempty"`
}

// apply returns the estimate on another scale; f rises.
func (e Estimate) apply(f func(float64) float64) Estimate {
	e.Value = f(e.Value)
	if e.Interval != nil {
		e.Interval = &Interval{f(e.Interval.Low), f(e.Interval.High), e.Interval.Level}
	}
	return e
}

// swap returns the estimate on another scale; f falls.
func (e Estimate) swap(f func(float64) float64) Estimate {
	e.Value = f(e.Value)
	if e.Interval != nil {
		e.Interval = &Interval{f(e.Interval.High), f(e.Interval.Low), e.Interval.Level}
	}
	return e
}

// medianInterval is the median of independent values and its interval by order
// statistics: with k the largest for which 1 − 2·P(B ≤ k−1) ≥ 0.95, B binomial(n, ½),
// it reaches from the k-th smallest to the k-th largest.
func medianInterval(values []float64) Estimate {
	e := Estimate{Value: median.Of(values)}
	n := len(values)
	sorted := slices.Sorted(slices.Values(values))
	b := distuv.Binomial{N: float64(n), P: 0.5}
	for k := 1; 2*k <= n; k++ {
		level := 1 - 2*b.CDF(float64(k-1))
		if level < confidence {
			break
		}
		e.Interval = &Interval{sorted[k-1], sorted[n-k], level}
	}
	return e
}

// shift is the Hodges–Lehmann estimate of the paired differences' centre, the median of
// the means (dᵢ+dⱼ)/2 with i ≤ j, and the interval of those centres that flip does
// not reject. By Hartigan (1969) the means of all 2ⁿ−1 subsets of the differences cut the
// line into 2ⁿ pieces, each of which has the centre with probability 2⁻ⁿ; so the interval
// reaches from the K-th smallest to the K-th largest mean, with K = ⌊0.025·2ⁿ⌋.
func shift(d []float64) Estimate {
	e := Estimate{Value: centre(d)}
	means := subsetMeans(d)
	k := int(math.Floor((1 - confidence) / 2 * float64(len(means)+1) * (1 + slack)))
	if k < 1 {
		return e
	}
	slices.Sort(means)
	e.Interval = &Interval{means[k-1], means[len(means)-k], 1 - 2*float64(k)/float64(len(means)+1)}
	return e
}

// centre is the Hodges–Lehmann estimate alone.
func centre(d []float64) float64 {
	var walsh []float64
	for i := range d {
		for j := i; j < len(d); j++ {
			walsh = append(walsh, (d[i]+d[j])/2)
		}
	}
	return median.Of(walsh)
}

// subsetMeans returns the mean of every subset of d but the empty one, or of as many
// drawn ones where there are too many.
func subsetMeans(d []float64) []float64 {
	n := len(d)
	if n <= exactUnits {
		means := make([]float64, 0, 1<<n-1)
		sums := make([]float64, 1<<n)
		for s := uint(1); s < 1<<n; s++ {
			sums[s] = sums[s&(s-1)] + d[bits.TrailingZeros(s)]
			means = append(means, sums[s]/float64(bits.OnesCount(s)))
		}
		return means
	}
	d = slices.SortedStableFunc(slices.Values(d), func(a, b float64) int { return cmp.Compare(math.Abs(b), math.Abs(a)) })
	var means []float64
	random := source()
	for len(means) < draws {
		sum, members := 0.0, 0
		for _, v := range d {
			if random.Uint64()&1 == 1 {
				sum += v
				members++
			}
		}
		if members > 0 {
			means = append(means, sum/float64(members))
		}
	}
	return means
}
