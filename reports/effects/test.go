package effects

import "slices"

// The tests.
const (
	Flips     = "sign flips"           // of the paired differences between two levels
	Curves    = "sign flips of curves" // of each unit's correlations with the levels, straight and bent
	Orders    = "levels permuted"      // within each unit: does any level differ?
	Contrasts = "all contrasts"        // the smallest p of any two levels, times their number
	Settings  = "settings permuted"    // scattered: the larger p of that and of one on each unit's ranks
)

// A Test is the one test of a factor on a claimed metric, about one population of pictures.
type Test struct {
	Kind  string  `json:"kind"`
	N     int     `json:"n"` // independent units
	P     float64 `json:"p"`
	Exact bool    `json:"exact"` // all possibilities were counted, not drawn
	// Adjusted is corrected for all tests of the report; Holds says that it is at most 0.05,
	// so that the factor changes the metric.
	Adjusted float64 `json:"adjusted"`
	Holds    bool    `json:"holds"`
	// Reachable says whether so few units could have made a claim at all; if not, so many
	// are Needed.
	Reachable bool `json:"reachable"`
	Needed    int  `json:"needed,omitempty"`
	// PairsReachable says whether they could have shown a difference of any two levels of
	// several; if not, PairsNeeded could.
	PairsReachable bool `json:"pairs_reachable"`
	PairsNeeded    int  `json:"pairs_needed,omitempty"`
	// Level is the p at which a difference of two levels is claimed if all that is tested
	// before it is as clear as so many units can make it; 0 where none can be.
	Level float64 `json:"level,omitempty"`
}

// A Claim is a test of one hypothesis, corrected for all of the report.
type Claim struct {
	P        float64 `json:"p"`
	Adjusted float64 `json:"adjusted"`
	Holds    bool    `json:"holds"`
}

// evidence is a test, and what is tested once it holds.
type evidence struct {
	*Test
	about  *about
	floor  float64 // the smallest p possible
	effect *Effect
	later  []*Claim // in the order of their p
	steps  []step   // of these
	floors []step
}

// about is a population that claims are about, with its inference.
type about struct {
	inference
	claims func(*Contrast) *Verdicts // where a contrast keeps its results
	turn   func(*Turn) **Claim
}

// test makes the test of one factor on a claimed metric.
func (t *table) test(f int, e *Effect, on *about, profiles []profile, rho []float64) *evidence {
	found := &evidence{Test: new(Test), about: on, effect: e}
	units := make([]int, len(profiles))
	for i, p := range profiles {
		units[i] = p.unit
	}
	found.N, found.floor = on.size(units)
	switch {
	case e.Design == Scattered:
		t.testScattered(f, e.Ordered, found, profiles, rho)
	case len(t.levels[f]) == 2:
		found.Kind = Flips
		d, units := t.differences(f, t.levels[f][0], t.levels[f][1])
		found.P, found.Exact = on.centre(d, units), found.N <= exactUnits
	case e.Ordered:
		found.Kind = Curves
		found.P, found.Exact = on.rows(t.curves(f, profiles, rho), units), found.N <= exactUnits
		t.testCurve(f, e, found)
	default:
		t.testOrders(f, found, profiles)
		t.testPairs(f, e, found)
	}
	if _, normal := on.inference.(crossing); normal {
		found.Exact = false
	}
	return found
}

// testOrders is the test of an unordered factor of several levels.
func (t *table) testOrders(f int, v *evidence, profiles []profile) {
	v.Kind = Orders
	blocks, units := t.blocks(f, profiles)
	var ok bool
	if v.P, v.Exact, ok = v.about.orders(blocks, units); ok {
		if v.N >= fewestUnits { // with three levels 6·6⁻⁶ or less, with two of them in every unit 2·2⁻⁶
			v.floor = 1 / float64(draws+1)
		}
		return
	}
	v.Kind, v.P = Contrasts, 1
	used := t.levels[f]
	n := len(used) * (len(used) - 1) / 2
	for i, from := range used {
		for _, to := range used[i+1:] {
			d, units := t.differences(f, from, to)
			v.P = min(v.P, float64(n)*v.about.centre(d, units))
		}
	}
}

// blocks returns the ranks of each unit by level.
func (t *table) blocks(f int, profiles []profile) (blocks []block, units []int) {
	used := t.levels[f]
	for _, p := range profiles {
		b := block{ranks: make([]int, len(used))}
		for i, l := range p.levels {
			place := slices.Index(used, l)
			b.levels = append(b.levels, place)
			b.ranks[place] = p.ranks[i]
		}
		blocks = append(blocks, b)
		units = append(units, p.unit)
	}
	return blocks, units
}

// testPairs adds all contrasts, to be tested once the test of all levels together holds.
// Two levels that no unit has together count as a contrast with p = 1.
func (t *table) testPairs(f int, e *Effect, v *evidence) {
	k := len(t.levels[f])
	if k < 3 {
		return
	}
	p := make([]float64, 0, k*(k-1)/2)
	floors := make([]float64, 0, cap(p))
	claims := make([]*Claim, 0, cap(p))
	for i := range e.Contrasts {
		c := &e.Contrasts[i]
		d, units := t.differences(f, c.from, c.to)
		claim := &Claim{P: v.about.centre(d, units)}
		v.about.claims(c).Differs = claim
		_, floor := v.about.size(units)
		p, floors, claims = append(p, claim.P), append(floors, floor), append(claims, claim)
	}
	for _, i := range byP(p) {
		v.later = append(v.later, claims[i])
	}
	for len(p) < cap(p) {
		p, floors = append(p, 1), append(floors, 1)
	}
	slices.Sort(p)
	slices.Sort(floors)
	v.steps, v.floors = pairwise(k, p), pairwise(k, floors)
}

// families returns the steps of every test as correct wants them, with p as it is and
// at its smallest.
func families(tests []*evidence) (p, floors [][]step) {
	for _, v := range tests {
		first, floor := v.P, v.floor
		if v.tooFew() {
			first, floor = 1, 1
		}
		p = append(p, append([]step{{first, 1}}, v.steps...))
		floors = append(floors, append([]step{{floor, 1}}, v.floors...))
	}
	return p, floors
}

// levelOf is the p that the first difference of two levels must reach, from the smallest p of a
// test's steps and what they become when corrected.
func levelOf(floors []step, best []float64) float64 {
	i := min(1, len(floors)-1)
	if best[i] > errorRate || floors[i].p == 0 {
		return 0
	}
	return errorRate * floors[i].p / best[i]
}

// tooFew reports whether there are too few units for any claim. A crossed study has
// enough, or no inference.
func (v *evidence) tooFew() bool {
	_, normal := v.about.inference.(crossing)
	return v.N < fewestUnits && !normal
}

// adjust corrects all tests about one population together.
func adjust(tests []*evidence) {
	p, floors := families(tests)
	adjusted, best := correct(p), correct(floors)
	for i, v := range tests {
		v.Adjusted = adjusted[i][0]
		v.Holds = v.Adjusted <= errorRate
		v.Reachable = best[i][0] <= errorRate
		v.PairsReachable = v.Kind != Orders || slices.ContainsFunc(best[i][1:], func(p float64) bool { return p <= errorRate })
		if !v.Reachable {
			v.Needed = needed(tests, i, 0)
		}
		if !v.PairsReachable {
			v.PairsNeeded = needed(tests, i, 1)
		}
		v.Level = levelOf(floors[i], best[i])
		for j, c := range v.later {
			c.Adjusted = adjusted[i][j+1]
			c.Holds = c.Adjusted <= errorRate
		}
		if v.Kind == Flips && len(v.effect.Contrasts) == 1 { // the test is this contrast's
			v.about.claims(&v.effect.Contrasts[0]).Differs = &Claim{v.P, v.Adjusted, v.Holds}
		}
	}
}
