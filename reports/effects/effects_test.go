package effects_test

import (
	"encoding/json"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"runexp/reports/effects"
	"runexp/reports/effects/simulated"
)

// analyze fails the test on an error.
func analyze(t testing.TB, s effects.Study) *effects.Analysis {
	t.Helper()
	a, err := effects.Analyze(s)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// A unit's mean at a level is taken over those other settings that it has at every
// level, so that a missing trial does not look like an effect.
func TestLevelsByUnit(t *testing.T) {
	d := simulated.Grid([]effects.Factor{simulated.Names("a", "a0", "a1"), simulated.Names("b", "b0", "b1", "b2")}, simulated.Apart(1), simulated.Claimed("m"))
	a := analyze(t, d.Fill(func(_ int, levels []int) []float64 {
		return []float64{[][]float64{{1, 4, 100}, {2, 8, math.NaN()}}[levels[0]][levels[1]]}
	}))
	for factor, want := range map[string][]float64{"a": {2, 4}, "b": {1, 4, 100}} {
		for i, l := range a.Effect(factor, "eval/m").Levels {
			if len(l.Units) != 1 || math.Abs(l.Units[0]-want[i]) > 1e-12 {
				t.Errorf("%s: %v, want %g", l.Label, l.Units, want[i])
			}
		}
	}
}

// Three unordered levels could reach a small p with few units; a claim needs six all the same.
func TestFewUnitsMakeNoClaim(t *testing.T) {
	d := simulated.Grid([]effects.Factor{simulated.Names("layer", "a", "b", "c")}, simulated.Apart(5), simulated.Claimed("noise"))
	a := analyze(t, d.Fill(func(unit int, levels []int) []float64 { return []float64{float64(unit + 10*levels[0] + 1)} }))
	e := a.Effects[0]
	if e.These.P > 0.001 || e.Claim() || e.These.Reachable || e.These.Needed != 6 {
		t.Errorf("%+v", e.These)
	}
}

func TestContradictions(t *testing.T) {
	s := effects.Study{
		Factors: []effects.Factor{simulated.Names("a", "x"), simulated.Names("a", "x")}, Units: simulated.Apart(1),
		Runs:    []effects.Run{{Number: 1, Levels: []int{0, 5}}, {Number: 2, Unit: 3, Levels: []int{0}}},
		Metrics: []effects.Metric{{Name: "m", Better: "less"}},
	}
	_, err := effects.Analyze(s)
	for _, part := range []string{`factor "a" is there twice`, "run 1 has level 5", "run 2 is of unit 3", "run 2 has levels of 1 factors", `better is "less"`} {
		if err == nil || !strings.Contains(err.Error(), part) {
			t.Errorf("%v lacks %q", err, part)
		}
	}
}

// Neither the order of the runs nor that of the units changes a word or a number.
func TestOrderDoesNotMatter(t *testing.T) {
	for i, n := range simulated.Worlds() {
		s := n.Study(simulated.Random(uint64(100 + i)))
		before := written(t, analyze(t, s))
		r := rand.New(rand.NewPCG(1, 1))
		r.Shuffle(len(s.Runs), func(i, j int) { s.Runs[i], s.Runs[j] = s.Runs[j], s.Runs[i] })
		if after := written(t, analyze(t, s)); after != before {
			t.Errorf("%s: the order of the runs matters", n.Name)
		}
		place := r.Perm(len(s.Units))
		units := make([]effects.Unit, len(s.Units))
		for u := range units {
			units[place[u]] = s.Units[u]
		}
		s.Units = units
		for j := range s.Runs {
			s.Runs[j].Unit = place[s.Runs[j].Unit]
		}
		a, b := analyze(t, s), effects.Analysis{}
		if err := json.Unmarshal([]byte(before), &b); err != nil {
			t.Fatal(err)
		}
		for k, e := range a.Effects { // sums over units in another order differ by rounding
			same(t, n.Name, e, b.Effects[k], 1)
		}
	}
}

// written is the analysis as JSON, which has no number that is none.
func written(t *testing.T, a *effects.Analysis) string {
	t.Helper()
	data, err := json.Marshal(a)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// same compares effects up to rounding; sign −1 expects them mirrored.
func same(t *testing.T, name string, got, want *effects.Effect, sign float64) {
	t.Helper()
	equal := func(a, b float64) bool { return math.Abs(a-b) <= 1e-9*(1+math.Abs(b)) }
	for _, p := range []simulated.Population{simulated.These(), simulated.Alike()} {
		a, b := p.Test(got), p.Test(want)
		if (a == nil) != (b == nil) || a != nil && (!equal(a.P, b.P) || !equal(a.Adjusted, b.Adjusted) || a.Holds != b.Holds) {
			t.Errorf("%s, %s, about %s: %+v, not %+v", name, got.Factor, p.Name, a, b)
		}
		if p.Turns(got) != p.Turns(want) {
			t.Errorf("%s, %s: one has a turn", name, got.Factor)
		}
	}
	for i, c := range got.Contrasts {
		w := want.Contrasts[i]
		low, high := w.Difference.Interval, c.Difference.Interval
		if !equal(c.Difference.Value, sign*w.Difference.Value) || c.Differs() != w.Differs() || c.These.Equivalent != nil && !equal(c.These.Equivalent.P, w.These.Equivalent.P) || (low == nil) != (high == nil) {
			t.Errorf("%s, %s, contrast %d: %+v, not %+v", name, got.Factor, i, c, w)
		}
		if low != nil && (!equal(high.Low, min(sign*low.Low, sign*low.High)) || !equal(high.High, max(sign*low.Low, sign*low.High))) {
			t.Errorf("%s, %s, contrast %d: %+v, not %+v", name, got.Factor, i, *high, *low)
		}
	}
	if got.Trend != nil && !equal(got.Trend.Strength, sign*want.Trend.Strength) {
		t.Errorf("%s, %s: trend %v, not %v", name, got.Factor, got.Trend.Strength, sign*want.Trend.Strength)
	}
}

// A metric counted the other way round has the mirrored effects and the same evidence.
func TestSignDoesNotMatter(t *testing.T) {
	for i, n := range simulated.Worlds() {
		s := n.Study(simulated.Random(uint64(200 + i)))
		for _, r := range s.Runs { // neither sign is all positive, so both are differences
			r.Values[s.Metrics[0].Name] -= 15
		}
		before := analyze(t, s)
		for _, r := range s.Runs {
			for name := range r.Values {
				r.Values[name] = -r.Values[name]
			}
		}
		for k, e := range analyze(t, s).Effects {
			if b := before.Effects[k]; b.Scale == e.Scale {
				same(t, n.Name, e, b, -1)
			}
		}
	}
}
