package plots_test

import (
	"bytes"
	"fmt"
	"math"
	"strings"
	"testing"

	"runexp/reports/plots"
)

// twoEffects is a noise that falls manyfold and a distance that rises a little,
// over four pairs, one of which lacks a level.
func twoEffects() plots.Effects {
	none := math.NaN()
	return plots.Effects{
		Unit: "pair", Title: "losses.tv.weight", Subtitle: "4 pairs", Factor: "losses.tv.weight", Levels: []string{"0", "10", "a level with a long name"},
		Panels: []plots.Effect{{
			Title: "noise (lower is better)", YLabel: "levels of 255",
			Summary: []plots.Interval{{30, 22, 41}, {10, 8, 12}, {1, none, none}},
			Units:   [][]float64{{22, 8, 0.8}, {28, 9, 0.9}, {33, none, 1.1}, {41, 12, 1.3}},
		}, {
			Title: "content distance (lower is better)", YLabel: "content distance",
			Summary: []plots.Interval{{0.5, 0.45, 0.6}, {0.51, 0.46, 0.61}, {0.55, 0.5, 0.66}},
			Units:   [][]float64{{0.45, 0.46, 0.5}, {0.49, 0.5, 0.54}, {0.51, none, 0.57}, {0.6, 0.61, 0.66}},
		}},
	}
}

func front() plots.Tradeoff {
	t := plots.Tradeoff{
		Title: "content distance against style distance", Subtitle: "medians of 4 pairs",
		XLabel: "content distance (lower is better)", YLabel: "style distance (lower is better)",
		Groups: []string{"conv3_1", "conv4_4"},
	}
	for i := range 8 {
		x := 0.3 + 0.1*float64(i%4)
		t.Settings = append(t.Settings, plots.Setting{
			Label: fmt.Sprintf("%s, weight %d", t.Groups[i/4], i%4), Group: i / 4, X: x + 0.02*float64(i/4), Y: 0.1/x + 0.05*float64(i/4), Front: i < 4,
		})
	}
	return t
}

// twelve runs of two losses in three groups.
func family() plots.Family {
	f := plots.Family{
		Title: "12 trials", Subtitle: "losses before their weights", XLabel: "seconds of iterations",
		Groups: []string{"adam", "lbfgs", "momentum"},
		Panels: []plots.Panel{{Title: "total"}, {Title: "content"}, {Title: "style"}},
	}
	for i := range 12 {
		for panel := range f.Panels {
			s := plots.Series{Run: i / 4}
			for step := range 50 {
				at := float64(step)
				s.Steps = append(s.Steps, at*0.3*float64(1+i/4))
				s.Values = append(s.Values, float64(3-panel)*(1+float64(i%4)/8+300*math.Exp(-at/float64(4+i/4))))
			}
			f.Panels[panel].Series = append(f.Panels[panel].Series, s)
		}
	}
	return f
}

func encode(t *testing.T, f plots.Figure, format string) []byte {
	t.Helper()
	data, err := plots.Encode(f, format)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func TestGoldenFigures(t *testing.T) {
	for name, f := range map[string]plots.Figure{"effects": twoEffects(), "tradeoff": front(), "family": family()} {
		golden(t, name, encode(t, f, "svg"), encode(t, f, "png"))
		if !bytes.Equal(encode(t, f, "svg"), encode(t, f, "svg")) {
			t.Errorf("%s: the same input gave other bytes", name)
		}
	}
}

// More groups than there are colours differ in shape, in the figure and in its key.
func TestTradeoffGroupsDiffer(t *testing.T) {
	styles := func(groups int) map[string]bool {
		f := plots.Tradeoff{XLabel: "x", YLabel: "y"}
		for i := range groups {
			f.Groups = append(f.Groups, fmt.Sprint("level ", i))
		}
		found := map[string]bool{}
		for i := range groups {
			f.Settings = []plots.Setting{{Group: i, X: 1, Y: 1, Front: true}}
			found[string(encode(t, f, "svg"))] = true
		}
		return found
	}
	for _, groups := range []int{2, 7, 8, 20} {
		if n := len(styles(groups)); n != groups {
			t.Errorf("%d groups look like %d", groups, n)
		}
	}
}

// What a figure says must be in it: levels, panels, legend.
func TestFiguresSayWhatTheyShow(t *testing.T) {
	for name, c := range map[string]struct {
		f    plots.Figure
		want []string
	}{
		"effects":  {twoEffects(), []string{">losses.tv.weight<", ">noise (lower is better)<", ">10<", ">levels of 255<", ">median<", ">95% interval<", ">one pair<"}},
		"tradeoff": {front(), []string{">conv3_1, weight 0<", ">Pareto front<", ">conv4_4<"}},
		"family":   {family(), []string{">adam<", ">lbfgs<", ">momentum<", ">total<", ">content<", ">style<", ">seconds of iterations<"}},
	} {
		svg := string(encode(t, c.f, "svg"))
		for _, want := range c.want {
			if !strings.Contains(svg, want) {
				t.Errorf("%s: no %s", name, want)
			}
		}
	}
	narrow := twoEffects()
	for i := range narrow.Panels {
		narrow.Panels[i].Summary = append(narrow.Panels[i].Summary, narrow.Panels[i].Summary...)
		narrow.Panels[i].Units = nil
	}
	narrow.Levels = []string{"a", "b", "c", "d", "e", "losses.style.layers.conv1_1"}
	if svg := string(encode(t, narrow, "svg")); len(narrow.Key()) != 6 || strings.Contains(svg, ">a<") || !strings.Contains(svg, ">6<") {
		t.Errorf("names without room are not numbered: %v", narrow.Key())
	}
	if key := twoEffects().Key(); key != nil {
		t.Errorf("names that have room are numbered: %v", key)
	}
	narrow.Levels, narrow.Numbers = nil, nil
	for i := range 12 {
		narrow.Levels, narrow.Numbers = append(narrow.Levels, fmt.Sprint("draw ", i)), append(narrow.Numbers, math.Pow(10, float64(i)/3))
	}
	narrow.Panels = []plots.Effect{{Title: "noise", Summary: make([]plots.Interval, 12)}}
	if svg := string(encode(t, narrow, "svg")); strings.Contains(svg, "draw") || !strings.Contains(svg, ">1000<") {
		t.Error("many numbers are not placed on an axis of their own")
	}
	crowded := front()
	for len(crowded.Settings) < 40 {
		crowded.Settings = append(crowded.Settings, plots.Setting{Label: "in the crowd", X: 0.5, Y: 0.9})
	}
	if svg := string(encode(t, crowded, "svg")); strings.Contains(svg, "in the crowd") || !strings.Contains(svg, ">conv3_1, weight 3<") {
		t.Error("of many settings only the front's are to be named")
	}
}

func TestFiguresThatAreNone(t *testing.T) {
	none := math.NaN()
	short, blank, uneven := twoEffects(), twoEffects(), twoEffects()
	short.Panels[0].Summary = short.Panels[0].Summary[:1]
	blank.Panels = []plots.Effect{{Title: "blank", Summary: []plots.Interval{{none, none, none}, {none, none, none}, {none, none, none}}}}
	uneven.Panels[1].Units[0] = nil
	stranger, missing, below := family(), family(), family()
	stranger.Panels[1].Series[0].Run = 3
	missing.Panels[1].Series[0].Values = nil
	below.Panels = []plots.Panel{{Title: "below", Series: []plots.Series{{Steps: []float64{1}, Values: []float64{none}}}}}
	for want, f := range map[string]plots.Figure{
		"noise (lower is better): 1 summaries of 3 levels": short,
		"blank: nothing to draw":                           blank,
		"a unit has 0 values for 3 levels":                 uneven,
		"without levels or metrics":                        plots.Effects{Levels: []string{"1"}},
		"no setting has both metrics":                      plots.Tradeoff{Settings: []plots.Setting{{X: 1, Y: none}}},
		"group 3":                                          stranger,
		"50 steps and 0 values":                            missing,
		"below: nothing to draw":                           below,
		"at least one panel":                               plots.Family{},
	} {
		if _, err := plots.Encode(f, "svg"); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %s", err, want)
		}
	}
}

// TestManyDraws: hundreds of draws are dots that do not cover each other, and the key
// names what is drawn.
func TestManyDraws(t *testing.T) {
	e := plots.Effects{Unit: "pair", Title: "losses.tv.weight", Factor: "losses.tv.weight", Drawn: true, Panels: []plots.Effect{{Title: "noise"}}}
	draws := func(n int) string {
		for i := len(e.Levels); i < n; i++ {
			e.Levels = append(e.Levels, fmt.Sprint(i))
			e.Numbers = append(e.Numbers, float64(i))
			e.Panels[0].Summary = append(e.Panels[0].Summary, plots.Interval{1 + 0.01*float64(i%7), math.NaN(), math.NaN()})
		}
		e.Panels[0].Units = [][]float64{make([]float64, n)}
		return string(encode(t, e, "svg"))
	}
	const ring = "fill:#FFFFFF" // which covers the dots below
	few, many := draws(20), draws(300)
	if dots := strings.Count(few, ring) - strings.Count(many, ring); dots != 20 || !strings.Contains(few, "one pair") {
		t.Errorf("20 draws have %d rings more than 300, want 20, and lines of pairs", dots)
	}
	if strings.Contains(many, "one pair") || strings.Contains(many, "interval") {
		t.Error("the key of 300 draws without intervals names lines or intervals")
	}
}

// What a test sees, each unit's own values, is drawn before the intervals and behind the
// medians; of many units fainter, of too many not at all.
func TestUnitsOfEffects(t *testing.T) {
	const interval, few, many, ring = "#A6CBE4", "#808080", "#C4C4C4", "fill:#FFFFFF"
	svg := string(encode(t, twoEffects(), "svg"))
	panel := svg[strings.Index(svg, ">losses.tv.weight<"):] // after the title and the key
	if at := []int{strings.Index(panel, interval), strings.Index(panel, few), strings.Index(panel, ring)}; at[0] < 0 || at[0] > at[1] || at[1] > at[2] {
		t.Errorf("intervals, units and medians are drawn at %v, want this order", at)
	}
	for _, c := range []struct {
		n    int
		line string // "" for none
	}{{24, few}, {25, many}, {100, many}, {101, ""}} {
		e := twoEffects()
		for i := range e.Panels {
			for len(e.Panels[i].Units) < c.n {
				e.Panels[i].Units = append(e.Panels[i].Units, e.Panels[i].Units[0])
			}
		}
		svg := string(encode(t, e, "svg"))
		for _, line := range []string{few, many} {
			if drawn := strings.Count(svg, line) > c.n; drawn != (line == c.line) {
				t.Errorf("%d units: lines of %s: %t", c.n, line, drawn)
			}
		}
		if named := strings.Contains(svg, ">one pair<"); named != (c.line != "") || e.HasUnits() != named {
			t.Errorf("%d units: the key names them: %t", c.n, named)
		}
	}
}

// A logarithmic axis of numbers leaves a panel's title as much room as one of names.
func TestTitlesOverLogarithmicAxes(t *testing.T) {
	e := twoEffects()
	e.Factor, e.Levels, e.Numbers, e.Log = "losses.style.weight", []string{"100", "10000", "100000"}, []float64{100, 1e4, 1e5}, true
	for _, panel := range e.Panels {
		if !strings.Contains(string(encode(t, e, "svg")), ">"+panel.Title+"<") {
			t.Errorf("the title %q is cut", panel.Title)
		}
	}
	e.Panels = e.Panels[:1]
	e.Factor = "an axis whose title is about as wide as its panel is"
	if !strings.Contains(string(encode(t, e, "svg")), ">"+e.Factor+"<") {
		t.Error("the axis has lost its title")
	}
}
