package answers_test

import (
	"encoding/json"
	"math"
	"slices"
	"strings"
	"testing"

	"runexp/reports/answers"
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

func TestPlantedEffectWithEightPairs(t *testing.T) {
	a := analyze(t, simulated.Planted(simulated.Crossed(4, 2), 0, 1000))
	want := []string{"Raising losses.tv.weight from 0 to 1000 cuts noise by 64% [59, 69] and raises content distance by 1.9% [1.4, 2.5], on these pictures (8 pairs)."}
	if got := answers.Headlines(a); !slices.Equal(got, want) {
		t.Errorf("%q,\nnot %q", got, want)
	}
	e := a.Effect("losses.tv.weight", "eval/noise")
	if !e.Claim() || e.These.P != 2./256 || e.These.Adjusted != 4./256 || !e.Contrasts[0].Differs() {
		t.Errorf("the effect is not claimed as it should be: %+v", e.These)
	}
	if notes := strings.Join(answers.Limits(a), "\n"); !strings.Contains(notes, "Claims are about these pictures and no others: the 8 pairs are of 4 content images and 2 style images. Eight pairs without a picture in common") {
		t.Errorf("no word of shared pictures: %s", notes)
	}
}

// Where the pictures are what was varied, they are no pairs that share something.
func TestVariedPictures(t *testing.T) {
	units := simulated.Apart(8)
	for i := range units {
		units[i].Content, units[i].Style = "", ""
	}
	a := analyze(t, simulated.Planted(units, 0, 1000))
	if got := answers.Headlines(a); len(got) != 1 || !strings.HasSuffix(got[0], ", on these pictures (8 draws).") {
		t.Errorf("%q", got)
	}
	if e := a.Effect("losses.tv.weight", "eval/noise"); e.Alike != nil {
		t.Errorf("pictures like these: %+v", e.Alike)
	}
	notes := strings.Join(answers.Limits(a), "\n")
	if !strings.Contains(notes, "Pictures are among what was varied: claims are about these pictures and no others") {
		t.Errorf("notes: %s", notes)
	}
}

// A metric that turns at its worst has no best level there, and others that turn with it do not
// disagree; a turning point on these pictures is none on pictures like these.
func TestTurningAtTheWorst(t *testing.T) {
	metrics := simulated.Claimed("content distance", "cfsd")
	metrics[0].Kind, metrics[1].Kind, metrics[1].Claimed = "content", "content", false
	r := simulated.Random(5)
	worst := []float64{1, 1.5, 1}
	curve := func(_ int, levels []int) []float64 {
		v := worst[levels[0]]
		return []float64{v * math.Exp(0.02*r.NormFloat64()), v * math.Exp(0.02*r.NormFloat64())}
	}
	d := simulated.Grid([]effects.Factor{simulated.Numbers("weight", 1, 2, 3)}, simulated.Apart(8), metrics)
	got := answers.Of(analyze(t, d.Fill(curve)))[0]
	if f := got.Findings[0]; f.Verdict != answers.Differs || len(f.Best) > 0 || len(got.Caveats) > 0 || !strings.Contains(f.Text, "highest at 2") {
		t.Errorf("%+v, %q", f, got.Caveats)
	}
	worst = []float64{1, 1.5, 0.8} // the ends differ: the better one is best
	if f := answers.Of(analyze(t, d.Fill(curve)))[0].Findings[0]; !slices.Equal(f.Best, []string{"3"}) {
		t.Errorf("%+v", f)
	}
	for _, r := range got.Findings[0].Rows {
		if r.Level == "2" && r.Against == "1" && r.These != answers.Differs {
			t.Errorf("%+v", r)
		}
	}
}

// A turning point within the declared margin of an end says both.
func TestATurnWithinTheMargin(t *testing.T) {
	metrics := simulated.Claimed("noise")
	metrics[0].Margin, metrics[0].Relative = 0.2, true
	r := simulated.Random(11)
	curve := []float64{1, 0.95, 1}
	d := simulated.Grid([]effects.Factor{simulated.Numbers("weight", 1, 2, 3)}, simulated.Apart(8), metrics)
	a := analyze(t, d.Fill(func(_ int, levels []int) []float64 {
		return []float64{curve[levels[0]] * math.Exp(0.002*r.NormFloat64())}
	}))
	found := false
	for _, row := range answers.Of(a)[0].Findings[0].Rows {
		if row.Level == "2" && row.Against == "1" {
			found = row.These == answers.Differs+", by less than 20%"
			if !found {
				t.Errorf("%+v", row)
			}
		}
	}
	if !found {
		t.Error("no turning point")
	}
}

// What begins anew within a line goes on in small letters.
func TestClausesOfALine(t *testing.T) {
	r := simulated.Random(12)
	d := simulated.Grid([]effects.Factor{simulated.Numbers("weight", 1, 2, 3)}, simulated.Apart(8), simulated.Claimed("style", "noise"))
	a := analyze(t, d.Fill(func(_ int, levels []int) []float64 {
		noise := func() float64 { return math.Exp(0.01 * r.NormFloat64()) }
		return []float64{[]float64{1, 0.5, 1}[levels[0]] * noise(), float64(1+levels[0]) * noise()}
	}))
	if got := answers.Headlines(a); len(got) != 1 || !strings.Contains(got[0], "; raising weight from 1 to 3 ") {
		t.Errorf("%q", got)
	}
}

// A turning point that holds for these pictures only is not told of pictures like these: twelve
// pairs in six groups show it by themselves, six groups do not after correction.
func TestATurnOfThesePicturesOnly(t *testing.T) {
	r := simulated.Random(9)
	for _, curve := range [][]float64{{1, 0.9, 0.55, 0.7, 0.8}, {1, 0.8, 0.55, 0.8, 1}} { // its ends differ, and do not
		d := simulated.Grid([]effects.Factor{simulated.Numbers("weight", 1, 2, 3, 4, 5)}, simulated.InGroups(6, 2), simulated.Claimed("style distance"))
		a := analyze(t, d.Fill(func(_ int, levels []int) []float64 {
			return []float64{curve[levels[0]] * math.Exp(0.01*r.NormFloat64())}
		}))
		turn := a.Effects[0].Turn
		if turn == nil || !turn.These.Holds || turn.Alike.Holds {
			t.Fatalf("%+v", turn)
		}
		if f := answers.Of(a)[0].Findings[0]; f.Alike || !slices.Equal(f.Best, []string{"3"}) {
			t.Errorf("%v: %+v", curve, f)
		}
	}
}

// Each metric has its own number of units: one that is missing in three has too few.
func TestTooFewOfOneMetric(t *testing.T) {
	metrics := simulated.Claimed("noise", "style distance", "palette distance")
	s := simulated.Grid([]effects.Factor{simulated.Names("pooling", "avg", "max")}, simulated.Apart(8), metrics).Fill(func(unit int, levels []int) []float64 {
		return []float64{1 + float64(levels[0]) + 0.01*float64(unit), 1, 1}
	})
	for i := range s.Runs {
		if s.Runs[i].Unit < 3 {
			delete(s.Runs[i].Values, "eval/style distance")
		}
		if s.Runs[i].Unit < 4 {
			delete(s.Runs[i].Values, "eval/palette distance")
		}
	}
	if got := answers.Headlines(analyze(t, s)); len(got) != 1 || !strings.Contains(got[0], "5 pairs are too few to show what it does to style distance; ") ||
		!strings.Contains(got[0], "4 pairs are too few to show what it does to palette distance; ") {
		t.Errorf("%q", got)
	}
}

// Six units of five levels see that something differs, and can never see what.
func TestPairsOutOfReach(t *testing.T) {
	d := simulated.Grid([]effects.Factor{simulated.Names("picture", "a", "b", "c", "d", "e")}, simulated.Apart(6), simulated.Claimed("content distance"))
	a := analyze(t, d.Fill(func(unit int, levels []int) []float64 {
		return []float64{math.Exp(float64(levels[0]) + 0.1*float64((unit+levels[0])%3))}
	}))
	if got := answers.Headlines(a); len(got) != 1 || !strings.HasPrefix(got[0], "picture: no winner: it changes content distance, but 6 pairs are too few to tell which levels differ; 8 could, on pictures like these (6 pairs).") {
		t.Errorf("%q", got)
	}
}

// Runs that are missing for their values leave nothing to be claimed.
func TestCensored(t *testing.T) {
	s := simulated.Planted(simulated.Apart(8), 0, 1000)
	s.Censored = 3
	a := analyze(t, s)
	if got := answers.Headlines(a); len(got) != 0 || a.Tests != 0 {
		t.Errorf("%d tests, %q", a.Tests, got)
	}
	if e := a.Effect("losses.tv.weight", "eval/noise"); e.Claim() || e.These != nil || e.Contrasts[0].Ratio == nil {
		t.Errorf("the effect is %+v", e)
	}
	if len(answers.Limits(a)) == 0 || answers.Limits(a)[0] != "Nothing is claimed: early stopping pruned 3 runs, and the runs left of a bad setting are its best." {
		t.Errorf("notes %q", answers.Limits(a))
	}
}

// Where results decided on the settings nothing is claimed either.
func TestAdaptive(t *testing.T) {
	s := simulated.Planted(simulated.Apart(8), 0, 1000)
	s.Adaptive = true
	a := analyze(t, s)
	if got := answers.Headlines(a); len(got) != 0 || a.Tests != 0 {
		t.Errorf("%d tests, %q", a.Tests, got)
	}
	if limits := answers.Limits(a); len(limits) == 0 || !strings.HasPrefix(limits[0], "Nothing is claimed: results decided on the settings") {
		t.Errorf("notes %q", limits)
	}
	if text, able := answers.Reach(a); able || text != "nothing is claimed where results decide on settings" {
		t.Errorf("reach %q, %v", text, able)
	}
}

// Of a parameter that other settings decide on nothing is tested, and a note says so.
func TestConditional(t *testing.T) {
	s := simulated.Planted(simulated.Apart(8), 0, 1000)
	if len(answers.Headlines(analyze(t, s))) == 0 {
		t.Fatal("nothing is claimed of it anyway")
	}
	s.Factors[0].Conditional = true
	a := analyze(t, s)
	if e := a.Effect(s.Factors[0].Path, "eval/noise"); e.Claim() || e.These != nil {
		t.Errorf("the effect is %+v", e)
	}
	if got := answers.Headlines(a); len(got) != 0 {
		t.Errorf("%q", got)
	}
	if !slices.Contains(answers.Limits(a), "Nothing is claimed of "+s.Factors[0].Path+": it is set with some values of other settings only.") {
		t.Errorf("notes %q", answers.Limits(a))
	}
}

func TestPlantedTrend(t *testing.T) {
	a := analyze(t, simulated.Planted(simulated.Apart(8), 0, 1, 10, 100))
	want := []string{"Raising losses.tv.weight from 0 to 100 cuts noise by 66% [62, 70] and raises content distance by 2.1% [1.5, 2.6], on pictures like these (8 pairs)."}
	if got := answers.Headlines(a); !slices.Equal(got, want) {
		t.Errorf("%q,\nnot %q", got, want)
	}
	e := a.Effect("losses.tv.weight", "eval/noise")
	if tr := e.Trend; tr.Direction != -1 || !tr.Monotone || tr.Strength > -0.9 {
		t.Errorf("trend %+v", tr)
	}
	if len(e.Contrasts) != 3 || e.Levels[0].Label != "0" || e.Levels[3].Label != "100" {
		t.Errorf("%d contrasts", len(e.Contrasts))
	}
	if notes := strings.Join(answers.Limits(a), "\n"); !strings.Contains(notes, "Claims are about pictures like these") || e.Alike == nil || *e.Alike != *e.These {
		t.Errorf("no picture is shared, and both claims are one: %s", notes)
	}
}

func TestTooFewPairs(t *testing.T) {
	a := analyze(t, simulated.Planted(simulated.Apart(3), 0, 1000))
	got := answers.Headlines(a)
	if len(got) != 1 || !strings.HasPrefix(got[0], "losses.tv.weight: 3 pairs are too few to show what it does to noise or content distance; 7 could.") {
		t.Errorf("%q", got)
	}
	e := a.Effect("losses.tv.weight", "eval/noise")
	if e.Claim() || e.These.Reachable || e.These.Needed != 7 || e.These.P != 0.25 {
		t.Errorf("%+v", e.These)
	}
	if e.Levels[0].Median.Interval != nil || e.Contrasts[0].Ratio.Interval != nil {
		t.Error("three pairs have an interval")
	}
}

func TestLevelsWithoutOrder(t *testing.T) {
	r := simulated.Random(3)
	d := simulated.Grid([]effects.Factor{simulated.Names("layer", "conv3_1", "conv4_1", "conv4_4")}, simulated.Apart(8), simulated.Claimed("content distance"))
	a := analyze(t, d.Fill(func(unit int, levels []int) []float64 {
		factor := []float64{1, 1, 5}[levels[0]]
		return []float64{factor * math.Exp(r.NormFloat64()*0.01+float64(unit))}
	}))
	want := []string{"layer: conv3_1 and conv4_1 have the lowest content distance, 80.1% [79.9, 80.3] below conv4_4, and cannot be told apart, on pictures like these (8 pairs)."}
	if got := answers.Headlines(a); !slices.Equal(got, want) {
		t.Errorf("%q,\nnot %q", got, want)
	}
	if p := a.Effects[0].These.P; p >= 0.0078 {
		t.Errorf("p of all levels together is %g", p)
	}
	for _, c := range a.Effects[0].Contrasts {
		if want := c.To == "conv4_4"; c.Differs() != want {
			t.Errorf("%s against %s holds: %v", c.To, c.From, c.Differs())
		}
	}
}

func TestNoEvidence(t *testing.T) {
	r := simulated.Random(4)
	d := simulated.Grid([]effects.Factor{simulated.Names("backbone.pooling", "avg", "max")}, simulated.Apart(8), simulated.Claimed("style distance"))
	a := analyze(t, d.Fill(func(int, []int) []float64 { return []float64{math.Exp(0.03 * r.NormFloat64())} }))
	got := answers.Headlines(a)
	want := "No evidence that backbone.pooling changes style distance (8 pairs)."
	if len(got) != 1 || got[0] != want {
		t.Errorf("%q, not %q", got, want)
	}
}

// A curve that goes down and up alike has no trend; it is lowest at its turning point.
func TestTurningPoint(t *testing.T) {
	r := simulated.Random(5)
	d := simulated.Grid([]effects.Factor{simulated.Numbers("losses.style.weight", 1, 10, 100, 1000, 10000)}, simulated.Apart(8), simulated.Claimed("style distance"))
	a := analyze(t, d.Fill(func(_ int, levels []int) []float64 {
		from := float64(levels[0] - 2)
		return []float64{math.Exp(from*from + 0.1*r.NormFloat64())}
	}))
	if got := answers.Headlines(a); len(got) != 1 || !strings.HasPrefix(got[0], "losses.style.weight: style distance is lowest at 100, 98.2% [98.0, 98.3] below 1 and 98.1% [97.9, 98.3] below 10000, on") {
		t.Errorf("%q", got)
	}
	if a.Effects[0].Trend.Monotone {
		t.Error("a curve that turns is called monotone")
	}
}

// A trend whose ends do not differ is reported as a trend.
func TestTrendWithoutEnds(t *testing.T) {
	r := simulated.Random(6)
	d := simulated.Grid([]effects.Factor{simulated.Numbers("tv", 1, 2, 3, 4, 5, 6, 7)}, simulated.Apart(8), simulated.Claimed("noise"))
	a := analyze(t, d.Fill(func(unit int, levels []int) []float64 {
		v := []float64{0, 1, 2, 3, 4, 5, 0}[levels[0]]
		if levels[0] == 6 {
			v = 6 * float64(unit%2*2-1)
		}
		return []float64{v + 0.1*r.NormFloat64() - 100}
	}))
	if got := answers.Headlines(a); len(got) != 1 || !strings.HasPrefix(got[0], "tv: noise rises with it (mean rank correlation 0.") {
		t.Errorf("%q", got)
	}
}

func TestConstantMetric(t *testing.T) {
	d := simulated.Grid([]effects.Factor{simulated.Numbers("tv", 0, 1, 2), simulated.Names("pooling", "avg", "max")}, simulated.Apart(8), simulated.Claimed("noise"))
	for _, values := range []func(int, []int) []float64{
		func(int, []int) []float64 { return []float64{0} },
		func(int, []int) []float64 { return []float64{0.1} },
		func(unit int, _ []int) []float64 { return []float64{0.1 * float64(unit+1)} },
	} {
		a := analyze(t, d.Fill(values))
		for _, text := range answers.Headlines(a) {
			if !strings.Contains(text, "did not change noise") {
				t.Errorf("%q", text)
			}
		}
		for _, e := range a.Effects {
			if e.Claim() || !e.Constant || e.These.P != 1 {
				t.Errorf("%s: %+v", e.Factor, e.These)
			}
		}
		writable(t, a)
	}
}

// writable fails the test where the analysis holds a number that is none: JSON has no such.
func writable(t *testing.T, a *effects.Analysis) {
	t.Helper()
	if _, err := json.Marshal(a); err != nil {
		t.Fatal(err)
	}
	if text := strings.Join(append(answers.Headlines(a), answers.Limits(a)...), "\n"); strings.Contains(text, "NaN") || strings.Contains(text, "Inf") {
		t.Errorf("no number: %s", text)
	}
}

func TestSmallStudies(t *testing.T) {
	value := func(unit int, levels []int) []float64 { return []float64{float64(unit + levels[0] + 1)} }
	one := simulated.Names("pooling", "avg")
	for name, s := range map[string]effects.Study{
		"nothing":   {},
		"no runs":   {Factors: []effects.Factor{one}, Units: simulated.Apart(2), Metrics: simulated.Claimed("noise")},
		"one level": simulated.Grid([]effects.Factor{one}, simulated.Apart(8), simulated.Claimed("noise")).Fill(value),
		"one unit":  simulated.Grid([]effects.Factor{simulated.Names("pooling", "avg", "max")}, simulated.Apart(1), simulated.Claimed("noise")).Fill(value),
		"no metric": simulated.Grid([]effects.Factor{simulated.Names("pooling", "avg", "max")}, simulated.Apart(8), simulated.Claimed("noise")).Fill(func(int, []int) []float64 { return nil }),
	} {
		a := analyze(t, s)
		writable(t, a)
		for _, e := range a.Effects {
			if e.Claim() {
				t.Errorf("%s: a claim", name)
			}
		}
		if got := answers.Headlines(a); name == "one unit" && (len(got) != 1 || !strings.Contains(got[0], "1 pair is too few")) {
			t.Errorf("%s: %q", name, got)
		}
		if notes := strings.Join(answers.Limits(a), ""); name == "one level" && !strings.Contains(notes, "Only one level of pooling ran") {
			t.Errorf("%s: %q", name, notes)
		}
	}
}

// Levels are compared under the same settings: where cells are missing, an effect of
// the other factor does not show up as one of this.
func TestMissingCells(t *testing.T) {
	d := simulated.Grid([]effects.Factor{simulated.Names("pooling", "avg", "max"), simulated.Names("layer", "a", "b")}, simulated.Apart(8), simulated.Claimed("noise"))
	s := d.Fill(func(unit int, levels []int) []float64 { return []float64{float64(100*unit + 10*levels[1] + 1)} })
	s.Runs = slices.DeleteFunc(s.Runs, func(r effects.Run) bool { return r.Levels[0] == 1 && r.Levels[1] == 1 && r.Unit != 7 })
	s.Runs[0].Values["eval/noise"] = math.NaN()
	a := analyze(t, s)
	e := a.Effect("pooling", "eval/noise")
	if e.Constant || e.Contrasts[0].Difference.Value != 0 || e.N != 7 { // the first unit has lost its avg, a
		t.Errorf("pooling does nothing in what is there: %+v, n = %d", e.Contrasts[0], e.N)
	}
	if !strings.Contains(strings.Join(answers.Limits(a), ""), "Left out, since their noise is not finite: 1 run.") {
		t.Errorf("%q", answers.Limits(a))
	}
	if e := a.Effect("layer", "eval/noise"); e.Contrasts[0].Difference.Value != 10 || e.N != 7 {
		t.Errorf("layer b is 10 above a: %+v", e.Contrasts[0])
	}
	writable(t, a)
}

// Metrics that the question does not name have intervals, no p and no sentence.
func TestOtherMetrics(t *testing.T) {
	s := simulated.Planted(simulated.Apart(8), 0, 1000)
	s.Metrics[1].Claimed = false
	a := analyze(t, s)
	e := a.Effect("losses.tv.weight", "eval/content distance")
	if a.Tests != 1 || e.These != nil || e.Contrasts[0].These.Differs != nil || e.Contrasts[0].Ratio.Interval == nil || e.Levels[0].Median.Interval == nil {
		t.Errorf("%d tests; %+v", a.Tests, e)
	}
	if got := answers.Headlines(a); len(got) != 1 || strings.Contains(got[0], "content distance") {
		t.Errorf("%q", got)
	}
}

// A level that is best on average, and the worst at one level of another factor, does not win
// without that being said.
func TestTurnedByAnother(t *testing.T) {
	r := simulated.Random(7)
	layers := []effects.Factor{simulated.Names("content", "conv2_2", "conv4_4"), simulated.Names("style", "one", "three", "five")}
	fill := func(at ...float64) effects.Study {
		return simulated.Grid(layers, simulated.Apart(8), simulated.Claimed("content distance")).Fill(func(unit int, levels []int) []float64 {
			return []float64{math.Exp(float64(unit) + at[levels[1]]*float64(levels[0]) + 0.02*r.NormFloat64())}
		})
	}
	first := answers.Of(analyze(t, fill(1, -0.1, -0.2)))[0]
	want := "Which level has the lowest content distance depends on style: conv2_2 with one, conv4_4 with three, conv4_4 with five (a hint, averaged over in the line above)"
	if !slices.Equal(first.Caveats, []string{want}) {
		t.Errorf("%q", first.Caveats)
	}
	if got := answers.Of(analyze(t, fill(0.3, 0.31, 0.29)))[0]; len(got.Caveats) != 0 {
		t.Errorf("an effect that is the same everywhere: %q", got.Caveats)
	}
}

// Metrics of one kind that rank another level best are named.
func TestDisagreement(t *testing.T) {
	metrics := append(simulated.Claimed("content distance"), effects.Metric{Name: "eval/ssim", Label: "SSIM", Better: "higher"},
		effects.Metric{Name: "eval/noise", Label: "noise", Better: "lower"}, effects.Metric{Name: "eval/ssim/relu3_1", Label: "SSIM at relu3_1", Better: "higher"})
	for i, kind := range []string{"content", "content", "", "content"} {
		metrics[i].Kind = kind
	}
	r := simulated.Random(8)
	s := simulated.Grid([]effects.Factor{simulated.Names("layer", "conv2_2", "conv3_2", "conv4_4")}, simulated.Apart(8), metrics).Fill(func(_ int, levels []int) []float64 {
		ssim := 1 - 0.1*float64(levels[0]) + 0.01*r.NormFloat64()
		return []float64{3 - float64(levels[0]) + 0.1*r.NormFloat64(), ssim, float64(levels[0]), ssim}
	})
	got := answers.Of(analyze(t, s))[0].Caveats
	if want := "SSIM disagrees with content distance: by it conv2_2 is best, in 8 of 8 pairs, and conv4_4 last (a hint)"; !slices.Equal(got, []string{want}) {
		t.Errorf("%q", got)
	}
}

// Levels that differ by less than a declared margin are equivalent; without one there is
// no evidence and no more.
func TestEquivalence(t *testing.T) {
	r := simulated.Random(9)
	d := simulated.Grid([]effects.Factor{simulated.Names("pooling", "avg", "max")}, simulated.Apart(8), simulated.Claimed("noise"))
	s := d.Fill(func(unit int, _ []int) []float64 { return []float64{math.Exp(float64(unit) + 0.03*r.NormFloat64())} })
	if got := answers.Of(analyze(t, s))[0]; got.Findings[0].Verdict != answers.NoEvidence {
		t.Errorf("%+v", got)
	}
	s.Metrics[0].Margin, s.Metrics[0].Relative = 0.1, true
	got := answers.Of(analyze(t, s))[0]
	if got.Line() != "pooling: noise stays within 10% of that at avg, on pictures like these (8 pairs)." {
		t.Errorf("%q", got.Line())
	}
	if row := got.Findings[0].Rows[0]; row.These != "equivalent within 10%" || row.Alike != row.These {
		t.Errorf("%+v", row)
	}
	s.Metrics[0].Margin = 0.01
	if got := answers.Of(analyze(t, s))[0]; got.Findings[0].Verdict != answers.NoEvidence {
		t.Errorf("1%% is less than the interval: %+v", got)
	}
	s.Metrics[0].Relative = false
	if notes := strings.Join(answers.Limits(analyze(t, s)), " "); !strings.Contains(notes, "The margin of noise is not used") {
		t.Errorf("%q", notes)
	}
}

// Every content image with every style image: what holds beyond these pictures is told by a
// test that takes pictures as drawn.
func TestCrossed(t *testing.T) {
	r := simulated.Random(10)
	d := simulated.Grid([]effects.Factor{simulated.Names("pooling", "avg", "max")}, simulated.Crossed(4, 4), simulated.Claimed("noise"))
	for _, c := range []struct {
		byPicture float64
		want      string
	}{{0, ", on pictures like these (16 pairs)."}, {2, ", on these pictures (16 pairs)."}} {
		a := analyze(t, d.Fill(func(unit int, levels []int) []float64 {
			effect := 1 + c.byPicture*[]float64{2, -0.6, -0.4, 0.2}[unit/4]
			return []float64{math.Exp(effect*float64(levels[0]) + 0.05*r.NormFloat64())}
		}))
		if a.Sharing != effects.Crossed {
			t.Fatalf("sharing is %s", a.Sharing)
		}
		if got := answers.Headlines(a)[0]; !strings.HasSuffix(got, c.want) {
			t.Errorf("%q", got)
		}
	}
}
