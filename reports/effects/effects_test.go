package effects_test

import (
	"encoding/json"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"runexp/reports/effects"
)

// planted is a sweep of the TV weight from 0 to 1000 that cuts noise to some 37% and costs
// 2% of content distance, over strong differences between pictures.
func planted(units []effects.Unit, values ...float64) effects.Study {
	r := random(1)
	d := design{[]effects.Factor{numbers("losses.tv.weight", values...)}, units, claimed("noise", "content distance")}
	pictures := make([]float64, len(units))
	for i := range pictures {
		pictures[i] = r.NormFloat64()
	}
	return d.fill(func(unit int, levels []int) []float64 {
		share := float64(levels[0]) / float64(len(values)-1)
		return []float64{
			math.Exp(pictures[unit] - share + 0.1*r.NormFloat64()),
			math.Exp(0.3*pictures[unit] + 0.02*share + 0.004*r.NormFloat64()),
		}
	})
}

func TestPlantedEffectWithEightPairs(t *testing.T) {
	a := analyze(t, planted(crossed(4, 2), 0, 1000))
	want := []string{"Raising losses.tv.weight from 0 to 1000 cut noise by 64% [59, 69] and raised content distance by 1.9% [1.4, 2.5] " +
		"(n = 8 pairs of 4 content images and 2 style images, p = 0.0078, Holm 0.016; by content p = 0.12; by style p = 0.5)."}
	if got := a.Sentences(); !slices.Equal(got, want) {
		t.Errorf("%q,\nnot %q", got, want)
	}
	e := a.Effect("losses.tv.weight", "eval/noise")
	if !e.Claim || e.Test.P != 2./256 || e.Test.Adjusted != 4./256 || !e.Contrasts[0].Holds {
		t.Errorf("the effect is not claimed as it should be: %+v", e.Test)
	}
	// Four content images, two style images: 2/16 and 2/4.
	if p, q := e.Test.ByContent, e.Test.ByStyle; p == nil || *p != 0.125 || q == nil || *q != 0.5 {
		t.Errorf("p by content %v, by style %v", p, q)
	}
	if notes := strings.Join(a.Notes, "\n"); !strings.Contains(notes, "The 8 pairs are of 4 content images and 2 style images. Units that share a picture are not independent") {
		t.Errorf("no word of shared pictures: %s", notes)
	}
}

// Where the pictures are what was varied, they are no pairs that share something.
func TestVariedPictures(t *testing.T) {
	units := apart(8)
	for i := range units {
		units[i].Content, units[i].Style = "", ""
	}
	a := analyze(t, planted(units, 0, 1000))
	if got := a.Sentences(); len(got) != 1 || !strings.HasSuffix(got[0], "(n = 8 draws, p = 0.0078, Holm 0.016).") {
		t.Errorf("%q", got)
	}
	if test := a.Effect("losses.tv.weight", "eval/noise").Test; test.ByContent != nil || test.ByStyle != nil {
		t.Errorf("taken by picture: %+v", test)
	}
	notes := strings.Join(a.Notes, "\n")
	if !strings.Contains(notes, "about these pictures and no others") || strings.Contains(notes, "not independent") {
		t.Errorf("notes: %s", notes)
	}
	for i := range units {
		units[i].Style = "autumn"
	}
	if notes := strings.Join(analyze(t, planted(units, 0, 1000)).Notes, "\n"); !strings.Contains(notes, "The 8 draws are of 1 style image.") {
		t.Errorf("notes on one style image: %s", notes)
	}
}

// Six units of five levels see that something differs, and can never see what.
func TestPairsOutOfReach(t *testing.T) {
	d := design{[]effects.Factor{names("picture", "a", "b", "c", "d", "e")}, apart(6), claimed("content distance")}
	a := analyze(t, d.fill(func(unit int, levels []int) []float64 {
		return []float64{math.Exp(float64(levels[0]) + 0.1*float64((unit+levels[0])%3))}
	}))
	if got := a.Sentences(); len(got) != 1 || !strings.HasPrefix(got[0], "picture changes content distance, and 6 units are too few to find which levels differ (n = 6 pairs") {
		t.Errorf("%q", got)
	}
}

// Runs that are missing for their values leave nothing to be claimed.
func TestCensored(t *testing.T) {
	s := planted(apart(8), 0, 1000)
	s.Censored = 3
	a := analyze(t, s)
	if got := a.Sentences(); len(got) != 0 || a.Tests != 0 {
		t.Errorf("%d tests, %q", a.Tests, got)
	}
	if e := a.Effect("losses.tv.weight", "eval/noise"); e.Claim || e.Test != nil || e.Contrasts[0].Ratio == nil {
		t.Errorf("the effect is %+v", e)
	}
	if len(a.Notes) == 0 || a.Notes[0] != "Nothing is claimed: early stopping pruned 3 runs, and the runs left of a bad setting are its best." {
		t.Errorf("notes %q", a.Notes)
	}
}

// Of a parameter that other settings decide on nothing is tested, and a note says so.
func TestConditional(t *testing.T) {
	s := planted(apart(8), 0, 1000)
	claims := len(analyze(t, s).Sentences())
	s.Factors[0].Conditional = true
	a := analyze(t, s)
	if e := a.Effect(s.Factors[0].Path, "eval/noise"); e.Claim || e.Test != nil {
		t.Errorf("the effect is %+v", e)
	}
	if claims == 0 || len(a.Sentences()) >= claims {
		t.Errorf("%d claims before, now %q", claims, a.Sentences())
	}
	if !slices.Contains(a.Notes, "Nothing is claimed of "+s.Factors[0].Path+": it is set with some values of other settings only.") {
		t.Errorf("notes %q", a.Notes)
	}
}

// A unit's mean at a level is taken over those other settings that it has at every
// level, so that a missing trial does not look like an effect.
func TestLevelsByUnit(t *testing.T) {
	d := design{[]effects.Factor{names("a", "a0", "a1"), names("b", "b0", "b1", "b2")}, apart(1), claimed("m")}
	a := analyze(t, d.fill(func(_ int, levels []int) []float64 {
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

func TestPlantedTrend(t *testing.T) {
	a := analyze(t, planted(apart(8), 0, 1, 10, 100))
	want := []string{"Raising losses.tv.weight from 0 to 100 cut noise by 66% [62, 70] and raised content distance by 2.1% [1.5, 2.6] " +
		"(n = 8 pairs, p = 0.0078, Holm 0.016)."}
	if got := a.Sentences(); !slices.Equal(got, want) {
		t.Errorf("%q,\nnot %q", got, want)
	}
	e := a.Effect("losses.tv.weight", "eval/noise")
	if tr := e.Trend; tr.Direction != -1 || !tr.Monotone || tr.Strength > -0.9 {
		t.Errorf("trend %+v", tr)
	}
	if len(e.Contrasts) != 3 || e.Levels[0].Label != "0" || e.Levels[3].Label != "100" {
		t.Errorf("%d contrasts", len(e.Contrasts))
	}
	if notes := strings.Join(a.Notes, "\n"); strings.Contains(notes, "not independent") || e.Test.ByContent != nil {
		t.Errorf("pictures are not shared: %s", notes)
	}
}

func TestTooFewPairs(t *testing.T) {
	a := analyze(t, planted(apart(3), 0, 1000))
	got := a.Sentences()
	if len(got) != 1 || !strings.HasPrefix(got[0], "losses.tv.weight: no evidence (n = 3): 3 pairs cannot reach 5% whatever they show, 7 could; noise: 1000 against 0 −6") {
		t.Errorf("%q", got)
	}
	e := a.Effect("losses.tv.weight", "eval/noise")
	if e.Claim || e.Test.Reachable || e.Test.Needed != 7 || e.Test.P != 0.25 {
		t.Errorf("%+v", e.Test)
	}
	if e.Levels[0].Median.Interval != nil || e.Contrasts[0].Ratio.Interval != nil {
		t.Error("three pairs have an interval")
	}
}

// Three unordered levels could reach a small p with few units; a claim needs six all the same.
func TestFewUnitsMakeNoClaim(t *testing.T) {
	d := design{[]effects.Factor{names("layer", "a", "b", "c")}, apart(5), claimed("noise")}
	a := analyze(t, d.fill(func(unit int, levels []int) []float64 { return []float64{float64(unit + 10*levels[0] + 1)} }))
	e := a.Effects[0]
	if e.Test.P > 0.001 || e.Claim || e.Test.Reachable || e.Test.Needed != 6 {
		t.Errorf("%+v", e.Test)
	}
}

func TestLevelsWithoutOrder(t *testing.T) {
	r := random(3)
	d := design{[]effects.Factor{names("layer", "conv3_1", "conv4_1", "conv4_4")}, apart(8), claimed("content distance")}
	a := analyze(t, d.fill(func(unit int, levels []int) []float64 {
		factor := []float64{1, 1, 5}[levels[0]]
		return []float64{factor * math.Exp(r.NormFloat64()*0.01+float64(unit))}
	}))
	want := []string{"layer changes content distance: conv4_4 against conv3_1 ×5.02 [4.97, 5.08], conv4_4 against conv4_1 ×4.99 [4.95, 5.02] " +
		"(n = 8 pairs, p = 0.0078, Holm 0.0078)."} // of the contrasts: the test of all three is below
	if got := a.Sentences(); !slices.Equal(got, want) {
		t.Errorf("%q,\nnot %q", got, want)
	}
	if p := a.Effects[0].Test.P; p >= 0.0078 {
		t.Errorf("p of all levels together is %g", p)
	}
	for _, c := range a.Effects[0].Contrasts {
		if want := c.To == "conv4_4"; c.Holds != want {
			t.Errorf("%s against %s holds: %v", c.To, c.From, c.Holds)
		}
	}
}

func TestNoEvidence(t *testing.T) {
	r := random(4)
	d := design{[]effects.Factor{names("backbone.pooling", "avg", "max")}, apart(8), claimed("style distance")}
	a := analyze(t, d.fill(func(int, []int) []float64 { return []float64{math.Exp(0.03 * r.NormFloat64())} }))
	got := a.Sentences()
	want := "No evidence that backbone.pooling changes style distance: max against avg −1% [−4, 3] (n = 8 pairs, p = 0.77, Holm 0.77)."
	if len(got) != 1 || got[0] != want {
		t.Errorf("%q, not %q", got, want)
	}
}

// A curve that goes up and down alike has no trend; the answer says where it is lowest.
func TestCurveWithoutTrend(t *testing.T) {
	r := random(5)
	d := design{[]effects.Factor{numbers("losses.style.weight", 1, 10, 100, 1000, 10000)}, apart(8), claimed("style distance")}
	a := analyze(t, d.fill(func(_ int, levels []int) []float64 {
		from := float64(levels[0] - 2)
		return []float64{math.Exp(from*from + 0.1*r.NormFloat64())}
	}))
	if got := a.Sentences(); len(got) != 1 || !strings.HasPrefix(got[0], "No evidence") || !strings.Contains(got[0], "lowest at 100 (") {
		t.Errorf("%q", got)
	}
	if a.Effects[0].Trend.Monotone {
		t.Error("a curve that turns is called monotone")
	}
}

// A trend whose ends do not differ is reported as a trend.
func TestTrendWithoutEnds(t *testing.T) {
	r := random(6)
	d := design{[]effects.Factor{numbers("tv", 1, 2, 3, 4, 5, 6, 7)}, apart(8), claimed("noise")}
	a := analyze(t, d.fill(func(unit int, levels []int) []float64 {
		v := []float64{0, 1, 2, 3, 4, 5, 0}[levels[0]]
		if levels[0] == 6 {
			v = 0.5 * float64(unit%2*2-1)
		}
		return []float64{v + 0.1*r.NormFloat64() - 100}
	}))
	if got := a.Sentences(); len(got) != 1 || !strings.HasPrefix(got[0], "As tv goes up, noise rises (mean rank correlation 0.") {
		t.Errorf("%q", got)
	}
}

func TestConstantMetric(t *testing.T) {
	d := design{[]effects.Factor{numbers("tv", 0, 1, 2), names("pooling", "avg", "max")}, apart(8), claimed("noise")}
	for _, values := range []func(int, []int) []float64{
		func(int, []int) []float64 { return []float64{0} },
		func(int, []int) []float64 { return []float64{0.1} },
		func(unit int, _ []int) []float64 { return []float64{0.1 * float64(unit+1)} },
	} {
		a := analyze(t, d.fill(values))
		for _, text := range a.Sentences() {
			if !strings.Contains(text, "did not change noise") {
				t.Errorf("%q", text)
			}
		}
		for _, e := range a.Effects {
			if e.Claim || !e.Constant || e.Test.P != 1 {
				t.Errorf("%s: %+v", e.Factor, e.Test)
			}
		}
		writable(t, a)
	}
}

// writable fails the test where the analysis holds a number that is none: JSON has no such.
func writable(t *testing.T, a *effects.Analysis) string {
	t.Helper()
	data, err := json.Marshal(a)
	if err != nil {
		t.Fatal(err)
	}
	if text := strings.Join(append(a.Sentences(), a.Notes...), "\n"); strings.Contains(text, "NaN") || strings.Contains(text, "Inf") {
		t.Errorf("no number: %s", text)
	}
	return string(data)
}

func TestSmallStudies(t *testing.T) {
	value := func(unit int, levels []int) []float64 { return []float64{float64(unit + levels[0] + 1)} }
	one := names("pooling", "avg")
	for name, s := range map[string]effects.Study{
		"nothing":   {},
		"no runs":   {Factors: []effects.Factor{one}, Units: apart(2), Metrics: claimed("noise")},
		"one level": design{[]effects.Factor{one}, apart(8), claimed("noise")}.fill(value),
		"one unit":  design{[]effects.Factor{names("pooling", "avg", "max")}, apart(1), claimed("noise")}.fill(value),
		"no metric": design{[]effects.Factor{names("pooling", "avg", "max")}, apart(8), claimed("noise")}.fill(func(int, []int) []float64 { return nil }),
	} {
		a := analyze(t, s)
		writable(t, a)
		for _, e := range a.Effects {
			if e.Claim {
				t.Errorf("%s: a claim", name)
			}
		}
		if got := a.Sentences(); name == "one unit" && (len(got) != 1 || !strings.Contains(got[0], "no evidence (n = 1): 1 pair cannot")) {
			t.Errorf("%s: %q", name, got)
		}
		if notes := strings.Join(a.Notes, ""); name == "one level" && !strings.Contains(notes, "Only one level of pooling ran") {
			t.Errorf("%s: %q", name, notes)
		}
	}
}

func TestContradictions(t *testing.T) {
	s := effects.Study{
		Factors: []effects.Factor{names("a", "x"), names("a", "x")}, Units: apart(1),
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
	for i, n := range nulls() {
		s := n.study(random(uint64(100 + i)))
		before := writable(t, analyze(t, s))
		r := rand.New(rand.NewPCG(1, 1))
		r.Shuffle(len(s.Runs), func(i, j int) { s.Runs[i], s.Runs[j] = s.Runs[j], s.Runs[i] })
		if after := writable(t, analyze(t, s)); after != before {
			t.Errorf("%s: the order of the runs matters", n.name)
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
			same(t, n.name, e, b.Effects[k], 1)
		}
	}
}

// same compares effects up to rounding; sign −1 expects them mirrored.
func same(t *testing.T, name string, got, want *effects.Effect, sign float64) {
	t.Helper()
	equal := func(a, b float64) bool { return math.Abs(a-b) <= 1e-9*(1+math.Abs(b)) }
	if !equal(got.Test.P, want.Test.P) || !equal(got.Test.Adjusted, want.Test.Adjusted) || got.Claim != want.Claim {
		t.Errorf("%s, %s: %+v, not %+v", name, got.Factor, got.Test, want.Test)
	}
	for i, c := range got.Contrasts {
		w := want.Contrasts[i]
		low, high := w.Difference.Interval, c.Difference.Interval
		if !equal(c.Difference.Value, sign*w.Difference.Value) || c.Holds != w.Holds || (low == nil) != (high == nil) {
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
	for i, n := range nulls() {
		s := n.study(random(uint64(200 + i)))
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
				same(t, n.name, e, b, -1)
			}
		}
	}
}

// Levels are compared under the same settings: where cells are missing, an effect of
// the other factor does not show up as one of this.
func TestMissingCells(t *testing.T) {
	d := design{[]effects.Factor{names("pooling", "avg", "max"), names("layer", "a", "b")}, apart(8), claimed("noise")}
	s := d.fill(func(unit int, levels []int) []float64 { return []float64{float64(100*unit + 10*levels[1] + 1)} })
	s.Runs = slices.DeleteFunc(s.Runs, func(r effects.Run) bool { return r.Levels[0] == 1 && r.Levels[1] == 1 && r.Unit != 7 })
	s.Runs[0].Values["eval/noise"] = math.NaN()
	a := analyze(t, s)
	e := a.Effect("pooling", "eval/noise")
	if e.Constant || e.Contrasts[0].Difference.Value != 0 || e.N != 7 { // the first unit has lost its avg, a
		t.Errorf("pooling does nothing in what is there: %+v, n = %d", e.Contrasts[0], e.N)
	}
	if !strings.Contains(strings.Join(a.Notes, ""), "Left out, since their noise is not finite: 1 run.") {
		t.Errorf("%q", a.Notes)
	}
	if e := a.Effect("layer", "eval/noise"); e.Contrasts[0].Difference.Value != 10 || e.N != 7 {
		t.Errorf("layer b is 10 above a: %+v", e.Contrasts[0])
	}
	writable(t, a)
}

// Metrics that the question does not name have intervals, no p and no sentence.
func TestOtherMetrics(t *testing.T) {
	s := planted(apart(8), 0, 1000)
	s.Metrics[1].Claimed = false
	a := analyze(t, s)
	e := a.Effect("losses.tv.weight", "eval/content distance")
	if a.Tests != 1 || e.Test != nil || e.Contrasts[0].P != nil || e.Contrasts[0].Ratio.Interval == nil || e.Levels[0].Median.Interval == nil {
		t.Errorf("%d tests; %+v", a.Tests, e)
	}
	if got := a.Sentences(); len(got) != 1 || strings.Contains(got[0], "content distance") {
		t.Errorf("%q", got)
	}
}
