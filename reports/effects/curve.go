package effects

import (
	"math"

	"gonum.org/v1/gonum/floats"
)

// A Turn is a level between the first and the last at which a metric is lower than at
// both, or higher.
type Turn struct {
	Level  string `json:"level"`
	Lowest bool   `json:"lowest"`
	// First and Last are the first and the last level against it.
	First Contrast `json:"first"`
	Last  Contrast `json:"last"`
	These *Claim   `json:"these,omitempty"`
	Alike *Claim   `json:"alike,omitempty"`

	at int
}

// curves returns each unit's correlations of its ranks with a factor's numbers: rho with
// the ranks x of these, and with x² less its mean and what it has in common with x. With three levels
// a straight line has (±1, 0), and one that turns in the middle (0, ±1).
func (t *table) curves(f int, profiles []profile, rho []float64) [][]float64 {
	rows := make([][]float64, len(profiles))
	for i, p := range profiles {
		rows[i] = []float64{rho[i], bend(toFloats(t.numberRanks(f, p.levels)), toFloats(p.ranks))}
	}
	return rows
}

// bend is the correlation of y with x² less its mean and its part along x; 0 where
// nothing is left. Both have the mean 0.
func bend(x, y []float64) float64 {
	q := floats.MulTo(make([]float64, len(x)), x, x)
	floats.AddConst(-floats.Sum(q)/float64(len(q)), q)
	floats.AddScaled(q, -floats.Dot(q, x)/floats.Dot(x, x), x)
	length := floats.Norm(q, 2) * floats.Norm(y, 2)
	if floats.Norm(q, 2) <= slack*floats.Dot(x, x) || length == 0 {
		return 0
	}
	return math.Max(-1, math.Min(1, floats.Dot(q, y)/length))
}

// testCurve adds what is tested once the curve holds: the first level against the last,
// and a turning point. If not all levels are equal, at most one of "the first and the last are equal"
// and "no level between is below both or above both" is true, so each is tested at the full 5%.
func (t *table) testCurve(f int, e *Effect, v *evidence) {
	ends, floor := t.testEnds(f, e, v)
	turn, turnFloor := t.testTurn(f, e, v)
	claims := []*Claim{ends, turn}
	p, floors := []float64{1, 1}, []float64{floor, turnFloor}
	for i, c := range claims {
		if c != nil {
			p[i] = c.P
		}
	}
	if floors[0] > floors[1] {
		floors[0], floors[1] = floors[1], floors[0]
	}
	for _, i := range byP(p) {
		if claims[i] != nil {
			v.later = append(v.later, claims[i])
			v.steps = append(v.steps, step{p[i], 1})
		}
	}
	for i := range v.steps {
		v.floors = append(v.floors, step{floors[i], 1})
	}
}

// testEnds is the first level against the last; nil where too few units have both.
func (t *table) testEnds(f int, e *Effect, v *evidence) (*Claim, float64) {
	last := len(e.Contrasts) - 1
	used := t.levels[f]
	if last < 0 || e.Contrasts[last].to != used[len(used)-1] || v.tooFew() {
		return nil, 1
	}
	d, units := t.differences(f, used[0], used[len(used)-1])
	claim := &Claim{P: v.about.centre(d, units)}
	v.about.claims(&e.Contrasts[last]).Differs = claim
	_, floor := v.about.size(units)
	return claim, floor
}

// testTurn is the test of the level between the ends that is farthest beyond both. Its p is the
// larger one of its differences from the first level and from the last, which must have the
// same sign, times the number of levels between.
func (t *table) testTurn(f int, e *Effect, v *evidence) (*Claim, float64) {
	if e.Turn == nil || v.tooFew() {
		return nil, 1
	}
	used := t.levels[f]
	between := float64(len(used) - 2)
	claim, floor := new(Claim), 0.0
	for _, end := range []int{used[0], used[len(used)-1]} {
		d, units := t.differences(f, e.Turn.at, end)
		_, least := v.about.size(units)
		claim.P, floor = max(claim.P, v.about.centre(d, units)), max(floor, least)
	}
	claim.P, floor = min(1, between*claim.P), min(1, between*floor)
	*v.about.turn(e.Turn) = claim
	return claim, floor
}

// turn returns the level between a factor's first and last that is below both by the centre of
// the differences, or above both, and farthest beyond the nearer one of them; nil for none.
func (g *grid) turn(f int, raw, logs *table) *Turn {
	used := raw.levels[f]
	if len(used) < 3 {
		return nil
	}
	t := raw
	if logs != nil {
		t = logs
	}
	var found *Turn
	farthest := 0.0
	for _, at := range used[1 : len(used)-1] {
		first, _ := t.differences(f, at, used[0])
		last, _ := t.differences(f, at, used[len(used)-1])
		if len(first) == 0 || len(last) == 0 {
			continue
		}
		a, b := centre(first), centre(last)
		if a*b <= 0 || min(math.Abs(a), math.Abs(b)) <= farthest {
			continue
		}
		farthest = min(math.Abs(a), math.Abs(b))
		found = &Turn{Level: g.study.Factors[f].Levels[at].Label, Lowest: a > 0, at: at}
	}
	if found != nil {
		found.First, _ = g.contrast(f, found.at, used[0], raw, logs)
		found.Last, _ = g.contrast(f, found.at, used[len(used)-1], raw, logs)
	}
	return found
}
