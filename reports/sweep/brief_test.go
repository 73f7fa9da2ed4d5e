package sweep

import (
	"encoding/json"
	"fmt"
	"math"
	"reflect"
	"strings"
	"testing"

	"runexp/framework/store"
	"runexp/framework/store/record"
	"runexp/reports/effects"
	"runexp/reports/plots"
)

// searched is a study whose settings a search chose, with their two distances, two trials each.
func searched(objectives []string, values ...[2]float64) *Study {
	y := &Study{plan: plan{Plan: record.Plan{Objectives: objectives}, Parameters: []parameter{{Parameter: record.Parameter{Path: "strength"}}}}}
	for i, v := range values {
		y.plan.Parameters[0].Labels = append(y.plan.Parameters[0].Labels, fmt.Sprint(i))
		for range 2 {
			y.trials = append(y.trials, trial{
				SweepTrial: store.SweepTrial{PlannedTrial: store.PlannedTrial{Number: len(y.trials)}},
				point:      point{record.Point{Levels: []int{i}}}, scores: map[string]float64{"content": v[0], "style": v[1]},
			})
		}
	}
	for _, name := range []string{"content", "style"} {
		y.metrics = append(y.metrics, metric{Metric: record.Metric{Name: name, Label: name + " distance", Better: "lower"}})
	}
	return y
}

// What a search has found is in the order of the first metric, and says how much it is of all.
func TestBest(t *testing.T) {
	for name, c := range map[string]struct {
		study   *Study
		heading string
		first   string
		n       int
	}{
		"one metric": {searched([]string{"content"}, [2]float64{3, 1}, [2]float64{2, 5}), "the best setting so far by content distance", "strength 1: content distance 2 (trials 2 and 3)", 1},
		"a tie":      {searched([]string{"content"}, [2]float64{2, 1}, [2]float64{3, 2}, [2]float64{2, 5}), "2 settings share the best content distance so far", "strength 0: content distance 2 (trials 0 and 1)", 2},
		"two": {
			searched([]string{"content", "style"}, [2]float64{3, 1}, [2]float64{2, 2}, [2]float64{4, 4}, [2]float64{1, 3}, [2]float64{5, 5}),
			"3 of 5 settings, beaten by no other in both content distance and style distance", "strength 3: content distance 1, style distance 3 (trials 6 and 7)", 3,
		},
		"all": {
			searched([]string{"content", "style"}, [2]float64{2, 1}, [2]float64{1, 2}),
			"none of the 2 settings beats another in both content distance and style distance (what one gains in one it loses in the other)", "strength 1: content distance 1, style distance 2 (trials 2 and 3)", 2,
		},
		"almost all": {
			searched([]string{"content", "style"}, [2]float64{1, 4}, [2]float64{2, 3}, [2]float64{3, 2}, [2]float64{4, 1}, [2]float64{4, 4}),
			"4 of 5 settings, almost all, are beaten by no other in both content distance and style distance (what one gains in one it loses in the other)", "strength 0: content distance 1, style distance 4 (trials 0 and 1)", 4,
		},
		"no search": {searched(nil, [2]float64{1, 1}), "", "", 0},
	} {
		heading, settings := c.study.Best()
		if heading != c.heading || len(settings) != c.n || c.n > 0 && settings[0] != c.first {
			t.Errorf("%s: %q, %q", name, heading, settings)
		}
	}
	single := mean{name: "a 1", trials: []string{"4"}, shown: []string{"noise 2"}}
	if got := single.String(); got != "a 1: noise 2 (trial 4)" {
		t.Error(got)
	}
}

// What a metric is, with its range, formula and source, wherever it is told.
func TestMetricsAreExplained(t *testing.T) {
	low, high := 0.0, 1.0
	m := record.Metric{
		Name: "eval/a", Label: "a distance", Doc: "how far", Unit: "levels", Better: "lower", Low: &low, High: &high, Equal: &low, Against: "style",
		Formula: "x²", Published: "A. Author 2020", Comparable: "with Table 1", Layers: []string{"relu1_2", "relu2_2"},
	}
	y := &Study{metrics: []metric{{Metric: m}, {Metric: record.Metric{Name: "eval/a/relu1_2", Doc: "how far there"}}, {Metric: record.Metric{Name: "eval/b", Doc: "another"}, claimed: true}}}
	item := y.explain(y.metrics[0])
	if item.Text != "a distance: how far, in levels (relu1_2, relu2_2)" || item.Evidence != "lower is better; 0 to 1, 0 for the style image itself; x²; A. Author 2020; comparable with Table 1" {
		t.Errorf("%q, %q", item.Text, item.Evidence)
	}
	want := [][]string{{"a distance", "how far, in levels (relu1_2, relu2_2)", "lower", "0 to 1, 0 for the style image itself", "x²", "A. Author 2020; comparable with Table 1"}}
	if rows := y.otherMetrics().Rows; !reflect.DeepEqual(rows, want) {
		t.Errorf("%q", rows)
	}
}

// With one unit and one setting its share is all there is, and nothing is listed.
func TestSharesOfOneUnit(t *testing.T) {
	y := &Study{metrics: []metric{{Metric: record.Metric{Name: "m", Label: "noise"}, claimed: true}}}
	parts := []effects.Part{{Kind: effects.Units, Name: "units"}, {Kind: effects.Main, Name: "a", Share: 1}}
	y.Analysis = &effects.Analysis{Units: 1, Pairs: 1, Factors: make([]effects.Factor, 1), Variances: []effects.Variance{{Metric: "m", Parts: parts}}}
	if rows := y.shares().Rows; len(rows) > 0 {
		t.Errorf("one unit, one setting: %q", rows)
	}
	y.Analysis.Factors = make([]effects.Factor, 2)
	if got := y.shares(); !reflect.DeepEqual(got.Header, []string{"metric", "a"}) || !reflect.DeepEqual(got.Rows, [][]string{{"noise", "100.0%"}}) {
		t.Errorf("one unit, two settings: %q %q", got.Header, got.Rows)
	}
	y.Analysis.Units = 2
	if got := y.shares(); len(got.Header) != 3 || len(got.Rows) != 1 {
		t.Errorf("two units: %q", got.Header)
	}
}

// Curves by two clocks are the same if no point of one can be seen elsewhere in the other.
func TestAlikeClocks(t *testing.T) {
	panels := func(scale, shift float64) []plots.Panel {
		s := plots.Series{}
		for i := range 200 {
			s.Steps, s.Values = append(s.Steps, scale*float64(i)+shift), append(s.Values, math.Exp(-float64(i)))
		}
		return []plots.Panel{{Title: "total", Series: []plots.Series{s}}}
	}
	for _, c := range []struct {
		scale, shift float64
		want         bool
	}{{1, 0, true}, {1, 1, true}, {1.25, 0, false}, {1, 5, false}} {
		if got := sameCurves(panels(1, 0), panels(c.scale, c.shift)); got != c.want {
			t.Errorf("×%g + %g: alike %t", c.scale, c.shift, got)
		}
	}
	if sameCurves(panels(1, 0), nil) {
		t.Error("no curves are not the same as some")
	}
}

// JSON is laid out in few lines, with its keys in their order.
func TestLaidOut(t *testing.T) {
	long := strings.Repeat(`"a label, [with] {marks}\n and \"quotes\"", `, 4)
	text := `{"z": 1, "list": [` + long + `true], "pairs": [[1, 2], []], "deep": {"b": {"c": [` + long + `{"e": null}]}, "a": {}}}`
	got, err := laidOut(json.RawMessage(text))
	if err != nil {
		t.Fatal(err)
	}
	var a, b any
	if err := json.Unmarshal([]byte(text), &a); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal([]byte(got), &b); err != nil || !reflect.DeepEqual(a, b) {
		t.Errorf("%v: another value:\n%s", err, got)
	}
	lines := strings.Split(got, "\n")
	if len(lines) != 23 || lines[1] != `  "z": 1,` || lines[9] != `  "pairs": [[1, 2], []],` || strings.Index(got, `"b"`) > strings.Index(got, `"a": {}`) {
		t.Errorf("%d lines:\n%s", len(lines), got)
	}
	kept, err := withoutKey(json.RawMessage(text), "list")
	if err != nil || strings.Contains(string(kept), `"list"`) || !strings.Contains(string(kept), `"pairs": [[1, 2], []]`) {
		t.Errorf("%v: %s", err, kept)
	}
}
