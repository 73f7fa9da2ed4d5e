package plots

import (
	"fmt"
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/recorder"
)

func labels(ticks []plot.Tick) string {
	var all []string
	for _, tick := range ticks {
		if !tick.IsMinor() {
			all = append(all, tick.Label)
		}
	}
	return strings.Join(all, " ")
}

func TestTicks(t *testing.T) {
	for _, c := range []struct {
		ticks     plot.Ticker
		low, high float64
		want      string
	}{
		{linear{1}, 0, 800, "0 100 200 300 400 500 600 700 800"},
		{linear{1}, 0, 799, "0 100 200 300 400 500 600 700"},
		{linear{1}, 0, 3, "0 1 2 3"},
		{linear{1}, -0.5, 0.5, "0"},
		{linear{1}, 0, 5e6, "0 10^6 2×10^6 3×10^6 4×10^6 5×10^6"},
		{linear{}, 0, 0.31, "0 0.05 0.10 0.15 0.20 0.25 0.30"},
		{linear{}, 0, 247.3, "0 50 100 150 200"},
		{logarithmic{}, 0.008, 730, "0.01 0.1 1 10 100"},
		{logarithmic{}, 1, 1000, "1 10 100 1000"},
		{logarithmic{}, 6e-10, 8e-5, "10^−9 10^−8 10^−7 10^−6 10^−5"},
		{logarithmic{}, 2e3, 3e7, "10^4 10^5 10^6 10^7"},
		{logarithmic{}, 0.6, 30, "1 2 5 10 20"},
		{logarithmic{}, 3, 60, "5 10 20 50"},
		{logarithmic{}, 2e6, 3e7, "2×10^6 5×10^6 10^7 2×10^7"},
		{logarithmic{}, 42, 67, "45 50 55 60 65"},
		{logarithmic{}, 3.1, 8.9, "4 5 6 7 8"},
		{logarithmic{}, 4.9e7, 1.02e8, "5×10^7 6×10^7 7×10^7 8×10^7 9×10^7 10^8"},
		{logarithmic{}, 1e-20, 1e3, "10^−18 10^−15 10^−12 10^−9 10^−6 10^−3 10^0 10^3"},
	} {
		if got := labels(c.ticks.Ticks(c.low, c.high)); got != c.want {
			t.Errorf("%T from %g to %g: %s, want %s", c.ticks, c.low, c.high, got, c.want)
		}
	}
}

// Wherever an axis may end, there are 2 to 10 labels, all different, and every
// tick is on the axis.
func TestTicksAnywhere(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for range 3000 {
		values := span{1, 1}
		values.low = math.Pow(10, -300+600*random.Float64())
		values.high = values.low * math.Pow(10, decades*random.Float64()*random.Float64())
		values = values.padded()
		for _, ticker := range []plot.Ticker{linear{}, logarithmic{}} {
			ticks := ticker.Ticks(values.low, values.high)
			seen := map[string]bool{}
			for _, tick := range ticks {
				if tick.Value < values.low || tick.Value > values.high {
					t.Fatalf("%T from %g to %g: tick at %g", ticker, values.low, values.high, tick.Value)
				}
				if !tick.IsMinor() && seen[tick.Label] {
					t.Fatalf("%T from %g to %g: %s twice", ticker, values.low, values.high, tick.Label)
				}
				seen[tick.Label] = true
			}
			delete(seen, "")
			if len(seen) < 2 || len(seen) > 10 || len(ticks) > 120 {
				t.Fatalf("%T from %g to %g: %d ticks, labels %s", ticker, values.low, values.high, len(ticks), labels(ticks))
			}
		}
	}
}

func TestLogarithmicHasMinorTicks(t *testing.T) {
	minor := 0
	for _, tick := range (logarithmic{}).Ticks(1, 1000) {
		if tick.IsMinor() {
			minor++
		}
	}
	if minor != 3*8 {
		t.Errorf("%d minor ticks in three decades, want 24", minor)
	}
}

// What is counted has no tick at a fraction.
func TestLinearWholeSteps(t *testing.T) {
	for high := 1.0; high < 3000; high = math.Ceil(high * 1.1) {
		for _, tick := range (linear{1}).Ticks(0, high) {
			if tick.Value != math.Trunc(tick.Value) {
				t.Fatalf("from 0 to %g: tick at %g", high, tick.Value)
			}
		}
	}
}

func TestNumberOfPowers(t *testing.T) {
	for e := -300; e <= 300; e++ {
		want := fmt.Sprintf("10^%d", e)
		if e >= -4 && e <= 5 {
			want = fmt.Sprintf("%.*f", max(0, -e), math.Pow10(e))
		}
		if got := number(math.Pow10(e), math.Pow10(e)); got != minus(want) {
			t.Errorf("1e%d: %s", e, got)
		}
	}
}

func TestSpan(t *testing.T) {
	s := span{8, 8}.padded()
	if s.high/s.low < 1.5 || math.Abs(s.high*s.low-64) > 1e-9 {
		t.Errorf("constant 8: from %g to %g, want 8 in the middle of a factor of 1.5", s.low, s.high)
	}
	if s = (span{5, 5}).widened(); s.low >= 5 || s.high <= 5 || s.high-s.low > 0.1 {
		t.Errorf("constant 5, linear: from %g to %g", s.low, s.high)
	}
	if s = (span{-1e300, 1e300}).widened(); math.IsInf(s.high-s.low, 0) {
		t.Errorf("largest, linear: from %g to %g", s.low, s.high)
	}
	s = span{1, 1e4}.padded()
	if s.low < 0.6 || s.low > 0.8 || math.Abs(s.high*s.low-1e4) > 1e-6 {
		t.Errorf("1 to 10000: from %g to %g", s.low, s.high)
	}
	if low, high := (span{3, 3}).opened(); low != 2.5 || high != 3.5 {
		t.Errorf("from %g to %g", low, high)
	}
	if low, high := (span{1 << 62, 1 << 62}).opened(); !(low < high) {
		t.Errorf("a large number alone: %v to %v", low, high)
	}
	if low, high := (span{3, 3.2}).opened(); low != 3 || high != 3.2 {
		t.Errorf("from %g to %g", low, high)
	}
}

func TestStageLabelsOfTheAxis(t *testing.T) {
	s := newStageLabels([]Stage{{-5, "a"}, {-1, "b"}, {3, "c"}, {10, "d"}, {12, "e"}}, 0, 10)
	if want := []Stage{{-1, "b"}, {3, "c"}}; !slices.Equal(s.stages, want) {
		t.Errorf("%v, want %v", s.stages, want)
	}
}

func TestRuns(t *testing.T) {
	nan := math.NaN()
	s := Series{Steps: []float64{0, 1, 2, 3, 4, 5, 6, nan, 8}, Values: []float64{0, 1, 2, nan, 4, 5, 6, 7, 8}}
	got := s.runs([]Stage{{At: 0}, {At: 5}}, Convergence{}.drawable)
	want := []plotter.XYs{{{X: 1, Y: 1}, {X: 2, Y: 2}}, {{X: 4, Y: 4}}, {{X: 5, Y: 5}, {X: 6, Y: 6}}, {{X: 8, Y: 8}}}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
}

// Labels of stages stay between the ends of the data and meet neither each
// other nor a boundary that reaches up to their row.
func TestStageLabelsDoNotCollide(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	left, right := vg.Length(50), vg.Length(400)
	placed, omitted := 0, 0
	for range 500 {
		var stages []Stage
		for i := range 1 + random.IntN(6) {
			stages = append(stages, Stage{At: float64(random.IntN(100)), Label: fmt.Sprint(100<<i, " × ", 150<<i)})
		}
		slices.SortFunc(stages, func(a, b Stage) int { return int(a.At - b.At) })
		s := newStageLabels(stages, 0, 100)
		all := s.layout(left, right, func(step float64) vg.Length { return left + (right-left)*vg.Length(step/100) })
		for i, a := range all {
			if a.row < 0 {
				omitted++
				continue
			}
			placed++
			if a.left < left || a.right > right || a.row >= s.rows {
				t.Fatalf("%v: %+v is outside", stages, a)
			}
			for j, b := range all {
				if i != j && b.row == a.row && a.left < b.right && b.left < a.right {
					t.Fatalf("%v: %+v meets %+v", stages, a, b)
				}
				if b.row >= a.row && a.left < b.boundary && b.boundary < a.right {
					t.Fatalf("%v: %+v meets the boundary of %+v", stages, a, b)
				}
			}
		}
	}
	if omitted > placed/10 { // random stages crowd more than real ones
		t.Errorf("%d labels left out, %d placed", omitted, placed)
	}
}

func TestSeriesStylesDiffer(t *testing.T) {
	seen := map[string]bool{}
	for i := range 1 + len(okabeIto)*len(termDashes) {
		seen[fmt.Sprint(seriesStyle(i))] = true
	}
	if len(seen) != 1+len(okabeIto)*len(termDashes) {
		t.Errorf("%d styles", len(seen))
	}
	if total, term := seriesStyle(0), seriesStyle(1); total.Width <= term.Width {
		t.Errorf("total %v wide, term %v", total.Width, term.Width)
	}
}

// Runs, and what is plotted of each, differ in their lines, whether one thing is
// plotted or several.
func TestRunStylesDiffer(t *testing.T) {
	for _, c := range []struct{ runs, names int }{{len(termDashes) * (len(okabeIto) + 1), 1}, {len(okabeIto) + 1, len(namePatterns)}} {
		convergence := Convergence{Runs: make([]string, c.runs)}
		for run := range c.runs {
			for name := range c.names {
				convergence.Series = append(convergence.Series, Series{Name: fmt.Sprint(name), Run: run})
			}
		}
		if err := convergence.distinguishable(); err != nil {
			t.Error(err)
		}
		seen := map[string]bool{}
		for _, line := range convergence.lines() {
			seen[fmt.Sprint(line)] = true
		}
		if len(seen) != c.runs*c.names {
			t.Errorf("%d runs of %d curves: %d lines", c.runs, c.names, len(seen))
		}
	}
}

// However many points a column has, its ends and extremes stay, in order.
func TestThinned(t *testing.T) {
	random := rand.New(rand.NewPCG(5, 6))
	var points []vg.Point
	for i := range 40_000 {
		points = append(points, vg.Point{X: vg.Length(i) / 400, Y: vg.Length(random.Float64())})
	}
	points[777].Y, points[778].Y = -5, 5
	got := thinned(points)
	if len(got) > 4*401 || !slices.Contains(got, points[777]) || !slices.Contains(got, points[778]) {
		t.Errorf("%d of %d points, extremes kept: %v, %v", len(got), len(points), slices.Contains(got, points[777]), slices.Contains(got, points[778]))
	}
	if got[0] != points[0] || got[len(got)-1] != points[len(points)-1] || !slices.IsSortedFunc(got, func(a, b vg.Point) int { return int(math.Copysign(1, float64(a.X-b.X))) }) {
		t.Error("the ends are lost, or the order")
	}
	if few := points[:1]; !slices.Equal(thinned(few), few) || len(thinned(nil)) != 0 {
		t.Error("few points changed")
	}
}

// The exponent follows its base, raised and smaller, and both end where the
// text is aligned.
func TestPowersAreAligned(t *testing.T) {
	style := textStyle(10, ink)
	style.Handler = tickHandler(linear{})
	style.XAlign = text.XRight
	var canvas recorder.Canvas
	style.Handler.Draw(&canvas, "10^−6", style, vg.Point{X: 100})
	var parts []*recorder.FillString
	for _, action := range canvas.Actions {
		if part, ok := action.(*recorder.FillString); ok {
			parts = append(parts, part)
		}
	}
	if len(parts) != 2 || parts[0].String != "10" || parts[1].String != "−6" {
		t.Fatalf("drawn: %v", parts)
	}
	base, exponent := parts[0], parts[1]
	small := textStyle(10*exponentSize, ink)
	near := func(a, b vg.Length) bool { return math.Abs(float64(a-b)) < 1e-9 }
	if end := exponent.Point.X + small.Width("−6"); !near(end, 100) {
		t.Errorf("the text ends at %v, want 100", end)
	}
	if end := base.Point.X + style.Width("10"); !near(end, exponent.Point.X) {
		t.Errorf("the base ends at %v, the exponent begins at %v", end, exponent.Point.X)
	}
	if exponent.Size >= base.Size || exponent.Point.Y <= base.Point.Y {
		t.Errorf("exponent of size %v at height %v, base of %v at %v", exponent.Size, exponent.Point.Y, base.Size, base.Point.Y)
	}
}
