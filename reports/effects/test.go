package effects

import "slices"

// The tests.
const (
	Flips    = "sign flips"           // of the paired differences between two levels
	Trends   = "sign flips of trends" // of each unit's rank correlation with the levels
	Orders   = "levels permuted"      // within each unit: does any level differ?
	Settings = "settings permuted"    // scattered: the larger p of that and of Trends or Orders
)

// A Test is the one test of a factor on a claimed metric.
type Test struct {
	Kind  string  `json:"kind"`
	N     int     `json:"n"` // units
	P     float64 `json:"p"`
	Exact bool    `json:"exact"` // all possibilities were counted, not drawn
	// Adjusted is corrected for all tests of the report; the claim needs it to be at most 0.05.
	Adjusted float64 `json:"adjusted"`
	// Reachable says whether so few units could have made a claim at all; if not, so many
	// are Needed.
	Reachable bool `json:"reachable"`
	// PairsReachable says whether they could have shown a difference of any two levels.
	PairsReachable bool `json:"pairs_reachable"`
	Needed         int  `json:"needed,omitempty"`
	// ByContent and ByStyle are p where units that share the picture are taken as
	// one. They are nil where no two do, or where the test does not allow it.
	ByContent *float64 `json:"by_content,omitempty"`
	ByStyle   *float64 `json:"by_style,omitempty"`
}

// evidence is a test, and the contrasts that are tested once it holds.
type evidence struct {
	Test
	floor     float64 // the smallest p possible
	effect    *Effect
	contrasts []*Contrast // in the order of their p
	steps     []step      // of these
	floors    []step
}

// test makes the test of one factor on a claimed metric.
func (t *table) test(f int, e *Effect, profiles []profile, rho []float64) *evidence {
	found := &evidence{effect: e}
	found.N, found.floor = len(profiles), flipFloor(len(profiles))
	units := make([]int, len(profiles))
	for i, p := range profiles {
		units[i] = p.unit
	}
	switch {
	case e.Design == Scattered:
		t.testScattered(f, e.Ordered, found, profiles, rho)
	case len(t.levels[f]) == 2:
		found.Kind = Flips
		d, units := t.differences(f, t.levels[f][0], t.levels[f][1])
		found.flips(t.study, d, units)
	case e.Ordered:
		found.Kind = Trends
		found.flips(t.study, rho, units)
		t.testEnds(f, e, found)
	default:
		found.Kind = Orders
		t.testOrders(f, found, profiles)
		t.testPairs(f, e, found)
	}
	return found
}

// flips tests one number from each unit, and again with shared pictures as one.
func (v *evidence) flips(s Study, d []float64, units []int) {
	v.P, v.Exact = flip(d), len(d) <= exactUnits
	shared := func(name func(int) string) *float64 {
		sums := together(d, units, name)
		if len(sums) == len(d) {
			return nil
		}
		p := flip(sums)
		return &p
	}
	v.ByContent = shared(s.content)
	v.ByStyle = shared(s.style)
}

// testEnds adds the first level against the last, to be tested once the trend holds.
func (t *table) testEnds(f int, e *Effect, v *evidence) {
	last := len(e.Contrasts) - 1
	used := t.levels[f]
	if last < 0 || e.Contrasts[last].to != used[len(used)-1] || e.Contrasts[last].N < fewestUnits {
		return
	}
	d, _ := t.differences(f, used[0], used[len(used)-1])
	p := flip(d)
	e.Contrasts[last].P = &p
	v.contrasts = []*Contrast{&e.Contrasts[last]}
	v.steps = []step{{p, 1}}
	v.floors = []step{{flipFloor(len(d)), 1}}
}

// testOrders is the test of an unordered factor of several levels.
func (t *table) testOrders(f int, v *evidence, profiles []profile) {
	blocks, units := t.blocks(f, profiles)
	v.P, v.Exact = omnibus(blocks)
	if v.N >= fewestUnits { // with three levels 6·6⁻⁶ or less, with two of them in every unit 2·2⁻⁶
		v.floor = 1 / float64(draws+1)
	}
	shared := func(name func(int) string) *float64 {
		merged, ok := merge(blocks, units, name)
		if !ok || len(merged) == len(blocks) {
			return nil
		}
		p, _ := omnibus(merged)
		return &p
	}
	v.ByContent = shared(t.study.content)
	v.ByStyle = shared(t.study.style)
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
	for i := range e.Contrasts {
		c := &e.Contrasts[i]
		d, _ := t.differences(f, c.from, c.to)
		value := flip(d)
		c.P = &value
		p = append(p, value)
		floors = append(floors, flipFloor(len(d)))
	}
	for _, i := range byP(p) {
		v.contrasts = append(v.contrasts, &e.Contrasts[i])
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
		if v.N < fewestUnits {
			first, floor = 1, 1
		}
		p = append(p, append([]step{{first, 1}}, v.steps...))
		floors = append(floors, append([]step{{floor, 1}}, v.floors...))
	}
	return p, floors
}

// adjust corrects all tests together.
func adjust(tests []*evidence) {
	p, floors := families(tests)
	adjusted, best := correct(p), correct(floors)
	for i, v := range tests {
		v.Adjusted = adjusted[i][0]
		v.Reachable = best[i][0] <= errorRate
		v.PairsReachable = v.Kind != Orders || slices.ContainsFunc(best[i][1:], func(p float64) bool { return p <= errorRate })
		if !v.Reachable {
			v.Needed = needed(tests, i)
		}
		for j, c := range v.contrasts {
			c.Adjusted = &adjusted[i][j+1]
			c.Holds = *c.Adjusted <= errorRate
		}
		v.effect.Claim = v.Adjusted <= errorRate
		if v.Kind == Flips && len(v.effect.Contrasts) == 1 {
			c := &v.effect.Contrasts[0] // the test is this contrast's
			c.P, c.Adjusted, c.Holds = &v.P, &v.Adjusted, v.effect.Claim
		}
	}
}
