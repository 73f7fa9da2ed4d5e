package plots

import (
	"encoding/json"
	"fmt"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// What a script computes from the geometry is where the curve was drawn.
func TestInteractiveIsWhereTheCurveIs(t *testing.T) {
	for _, linear := range []bool{false, true} {
		c := Convergence{Title: "t", Linear: linear, Stages: []Stage{{0, "a"}, {3, "b"}}, Series: []Series{
			{Name: "total", Steps: []float64{0, 1, 2}, Values: []float64{100, 10, 2.5}},
			{Name: "tv", Steps: []float64{0, 1, 2}, Values: []float64{1, 2, 1}},
		}}
		svg, at, err := c.Interactive()
		if err != nil {
			t.Fatal(err)
		}
		total := regexp.MustCompile(`<path d="M([\d.]+),([\d.]+)L[^"]*L([\d.]+),([\d.]+)" style="[^"]*stroke-width:2.2`).FindSubmatch(svg)
		if total == nil {
			t.Fatal("the total's path is not in the SVG")
		}
		view := regexp.MustCompile(`viewBox="0 0 ([\d.]+) ([\d.]+)"`).FindSubmatch(svg)
		if parsed(t, view[1]) != fiveDigits(at.Width) || parsed(t, view[2]) != fiveDigits(at.Height) {
			t.Errorf("viewBox %s, geometry %g × %g", view[0], at.Width, at.Height)
		}
		for i, xy := range [][2]float64{{0, 100}, {2, 2.5}} {
			x := at.Left + (xy[0]-at.X.Low)/(at.X.High-at.X.Low)*(at.Right-at.Left)
			place := func(v float64) float64 { return v }
			if at.Y.Log {
				place = math.Log
			}
			y := at.Bottom - (place(xy[1])-place(at.Y.Low))/(place(at.Y.High)-place(at.Y.Low))*(at.Bottom-at.Top)
			gotX, gotY := parsed(t, total[1+2*i]), at.Height-parsed(t, total[2+2*i]) // the SVG's y goes up
			if math.Abs(x-gotX) > 0.01 || math.Abs(y-gotY) > 0.01 {
				t.Errorf("linear %v: point %v drawn at %.2f, %.2f, computed at %.2f, %.2f", linear, xy, gotX, gotY, x, y)
			}
		}
		if at.Y.Log == linear || len(at.Stages) != 2 || at.Series[1].Color != "#d55e00" || at.Series[0].Name != "total" {
			t.Errorf("geometry %+v", at)
		}
	}
}

func parsed(t *testing.T, text []byte) float64 {
	t.Helper()
	v, err := strconv.ParseFloat(string(text), 64)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// fiveDigits leaves the five digits that an SVG has.
func fiveDigits(v float64) float64 {
	r, _ := strconv.ParseFloat(strconv.FormatFloat(v, 'g', 5, 64), 64)
	return r
}

// Of a long curve a page gets every spike, every gap and both ends, and not much more than 1000 points.
func TestInteractiveThins(t *testing.T) {
	const n = 100_000
	s := Series{Name: "total"}
	for i := range n {
		s.Steps, s.Values = append(s.Steps, float64(i)), append(s.Values, 2+math.Sin(float64(i)))
	}
	s.Values[0], s.Values[777], s.Values[50_001], s.Values[n-1] = 5, 1e6, math.NaN(), 7
	_, at, err := Convergence{Series: []Series{s}}.Interactive()
	if err != nil {
		t.Fatal(err)
	}
	line := at.Series[0]
	if len(line.Steps) > 1100 || len(line.Steps) != len(line.Values) || !slices.IsSorted(line.Steps) {
		t.Fatalf("%d steps, %d values", len(line.Steps), len(line.Values))
	}
	for _, step := range []Number{0, 777, 50_001, n - 1} {
		i := slices.Index(line.Steps, step)
		if want := s.Values[int(step)]; i < 0 || float64(line.Values[i]) != want && !math.IsNaN(want) {
			t.Errorf("step %v is lost", step)
		}
	}
	data, err := json.Marshal(line)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(data), "null") || len(data) > 25_000 {
		t.Errorf("%d bytes, with null: %v", len(data), strings.Contains(string(data), "null"))
	}
}

// Each curve has a name of its own where several runs are drawn, and the SVG is that of Write.
func TestInteractiveNames(t *testing.T) {
	one := Series{Name: "total", Steps: []float64{0, 1}, Values: []float64{2, 1}}
	other, second := one, one
	other.Name, second.Run = "style", 1
	c := Convergence{Runs: []string{"run 1", "run 2 <b>"}, Series: []Series{one, other, second}}
	_, at, err := c.Interactive()
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, l := range at.Series {
		names = append(names, l.Name)
	}
	if got, want := fmt.Sprint(names), "[run 1 · total run 1 · style run 2 <b> · total]"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if _, _, err := (Convergence{}).Interactive(); err == nil {
		t.Error("a figure of nothing was drawn")
	}
}
