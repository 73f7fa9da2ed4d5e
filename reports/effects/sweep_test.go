package effects_test

import (
	"math"
	"slices"
	"testing"

	"runexp/reports/effects"
	"runexp/reports/effects/simulated"
)

// In a random sweep settings are alike in all units, so that a chance likeness of two factors
// looks like an effect in each of them. It must not become a claim.
func TestRandomSweepNull(t *testing.T) {
	const reports = 200
	r := simulated.Random(11)
	wrong := 0
	for range reports {
		a := analyze(t, simulated.Drawn(r, simulated.Apart(8), 12, 0, 20))
		if simulated.These().Claims(a.Effect("tv", "eval/noise")) || simulated.These().Claims(a.Effect("pooling", "eval/noise")) {
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
	a := analyze(t, simulated.Drawn(simulated.Random(12), simulated.Apart(8), 30, -12, 3))
	e := a.Effect("tv", "eval/noise")
	if e.Design != effects.Scattered || len(e.Contrasts) != 0 || !e.Claim() || e.Trend.Direction != -1 || e.These.Kind != effects.Settings {
		t.Errorf("%+v %+v", e, e.These)
	}
	written(t, a)
}

// One random factor runs on every pair: its levels are paired after all.
func TestOneRandomFactorIsPaired(t *testing.T) {
	s := simulated.Drawn(simulated.Random(13), simulated.Apart(8), 10, 5, 0)
	s.Factors = s.Factors[:1]
	for i := range s.Runs {
		s.Runs[i].Levels = s.Runs[i].Levels[:1]
	}
	if e := analyze(t, s).Effects[0]; e.Design != effects.Paired || e.These.Kind != effects.Curves || !e.Claim() {
		t.Errorf("%+v", e)
	}
}

// known is y = 10·unit + 2·a + 6·b + 4·a·b on two levels each, with units 0 and 1.
func known() effects.Study {
	d := simulated.Grid([]effects.Factor{simulated.Names("a", "0", "1"), simulated.Names("b", "0", "1")}, simulated.Apart(2), simulated.Claimed("noise"))
	return d.Fill(func(unit int, levels []int) []float64 {
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
	r := simulated.Random(21)
	d := simulated.Grid([]effects.Factor{simulated.Names("a", "0", "1"), simulated.Names("b", "0", "1", "2")}, simulated.Apart(8), simulated.Claimed("noise"))
	const reports = 1000
	worth := 0
	for i := range reports {
		strength := 0.0
		if i == 0 {
			strength = 9
		}
		x := analyze(t, d.Fill(func(_ int, levels []int) []float64 {
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
	d := simulated.Grid([]effects.Factor{simulated.Names("layer", "a", "b", "c", "d")}, simulated.Apart(3), simulated.Claimed("content", "structure"))
	d.Metrics[1].Better = "higher"
	s := d.Fill(func(unit int, levels []int) []float64 {
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
// content, and on average is none, from one that is everywhere: p about these pictures is small
// far more often than 5%. So nothing is said about pictures like these.
func TestSharedContents(t *testing.T) {
	const reports = 1000
	d := simulated.Grid([]effects.Factor{simulated.Names("pooling", "avg", "max")}, simulated.Crossed(4, 2), simulated.Claimed("noise"))
	r := simulated.Random(31)
	byPair := 0
	for range reports {
		var effect [4]float64
		for i := range effect {
			effect[i] = r.NormFloat64()
		}
		a := analyze(t, d.Fill(func(unit int, levels []int) []float64 {
			return []float64{effect[unit/2]*float64(levels[0]) + 0.1*r.NormFloat64()}
		}))
		if a.Effects[0].These.P <= 0.05 {
			byPair++
		}
		if a.Effects[0].Alike != nil || a.Sharing != effects.Shared {
			t.Fatal("a claim about pictures like these, from four content images and two style images")
		}
	}
	t.Logf("p ≤ 0.05 in %.3f", float64(byPair)/reports)
	if byPair < reports/20 {
		t.Errorf("%d: the limit on what claims are about would not be needed", byPair)
	}
}

// A picture that is mixed into the styles of all pairs, or that is the content of one and the style
// of another, is shared.
func TestPicturesInMixturesAndBothRoles(t *testing.T) {
	mixed, chain := simulated.Apart(8), simulated.Apart(8)
	for i := range mixed {
		mixed[i].Style += effects.Mixed + "night"
		chain[i].Style = chain[(i+1)%8].Content
	}
	crossed := simulated.Crossed(3, 3)
	for i := range crossed {
		crossed[i].Style += effects.Mixed + "night"
	}
	for name, c := range map[string]struct {
		units []effects.Unit
		want  string
	}{"apart": {simulated.Apart(8), effects.Disjoint}, "mixed": {mixed, effects.Shared}, "both roles": {chain, effects.Shared}, "crossed": {crossed, effects.Shared}} {
		if a := analyze(t, simulated.Planted(c.units, 0, 1000)); a.Sharing != c.want {
			t.Errorf("%s: %s", name, a.Sharing)
		}
	}
}

// Crossed pairs that all have the same order leave no doubt: numbers that differ alike are the
// limit of ever smaller variances.
func TestCrossedPairsInOneOrder(t *testing.T) {
	r := simulated.Random(33)
	d := simulated.Grid([]effects.Factor{simulated.Numbers("tv", 0, 1, 10)}, simulated.Crossed(3, 3), simulated.Claimed("noise"))
	a := analyze(t, d.Fill(func(_ int, levels []int) []float64 {
		return []float64{float64(5*levels[0]) + 0.1*r.NormFloat64() - 100}
	}))
	if e := a.Effects[0]; e.Alike == nil || !e.Alike.Holds {
		t.Errorf("%+v", e.Alike)
	}
	still := analyze(t, d.Fill(func(int, []int) []float64 { return []float64{1} }))
	if e := still.Effects[0]; e.Alike != nil && e.Alike.Holds {
		t.Errorf("a claim of nothing: %+v", e.Alike)
	}
}

// Five pairs carry no claim, that of no difference neither; six do.
func TestEquivalenceTakesSixUnits(t *testing.T) {
	metrics := simulated.Claimed("noise")
	metrics[0].Margin = 1
	for units, want := range map[int]bool{5: false, 6: true} {
		d := simulated.Grid([]effects.Factor{simulated.Names("pooling", "avg", "max")}, simulated.Apart(units), metrics)
		a := analyze(t, d.Fill(func(unit int, levels []int) []float64 { return []float64{-10 + 0.01*float64(unit*levels[0])} }))
		if c := a.Effects[0].Contrasts[0].These.Equivalent; c == nil || c.Holds != want {
			t.Errorf("%d pairs: %+v", units, c)
		}
	}
}

// A factor that decides another is compared by its mean over what that has: six pairs show it, and
// the contrast is that of the means.
func TestAFactorThatDecidesAnother(t *testing.T) {
	s := simulated.Grid(simulated.Deciding(simulated.Names("from", "noise", "content")), simulated.Apart(6), simulated.Claimed("noise")).
		Fill(func(unit int, levels []int) []float64 {
			return []float64{float64(100 + unit + 4*levels[0] + 2*levels[1]%4)} // noise: 0 or 2; content: 4
		})
	s.Runs = slices.DeleteFunc(s.Runs, func(r effects.Run) bool { return !simulated.Set(r.Levels) })
	a := analyze(t, s)
	e := a.Effect("from", "eval/noise")
	if e.Design != effects.Paired || !e.Claim() || e.These.P != 2./64 {
		t.Fatalf("%s, %+v", e.Design, e.These)
	}
	if d := e.Contrasts[0].Difference.Value; math.Abs(d-3) > 0.1 {
		t.Errorf("content is %g above noise, want 3", d)
	}
	if child := a.Effect("sigma", "eval/noise"); child != nil && child.These != nil {
		t.Errorf("a claim of what is set in some runs only: %+v", child.These)
	}
}

// Units that repeat pairs without a common image differ by pair: by content or style cannot be told.
func TestVarianceOfRepeatedPairs(t *testing.T) {
	units := slices.Concat(simulated.Apart(4), simulated.Apart(4))
	a := analyze(t, simulated.Grid([]effects.Factor{simulated.Names("pooling", "avg", "max")}, units, simulated.Claimed("noise")).
		Fill(func(unit int, levels []int) []float64 { return []float64{float64(unit%4*10 + levels[0])} }))
	parts := a.Variances[0].Parts
	if parts[0].Name != "pair" || parts[0].Kind != effects.ByPair || parts[0].Share < 0.9 || parts[1].Kind != effects.Units {
		t.Errorf("%+v", parts)
	}
}

// Where y is a sum of effects, nothing is left over, however the cells are missing: each
// part is what it explains beyond those before it.
func TestVarianceUnbalanced(t *testing.T) {
	d := simulated.Grid([]effects.Factor{simulated.Names("a", "0", "1"), simulated.Names("b", "0", "1", "2")}, simulated.Apart(3), simulated.Claimed("noise"))
	s := d.Fill(func(unit int, levels []int) []float64 {
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
	s := simulated.Planted(simulated.Apart(8), 0, 1000)
	before := analyze(t, s).Effects[0]
	again := slices.Clone(s.Runs[:5])
	for i := range again {
		again[i].Number += 1000
	}
	s.Runs = append(s.Runs, again...)
	after := analyze(t, s).Effects[0]
	if after.N != 8 || after.These.N != 8 {
		t.Errorf("n = %d", after.N)
	}
	same(t, "repeated", after, before, 1)
}
