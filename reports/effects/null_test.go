package effects_test

import (
	"math"
	"math/rand/v2"
	"sync/atomic"
	"testing"

	"runexp/reports/effects"
)

// A null is a world in which no factor does anything, or only what real says.
type null struct {
	name  string
	d     design
	noise func(r *rand.Rand) float64
	// real is added to a value: an effect that may be claimed.
	real func(unit int, levels []int) float64
	// isFalse says which claims are false; nil: all.
	isFalse func(e *effects.Effect) bool
	keep    float64 // share of the runs that finished; 0 is all
}

func normal(r *rand.Rand) float64 { return r.NormFloat64() }

// cauchy has tails so heavy that it has no mean.
func cauchy(r *rand.Rand) float64 { return math.Tan(math.Pi * (r.Float64() - 0.5)) }

// skewed is log-normal with a long tail.
func skewed(r *rand.Rand) float64 { return math.Exp(1.5 * r.NormFloat64()) }

// anyClaim is the false claim where nothing is true.
func anyClaim(e *effects.Effect) bool {
	if e.Claim {
		return true
	}
	for _, c := range e.Contrasts {
		if c.Holds {
			return true
		}
	}
	return false
}

// falsePair is a contrast that holds between levels of a, b or c other than z, which
// alone differs; and any claim on another factor.
func falsePair(e *effects.Effect) bool {
	if e.Factor != "a" && e.Factor != "b" && e.Factor != "c" {
		return anyClaim(e)
	}
	for _, c := range e.Contrasts {
		if c.Holds && c.From != "z" && c.To != "z" {
			return true
		}
	}
	return false
}

// nulls are the shapes that a sweep can have.
func nulls() []null {
	three := claimed("content distance", "noise", "style distance")
	pictures := crossed(4, 2)
	one := func(f effects.Factor) design { return design{[]effects.Factor{f}, pictures, three} }
	third := func(_ int, levels []int) float64 {
		sum := 0.0
		for _, l := range levels {
			if l == 2 {
				sum += 50
			}
		}
		return sum
	}
	return []null{
		{name: "two names", d: one(names("pooling", "avg", "max")), noise: normal},
		{name: "two numbers, heavy tails", d: one(numbers("tv", 0, 10)), noise: cauchy},
		{name: "three names, skewed", d: one(names("layer", "x", "y", "z")), noise: skewed},
		{name: "three numbers, heavy tails", d: one(numbers("tv", 0, 1, 10)), noise: cauchy},
		{name: "five names, heavy tails", d: one(names("layer", "v", "w", "x", "y", "z")), noise: cauchy},
		{name: "five numbers, skewed", d: one(numbers("tv", 0, 1, 10, 100, 1000)), noise: skewed},
		{name: "two factors", d: design{[]effects.Factor{numbers("tv", 0, 1, 10), names("pooling", "avg", "max")}, pictures, three}, noise: skewed},
		{name: "two factors, a third of the runs missing", d: design{[]effects.Factor{numbers("tv", 0, 1, 10), names("layer", "x", "y", "z")}, pictures, three[:2]}, noise: normal, keep: 0.67},
		{name: "one real factor, one not", d: design{[]effects.Factor{names("a", "x", "y", "z"), names("pooling", "avg", "max")}, apart(9), three[:2]},
			noise: normal, real: third, isFalse: falsePair},
		// Every factor does something, and all that is left to go wrong are the contrasts.
		{name: "three factors, one level of each real", d: design{[]effects.Factor{names("a", "x", "y", "z"), names("b", "x", "y", "z"), names("c", "x", "y", "z")}, apart(10), three[:1]},
			noise: cauchyOrNormal, real: third, isFalse: falsePair},
	}
}

// cauchyOrNormal has rare outliers.
func cauchyOrNormal(r *rand.Rand) float64 {
	if r.IntN(20) == 0 {
		return cauchy(r)
	}
	return normal(r)
}

// study draws one study: strong effects of the pictures, shared by the pairs that share
// them, and noise that the metrics have partly in common.
func (n null) study(r *rand.Rand) effects.Study {
	contents, styles := map[string]float64{}, map[string]float64{}
	for _, u := range n.d.units {
		contents[u.Content], styles[u.Style] = 0, 0
	}
	for _, u := range n.d.units { // not over the maps: their order is not fixed
		contents[u.Content], styles[u.Style] = 20*r.NormFloat64(), 20*r.NormFloat64()
	}
	s := n.d.fill(func(unit int, levels []int) []float64 {
		u := n.d.units[unit]
		common := n.noise(r)
		var values []float64
		for range n.d.metrics {
			v := contents[u.Content] + styles[u.Style] + common + 0.7*n.noise(r)
			if n.real != nil {
				v += n.real(unit, levels)
			}
			values = append(values, v)
		}
		return values
	})
	if n.keep > 0 {
		kept := s.Runs[:0]
		for _, run := range s.Runs {
			if r.Float64() < n.keep {
				kept = append(kept, run)
			}
		}
		s.Runs = kept
	}
	return s
}

// bound is 5% and what 2 standard errors of that rate over so many reports add.
func bound(reports int) float64 {
	return 0.05 + 2*math.Sqrt(0.05*0.95/float64(reports))
}

// In a thousand reports of each shape at most 5% have a false claim, within the error of
// a thousand draws; and over all shapes together, within that of them all.
func TestFalseClaims(t *testing.T) {
	const reports = 1000
	var total atomic.Int64
	all := nulls()
	t.Run("shapes", func(t *testing.T) {
		for i, n := range all {
			t.Run(n.name, func(t *testing.T) {
				t.Parallel()
				wrong, real := n.count(t, reports, random(uint64(i)))
				rate := float64(wrong) / reports
				t.Logf("%.3f of reports have a false claim", rate)
				if rate > bound(reports) {
					t.Errorf("%.3f of reports have a false claim; at most %.3f may", rate, bound(reports))
				}
				if n.real != nil && real < reports {
					t.Errorf("only %d real effects found; contrasts were not put to the test", real)
				}
				total.Add(int64(wrong))
			})
		}
	})
	n := reports * len(all)
	rate := float64(total.Load()) / float64(n)
	t.Logf("%.4f of all reports have a false claim", rate)
	if rate > bound(n) {
		t.Errorf("%.4f of all reports have a false claim; at most %.4f may", rate, bound(n))
	}
}

// count makes reports, and counts those with a false claim and all effects claimed.
func (n null) count(t *testing.T, reports int, r *rand.Rand) (wrong, claims int) {
	isFalse := n.isFalse
	if isFalse == nil {
		isFalse = anyClaim
	}
	for range reports {
		bad := false
		for _, e := range analyze(t, n.study(r)).Effects {
			bad = bad || isFalse(e)
			if e.Claim {
				claims++
			}
		}
		if bad {
			wrong++
		}
	}
	return wrong, claims
}
