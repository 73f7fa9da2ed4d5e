package effects

import (
	"encoding/json"
	"math"
	"os"
	"slices"
	"testing"
)

// known holds numbers of scipy's; testdata/known.py makes them.
type known struct {
	Flips []struct {
		D             []float64
		P             float64
		HodgesLehmann float64 `json:"hodges_lehmann"`
		Interval      []float64
	}
	Orders []struct {
		Values [][]float64
		P      float64
	}
	Correlations []struct {
		X, Y []float64
		Rho  float64
	}
}

func readKnown(t *testing.T) (k known) {
	t.Helper()
	data, err := os.ReadFile("testdata/known.json")
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(data, &k); err != nil {
		t.Fatal(err)
	}
	if len(k.Flips) == 0 || len(k.Orders) == 0 || len(k.Correlations) == 0 {
		t.Fatal("known.json is not complete")
	}
	return k
}

func near(a, b, tolerance float64) bool { return math.Abs(a-b) <= tolerance }

// The sign-flip test, its estimate and its interval are scipy's.
func TestFlipAgainstScipy(t *testing.T) {
	for _, c := range readKnown(t).Flips {
		if p := flip(c.D); !near(p, c.P, 1e-12) {
			t.Errorf("%v: p %v, scipy has %v", c.D, p, c.P)
		}
		e := shift(c.D)
		if !near(e.Value, c.HodgesLehmann, 1e-12) {
			t.Errorf("%v: centre %v, not %v", c.D, e.Value, c.HodgesLehmann)
		}
		switch {
		case (e.Interval == nil) != (c.Interval == nil):
			t.Errorf("%v: interval %v, not %v", c.D, e.Interval, c.Interval)
		case e.Interval != nil && (!near(e.Interval.Low, c.Interval[0], 1e-6) || !near(e.Interval.High, c.Interval[1], 1e-6)):
			t.Errorf("%v: interval %v, not %v", c.D, *e.Interval, c.Interval)
		}
	}
}

// Permuting levels within units gives scipy's p.
func TestOmnibusAgainstScipy(t *testing.T) {
	for _, c := range readKnown(t).Orders {
		var blocks []block
		for _, row := range c.Values {
			b := block{ranks: ranks(row, 0)}
			for l := range row {
				b.levels = append(b.levels, l)
			}
			blocks = append(blocks, b)
		}
		p, exact := omnibus(blocks)
		tolerance := 1e-9
		if !exact { // four standard errors, of all draws or of enough of them
			tolerance = max(4*math.Sqrt(c.P/draws), 4*c.P/math.Sqrt(enough))
		}
		if !near(p, c.P, tolerance) || !exact && len(c.Values[0]) == 3 {
			t.Errorf("%v: p %v (exact: %v), scipy has %v", c.Values, p, exact, c.P)
		}
	}
}

func TestSpearmanAgainstScipy(t *testing.T) {
	for _, c := range readKnown(t).Correlations {
		if rho := spearman(ranks(c.X, 0), ranks(c.Y, 0)); !near(rho, c.Rho, 1e-12) {
			t.Errorf("%v, %v: %v, scipy has %v", c.X, c.Y, rho, c.Rho)
		}
	}
}

// Published numbers, and some computed by hand.
func TestFlipByHand(t *testing.T) {
	// Darwin's maize, crossed against self-fertilised; Fisher (1935, section 21) counted
	// 863 of the 32,768 sums on either side.
	maize := []float64{49, -67, 8, 16, 6, 23, 28, 41, 14, 29, 56, 24, 75, 60, -48}
	for _, c := range []struct {
		name string
		d    []float64
		p    float64
	}{
		{"Fisher", maize, 2 * 863. / 32768},
		{"eight alike", []float64{1, 2, 3, 4, 5, 6, 7, 8}, 2. / 256},
		{"three alike", []float64{1, 2, 3}, 2. / 8},
		{"a zero changes nothing", []float64{1, 2, 3, 0}, 2. / 8},
		{"one against: sums of 6, 4 and their mirrors", []float64{-1, 2, 3}, 4. / 8},
		{"none", nil, 1},
		{"zeros", []float64{0, 0}, 1},
	} {
		if p := flip(c.d); !near(p, c.p, 1e-12) {
			t.Errorf("%s: p = %v, not %v", c.name, p, c.p)
		}
	}
}

// Beyond 16 units signs are drawn: p is then near to the exact one, which for equal
// differences is the binomial's, and never 0.
func TestFlipDrawn(t *testing.T) {
	d := slices.Repeat([]float64{1}, 20)
	for i := range 5 {
		d[i] = -1
	}
	exact := 2 * 21700. / 1048576 // P(B ≤ 5) of 20
	if p := flip(d); !near(p, exact, max(4*math.Sqrt(exact/draws), 4*exact/math.Sqrt(enough))) {
		t.Errorf("p = %v, exactly %v", p, exact)
	}
	all := slices.Repeat([]float64{1}, 30)
	if p := flip(all); p != 1./(draws+1) || flipFloor(30) != p {
		t.Errorf("p = %v, floor %v; the least is %v", p, flipFloor(30), 1./(draws+1))
	}
	e := shift(all)
	if e.Value != 1 || e.Interval == nil || e.Interval.Low != 1 || e.Interval.High != 1 {
		t.Errorf("equal differences: %v %v", e.Value, e.Interval)
	}
}

// A drawn p of the omnibus test is near to the exact one of the same blocks.
func TestOmnibusDrawn(t *testing.T) {
	for _, c := range readKnown(t).Orders {
		if len(c.Values[0]) != 3 {
			continue
		}
		var three, five []block
		for _, row := range c.Values {
			r := ranks(row, 0)
			three = append(three, block{[]int{0, 1, 2}, r})
			// Five levels of which the unit has three: too many to count, the same p.
			five = append(five, block{[]int{0, 1, 2}, append(slices.Clone(r), 0, 0)})
		}
		exact, _ := omnibus(three)
		drawn, counted := omnibus(five)
		if counted || !near(drawn, exact, max(4*math.Sqrt(exact/draws), 4*exact/math.Sqrt(enough))) {
			t.Errorf("drawn %v (counted: %v), exactly %v", drawn, counted, exact)
		}
	}
}

// The interval of a median: levels by hand from the binomial.
func TestMedianInterval(t *testing.T) {
	for _, c := range []struct {
		n         int
		low, high float64
		level     float64
	}{
		{5, 0, 0, 0}, // 1 − 2/32 is 0.94
		{6, 1, 6, 1 - 2./64},
		{8, 1, 8, 1 - 2./256},
		{9, 2, 8, 1 - 2*10./512},
		{12, 3, 10, 1 - 2*79./4096},
	} {
		var values []float64
		for i := c.n; i >= 1; i-- {
			values = append(values, float64(i))
		}
		e := medianInterval(values)
		if e.Value != float64(c.n+1)/2 {
			t.Errorf("median of 1…%d: %v", c.n, e.Value)
		}
		if c.level == 0 {
			if e.Interval != nil {
				t.Errorf("n = %d has an interval: %v", c.n, *e.Interval)
			}
			continue
		}
		if e.Interval == nil || e.Interval.Low != c.low || e.Interval.High != c.high || !near(e.Interval.Level, c.level, 1e-12) {
			t.Errorf("n = %d: %v, not [%v, %v] at %v", c.n, e.Interval, c.low, c.high, c.level)
		}
	}
}

// Single steps are corrected as Holm does: R's p.adjust(c(0.02, 0.01, 0.04, 0.03), "holm").
func TestCorrectIsHolm(t *testing.T) {
	got := correct([][]step{{{0.02, 1}}, {{0.01, 1}}, {{0.04, 1}}, {{0.03, 1}}})
	want := []float64{0.06, 0.04, 0.06, 0.06}
	for i := range want {
		if !near(got[i][0], want[i], 1e-12) {
			t.Errorf("p %d: %v, not %v", i, got[i][0], want[i])
		}
	}
}

// A family keeps its share until it is finished: with two families the second step
// of the first costs as much as its first did, and the other family waits for it.
func TestCorrectKeepsShares(t *testing.T) {
	got := correct([][]step{{{0.001, 1}, {0.02, 1}}, {{0.03, 1}}})
	want := [][]float64{{0.002, 0.04}, {0.04}} // 2·0.001; 2·0.02; then 1·0.03, no less than before
	for i := range want {
		for j := range want[i] {
			if !near(got[i][j], want[i][j], 1e-12) {
				t.Errorf("step %d of family %d: %v, not %v", j, i, got[i][j], want[i][j])
			}
		}
	}
	got = correct([][]step{{{0.001, 1}, {0.5, 1}}, {{0.03, 1}}})
	if !near(got[1][0], 0.06, 1e-12) {
		t.Errorf("an unfinished family gave its share away: %v", got[1][0])
	}
}

// Shaffer's table 1 for k = 3, 4, 5, less the case in which all levels are equal.
func TestMayBeTrue(t *testing.T) {
	for k, want := range map[int][]int{
		2: {1}, 3: {1, 1, 1}, 4: {3, 3, 3, 3, 2, 1}, 5: {6, 6, 6, 6, 6, 4, 4, 3, 2, 1},
	} {
		if got := mayBeTrue(k); !slices.Equal(got, want) {
			t.Errorf("k = %d: %v, not %v", k, got, want)
		}
	}
}

func TestNeeded(t *testing.T) {
	for tests, want := range map[int]int{1: 6, 2: 7, 3: 7, 4: 8, 6: 8, 7: 9, 12: 9, 13: 10} {
		list := slices.Repeat([]*evidence{{Test: &Test{Kind: Flips}, effect: &Effect{}}}, tests)
		if got := needed(list, tests-1, 0); got != want {
			t.Errorf("%d tests need %d units, not %d", tests, got, want)
		}
	}
}

func TestRanks(t *testing.T) {
	if got := ranks([]float64{5, 1, 1 + 1e-15, 9}, 1e-12); !slices.Equal(got, []int{1, -2, -2, 3}) {
		t.Errorf("ranks of 5, 1, 1, 9: %v", got)
	}
}

// A draw that reaches the statistic often enough ends the test: 1 in 2 here, and p is a valid one.
func TestDrawStopsEarly(t *testing.T) {
	made := 0
	if p := draw(func() bool { made++; return made%2 == 0 }); p != 0.5 || made != 2*enough {
		t.Errorf("p = %v after %d draws", p, made)
	}
	made = 0
	if p := draw(func() bool { made++; return false }); p != 1./(draws+1) || made != draws {
		t.Errorf("p = %v after %d draws", p, made)
	}
}

// The centre lies in its own interval.
func TestCentreIsInside(t *testing.T) {
	random := source()
	for range 300 {
		d := make([]float64, 6+random.IntN(9))
		for i := range d {
			d[i] = math.Exp(3 * random.NormFloat64()) // skewed as can be
		}
		if e := shift(d); e.Value < e.Interval.Low || e.Value > e.Interval.High {
			t.Errorf("%v: %v is not in %v", d, e.Value, *e.Interval)
		}
	}
}
