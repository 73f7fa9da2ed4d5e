package effects_test

import (
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"runexp/reports/effects"
)

// drawn is a random sweep: each of so many settings has a TV weight and a style weight of
// its own and a pooling, and runs on every pair. style acts, alike in all units.
func drawn(r *rand.Rand, units []effects.Unit, settings int, tv, style float64) effects.Study {
	s := effects.Study{
		Factors: []effects.Factor{{Path: "tv"}, {Path: "style"}, names("pooling", "avg", "max")},
		Units:   units, Metrics: claimed("noise"),
	}
	for i := range settings {
		for f := range 2 {
			v := r.Float64()
			s.Factors[f].Levels = append(s.Factors[f].Levels, effects.Level{Label: "drawn", Number: v, Numeric: true})
		}
		pooling := r.IntN(2)
		for u := range units {
			value := 10*float64(u) + tv*s.Factors[0].Levels[i].Number + style*s.Factors[1].Levels[i].Number + r.NormFloat64()
			s.Runs = append(s.Runs, effects.Run{
				Number: int64(len(s.Runs)), Levels: []int{i, i, pooling}, Unit: u, Values: map[string]float64{"eval/noise": value},
			})
		}
	}
	return s
}

// In a random sweep settings are alike in all units, so that a chance likeness of two factors
// looks like an effect in each of them. It must not become a claim.
func TestRandomSweepNull(t *testing.T) {
	const reports = 200
	r := random(11)
	wrong := 0
	for range reports {
		a := analyze(t, drawn(r, apart(8), 12, 0, 20))
		if anyClaim(a.Effect("tv", "eval/noise")) || anyClaim(a.Effect("pooling", "eval/noise")) {
			wrong++
		}
	}
	rate := float64(wrong) / reports
	t.Logf("%.3f of reports have a false claim", rate)
	if rate > bound(reports) {
		t.Errorf("%.3f of reports have a false claim; at most %.3f may", rate, bound(reports))
	}
}

func TestRandomSweepFinds(t *testing.T) {
	a := analyze(t, drawn(random(12), apart(8), 30, -12, 3))
	e := a.Effect("tv", "eval/noise")
	if e.Design != effects.Scattered || len(e.Contrasts) != 0 || !e.Claim || e.Trend.Direction != -1 || e.Test.Kind != effects.Settings {
		t.Errorf("%+v %+v", e, e.Test)
	}
	if got := a.Sentences()[0]; !strings.HasPrefix(got, "As tv goes up, noise falls (mean rank correlation −0.") {
		t.Errorf("%q", got)
	}
	if !strings.Contains(strings.Join(a.Notes, ""), "The levels of tv cannot be paired") {
		t.Errorf("%q", a.Notes)
	}
	writable(t, a)
}

// One random factor runs on every pair: its levels are paired after all.
func TestOneRandomFactorIsPaired(t *testing.T) {
	s := drawn(random(13), apart(8), 10, 5, 0)
	s.Factors = s.Factors[:1]
	for i := range s.Runs {
		s.Runs[i].Levels = s.Runs[i].Levels[:1]
	}
	if e := analyze(t, s).Effects[0]; e.Design != effects.Paired || e.Test.Kind != effects.Trends || !e.Claim {
		t.Errorf("%+v", e)
	}
}

// known is y = 10·unit + 2·a + 6·b + 4·a·b on two levels each, with units 0 and 1.
func known() effects.Study {
	d := design{[]effects.Factor{names("a", "0", "1"), names("b", "0", "1")}, apart(2), claimed("noise")}
	return d.fill(func(unit int, levels []int) []float64 {
		a, b := float64(levels[0]), float64(levels[1])
		return []float64{10*float64(unit) + 2*a + 6*b + 4*a*b - 1}
	})
}

// The shares by hand: the effects are 10, 2+4/2 = 4, 6+4/2 = 8 and half of 4, and with
// eight cells a difference e of two halves has 8·(e/2)² = 2e².
func TestVariance(t *testing.T) {
	v := analyze(t, known()).Variances[0]
	sum := 2.0 * (100 + 16 + 64 + 4)
	want := []effects.Part{
		{Name: "units", Kind: effects.Units, Share: 200 / sum}, {Name: "a", Kind: effects.Main, Share: 32 / sum},
		{Name: "b", Kind: effects.Main, Share: 128 / sum}, {Name: "a × b", Kind: effects.Joint, Share: 8 / sum}, {Name: "rest", Kind: effects.Unexplained},
	}
	equal := func(a, b effects.Part) bool {
		return a.Name == b.Name && a.Kind == b.Kind && math.Abs(a.Share-b.Share) < 1e-12
	}
	if !v.Balanced || v.Scale != effects.Difference || !slices.EqualFunc(v.Parts, want, equal) {
		t.Errorf("%+v, not %+v", v, want)
	}
	// One cell less: shares still add up to 1, and the study is not called balanced.
	s := known()
	s.Runs = s.Runs[1:]
	v = analyze(t, s).Variances[0]
	total := 0.0
	for _, p := range v.Parts {
		total += p.Share
	}
	if v.Balanced || math.Abs(total-1) > 1e-12 {
		t.Errorf("shares add up to %v: %+v", total, v)
	}
}

func TestInteractions(t *testing.T) {
	x := analyze(t, known()).Interactions[0]
	if x.N != 2 || x.Effects[0].Effect.Value != 2 || x.Effects[1].Effect.Value != 6 || math.Abs(x.Share-4./184) > 1e-12 || *x.P != 0.5 || x.Notable {
		t.Errorf("%+v, p %v", x, *x.P)
	}
	// With eight units it is notable; and it is so in 5% of nulls, not more.
	r := random(21)
	d := design{[]effects.Factor{names("a", "0", "1"), names("b", "0", "1", "2")}, apart(8), claimed("noise")}
	const reports = 1000
	worth := 0
	for i := range reports {
		strength := 0.0
		if i == 0 {
			strength = 9
		}
		x := analyze(t, d.fill(func(_ int, levels []int) []float64 {
			return []float64{strength*float64(levels[0]*levels[1]) + 5*float64(levels[0]) + 7*float64(levels[1]) + r.NormFloat64()}
		})).Interactions[0]
		if i == 0 && (!x.Notable || *x.P != 2./256) {
			t.Errorf("%+v, p %v", x, *x.P)
		} else if i > 0 && x.Notable {
			worth++
		}
	}
	if rate := float64(worth) / (reports - 1); rate > bound(reports) {
		t.Errorf("%.3f of nulls are notable", rate)
	}
}

func TestPareto(t *testing.T) {
	d := design{[]effects.Factor{names("layer", "a", "b", "c", "d")}, apart(3), claimed("content", "structure")}
	d.metrics[1].Better = "higher"
	s := d.fill(func(unit int, levels []int) []float64 {
		return [][]float64{{1, 1}, {2, 5}, {2, 4}, {3, 5}}[levels[0]]
	})
	// A unit that lacks one combination is left out of all.
	s.Runs[0].Values["eval/content"] = math.NaN()
	for i := range 4 {
		s.Runs[i].Values["eval/structure"] = 1000
	}
	s.Metrics = append(s.Metrics, effects.Metric{Name: "size", Better: "neither"})
	a := analyze(t, s)
	points := a.Pareto("eval/content", "eval/structure")
	var front []string
	for _, p := range points {
		if p.Front {
			front = append(front, p.Levels[0])
		}
		if p.N != 2 {
			t.Errorf("%+v is the median over %d units, not 2", p, p.N)
		}
	}
	if !slices.Equal(front, []string{"a", "b"}) || points[1].X != 2 || points[1].Y != 5 {
		t.Errorf("front %v; %+v", front, points)
	}
	if a.Pareto("eval/content", "size") != nil || a.Pareto("eval/content", "none") != nil {
		t.Error("a front without directions")
	}
}

// Eight pairs of four content images cannot distinguish an effect that depends on the
// content, and on average is none, from one that is everywhere. The p by content can.
func TestSharedContents(t *testing.T) {
	const reports = 1000
	d := design{[]effects.Factor{names("pooling", "avg", "max")}, crossed(4, 2), claimed("noise")}
	r := random(31)
	byPair, byContent := 0, 0
	for range reports {
		var effect [4]float64
		for i := range effect {
			effect[i] = r.NormFloat64()
		}
		a := analyze(t, d.fill(func(unit int, levels []int) []float64 {
			return []float64{effect[unit/2]*float64(levels[0]) + 0.1*r.NormFloat64()}
		}))
		test := a.Effects[0].Test
		if test.P <= 0.05 {
			byPair++
		}
		if *test.ByContent <= 0.05 {
			byContent++
		}
	}
	t.Logf("p ≤ 0.05 in %.3f by pair, %.3f by content", float64(byPair)/reports, float64(byContent)/reports)
	if byContent > 0 {
		t.Errorf("four content images reached 5%% %d times; 2/16 is their least", byContent)
	}
	if byPair < reports/20 {
		t.Errorf("%d by pair: the warning in the notes would not be needed", byPair)
	}
}

// Where y is a sum of effects, nothing is left over, however the cells are missing: each
// part is what it explains beyond those before it.
func TestVarianceUnbalanced(t *testing.T) {
	d := design{[]effects.Factor{names("a", "0", "1"), names("b", "0", "1", "2")}, apart(3), claimed("noise")}
	s := d.fill(func(unit int, levels []int) []float64 {
		return []float64{float64(3*unit + 5*levels[0] - 7*levels[1])}
	})
	s.Runs = slices.Delete(s.Runs, 2, 7)
	parts := analyze(t, s).Variances[0].Parts
	if rest := parts[len(parts)-1]; rest.Share > 1e-12 || parts[3].Share > 1e-12 || parts[2].Share < 0.1 {
		t.Errorf("%+v", parts)
	}
}

// A cell that ran twice is no second replicate.
func TestRepeatedCells(t *testing.T) {
	s := planted(apart(8), 0, 1000)
	before := analyze(t, s).Effects[0]
	again := slices.Clone(s.Runs[:5])
	for i := range again {
		again[i].Number += 1000
	}
	s.Runs = append(s.Runs, again...)
	after := analyze(t, s).Effects[0]
	if after.N != 8 || after.Test.N != 8 {
		t.Errorf("n = %d", after.N)
	}
	same(t, "repeated", after, before, 1)
}
