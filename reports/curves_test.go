package reports

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"runexp/framework/store"
)

// openTest returns an empty store.
func openTest(t *testing.T) *store.Store {
	t.Helper()
	s, err := store.Open(t.Context(), filepath.Join(t.TempDir(), "runexp.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

// recorded is a run with a style weight, two stages of rows 0–2 and 3–4, and
// whatever else is logged before it ends.
func recorded(t *testing.T, s *store.Store, weight float64, log func(*store.Run) error) store.RunSummary {
	t.Helper()
	ctx := t.Context()
	params := []store.Param{
		{Path: "losses.style.weight", Value: json.RawMessage(fmt.Sprint(weight))},
		{Path: "seed", Value: json.RawMessage("1")},
	}
	r, err := s.Begin(ctx, store.NewRun{Experiment: "layers", Params: params})
	if err != nil {
		t.Fatal(err)
	}
	for _, stage := range []struct{ step, height int }{{0, 10}, {3, 20}, {3, 20}} {
		if err := r.Event(ctx, "stage", stage.step, map[string]int{"height": stage.height, "width": 5}); err != nil {
			t.Fatal(err)
		}
	}
	evals := []float64{1, 2, 3, 1, 2}
	for step := range 5 {
		values := []store.Value{
			{Name: "loss/total", Value: float64(10 - step)}, {Name: "loss/style", Value: float64(5 - step)},
			{Name: "evaluations", Value: evals[step]},
		}
		if step != 2 && step != 4 {
			values = append(values, store.Value{Name: "time/iteration", Value: 0.5})
		}
		if err := r.Log(ctx, step, values); err != nil {
			t.Fatal(err)
		}
	}
	if log != nil {
		if err := log(r); err != nil {
			t.Fatal(err)
		}
	}
	return finished(t, s, r)
}

// finished ends a run and finds it again.
func finished(t *testing.T, s *store.Store, r *store.Run) store.RunSummary {
	t.Helper()
	if err := r.Finish(t.Context(), store.Finished, ""); err != nil {
		t.Fatal(err)
	}
	found, err := s.FindRun(t.Context(), fmt.Sprint(r.Number()))
	if err != nil {
		t.Fatal(err)
	}
	return found.RunSummary
}

// text prints points, the gaps as a bar.
func text(steps, values []float64) string {
	var parts []string
	for i, v := range values {
		if math.IsNaN(v) {
			parts = append(parts, "|")
		} else {
			parts = append(parts, fmt.Sprintf("%g:%g", steps[i], v))
		}
	}
	return strings.Join(parts, " ")
}

// The axes, the weights, the gaps between stages and at what is no number, and
// the mean that reaches over neither.
func TestCurves(t *testing.T) {
	ctx, s := t.Context(), openTest(t)
	run := recorded(t, s, 100, func(r *store.Run) error {
		return r.Log(ctx, 1, []store.Value{{Name: "loss/style", Value: math.NaN()}})
	})
	for _, c := range []struct {
		q     Curves
		name  string
		curve int
		want  string
	}{
		{Curves{}, "total", 0, "0:10 1:9 2:8 | 2:7 3:6"},
		{Curves{}, "style", 1, "0:500 | 2:300 | 2:200 3:100"},
		{Curves{Metrics: []string{"loss/style"}}, "loss/style", 0, "0:5 | 2:3 | 2:2 3:1"},
		{Curves{Metrics: []string{"loss/style", "loss/total"}}, "loss/total", 0, "0:10 1:9 2:8 | 2:7 3:6"},
		{Curves{Against: "seconds"}, "total", 0, "0:10 0.5:9 1:8 | 1:7 1.5:6"},
		{Curves{Against: "evaluations"}, "total", 0, "0:10 1:9 2:8 | 3:7 4:6"},
		{Curves{Smooth: 2}, "total", 0, "0:10 1:9.5 2:8.5 | 2:7 3:6.5"},
		{Curves{Smooth: 99}, "total", 0, "0:9 1:9 2:9 | 2:6.5 3:6.5"},
		{Curves{Smooth: 3}, "style", 1, "0:500 | 2:300 | 2:150 3:150"},
	} {
		c.q.Runs = []store.RunSummary{run}
		got, missing, err := c.q.Plot(ctx, s)
		if err != nil || len(missing) > 0 {
			t.Fatalf("%+v: missing %v, %v", c.q, missing, err)
		}
		series := got.Series[c.curve]
		if points := text(series.Steps, series.Values); series.Name != c.name || points != c.want {
			t.Errorf("%+v: %s: %s, want %s: %s", c.q, series.Name, points, c.name, c.want)
		}
	}
	c, _, err := Curves{Runs: []store.RunSummary{run}, Against: "seconds"}.Plot(ctx, s)
	if err != nil || len(c.Stages) != 2 || c.Stages[1].At != 1 || c.Stages[1].Label != "20×5" {
		t.Errorf("stages %v, %v", c.Stages, err)
	}
}

// Several runs: labels say what differs, stages are drawn where all have the
// same, and a metric that one lacks is reported.
func TestCurvesOfSeveralRuns(t *testing.T) {
	ctx, s := t.Context(), openTest(t)
	extra := func(r *store.Run) error {
		return r.Log(ctx, 0, []store.Value{{Name: "loss/tv", Value: 1}})
	}
	runs := []store.RunSummary{recorded(t, s, 1, extra), recorded(t, s, 1000, nil)}
	c, missing, err := Curves{Runs: runs}.Plot(ctx, s)
	if err != nil {
		t.Fatal(err)
	}
	if want := []string{"1: style.weight 1", "2: style.weight 1000"}; !slices.Equal(c.Runs, want) {
		t.Errorf("runs %q, want %q", c.Runs, want)
	}
	if want := []Missing{{2, "loss/tv"}}; !slices.Equal(missing, want) {
		t.Errorf("missing %v, want %v", missing, want)
	}
	if len(c.Stages) != 2 || len(c.Series) != 5 || c.Title != "layers" || c.Subtitle != "2 runs" {
		t.Errorf("%d stages, %d series, %q, %q", len(c.Stages), len(c.Series), c.Title, c.Subtitle)
	}
	longer := recorded(t, s, 1, func(r *store.Run) error {
		return r.Event(ctx, "stage", 4, map[string]int{"height": 40, "width": 40})
	})
	if c, _, err = (Curves{Runs: []store.RunSummary{runs[0], longer}}).Plot(ctx, s); err != nil || c.Stages != nil {
		t.Errorf("stages %v of runs whose stages differ, %v", c.Stages, err)
	}
	if c.Runs[0] != "run 1" || c.Runs[1] != "run 3" {
		t.Errorf("labels %q of runs with the same settings", c.Runs)
	}
}

func TestCurvesOfARunWithoutRows(t *testing.T) {
	ctx, s := t.Context(), openTest(t)
	r, err := s.Begin(ctx, store.NewRun{Experiment: "x"})
	if err != nil {
		t.Fatal(err)
	}
	found, err := s.FindRun(context.Background(), fmt.Sprint(r.Number()))
	if err != nil {
		t.Fatal(err)
	}
	for _, against := range Clocks() {
		if _, _, err := (Curves{Runs: []store.RunSummary{found.RunSummary}, Against: against}).Plot(ctx, s); err == nil || !strings.Contains(err.Error(), "run 1 has no values of loss/total yet") {
			t.Errorf("%s: %v", against, err)
		}
	}
}

func TestLabels(t *testing.T) {
	all := []map[string]string{
		{"losses.style.weight": "1", "losses.tv.weight": "2", "stages.0.optimizer.lr": "1", "seed": "1"},
		{"losses.style.weight": "2", "losses.tv.weight": "2", "stages.0.optimizer.lr": "1", "stages.1.optimizer.lr": "1", "seed": "2"},
	}
	paths := differing(all)
	if want := []string{"losses.style.weight", "seed", "stages.1.optimizer.lr"}; !slices.Equal(paths, want) {
		t.Errorf("differing %q, want %q", paths, want)
	}
	short := shortPaths([]string{"stages.0.optimizer.lr", "stages.1.optimizer.lr", "seed", "losses.style.weight"})
	for path, want := range map[string]string{
		"stages.0.optimizer.lr": "stages.0.optimizer.lr", "stages.1.optimizer.lr": "stages.1.optimizer.lr",
		"seed": "seed", "losses.style.weight": "style.weight",
	} {
		if short[path] != want {
			t.Errorf("%s is called %s, want %s", path, short[path], want)
		}
	}
	for _, c := range []struct{ values, want string }{
		{"/home/me/photo.png|adam", "photo.png|adam"},
		{"/home/me/a/photo.png|/home/me/b/photo.png", "a/photo.png|b/photo.png"},
		{"/a/x/photo.png|/b/x/photo.png|photo", "a/x/photo.png|b/x/photo.png|photo"},
		{"[conv1_1, conv2_1, conv3_1, conv4_1]|[conv1_1]", "[conv1_1, conv2_1, conv3_1, con…|[conv1_1]"},
		{"[conv1_1, conv2_1, conv3_1, conv4_1]|[conv1_1, conv2_1, conv3_1, conv5_1]", "[conv1_1, conv2_…nv3_1, conv4_1]|[conv1_1, conv2_…nv3_1, conv5_1]"},
	} {
		if got := strings.Join(shortValues(strings.Split(c.values, "|")), "|"); got != c.want {
			t.Errorf("%s: %s, want %s", c.values, got, c.want)
		}
	}
}

// The fewest settings that distinguish the runs come first, whatever their alphabetical order.
func TestDistinctions(t *testing.T) {
	setting := func(content, style, size, lr string) map[string]string {
		return map[string]string{"content.image": "/p/" + content, "style.0.image": "/p/" + style, "size.long": size, "stages.0.lr": lr}
	}
	for _, c := range []struct {
		name string
		all  []map[string]string
		want string
	}{
		{"the style alone", []map[string]string{setting("a.jpg", "bay.jpg", "64", "1"), setting("a.jpg", "night.jpg", "64", "1")},
			"style.0.image bay.jpg; style.0.image night.jpg"},
		{"one setting tells all apart", []map[string]string{setting("a.jpg", "bay.jpg", "64", "1"), setting("b.jpg", "night.jpg", "64", "1"), setting("b.jpg", "cat.jpg", "96", "2")},
			"a.jpg × bay.jpg, and 2 more; b.jpg × night.jpg, and 2 more; b.jpg × cat.jpg, and 2 more"},
		{"two are needed", []map[string]string{setting("a.jpg", "bay.jpg", "64", "1"), setting("a.jpg", "bay.jpg", "96", "1"), setting("a.jpg", "cat.jpg", "96", "1")},
			"size.long 64, style.0.image bay.jpg; size.long 96, style.0.image bay.jpg; size.long 96, style.0.image cat.jpg"},
		{"pairs, and a setting of one", []map[string]string{setting("a.jpg", "bay.jpg", "64", "1"), setting("b.jpg", "cat.jpg", "64", "1"), setting("b.jpg", "cat.jpg", "96", "1")},
			"a.jpg × bay.jpg, size.long 64; b.jpg × cat.jpg, size.long 64; b.jpg × cat.jpg, size.long 96"},
		{"nothing differs", []map[string]string{setting("a.jpg", "bay.jpg", "64", "1"), setting("a.jpg", "bay.jpg", "64", "1")}, "; "},
	} {
		var got []string
		for _, parts := range distinctions(c.all) {
			got = append(got, strings.Join(parts, ", "))
		}
		if all := strings.Join(got, "; "); all != c.want {
			t.Errorf("%s: %s\nwant %s", c.name, all, c.want)
		}
	}
}

// A label that is too long loses whole settings, and no part of one.
func TestLabelsLoseWholeSettings(t *testing.T) {
	ctx, s := t.Context(), openTest(t)
	long := "/p/a-file-with-a-rather-long-name-"
	var runs []store.RunSummary
	for _, files := range []string{"1 1", "2 1", "1 2", "2 2"} {
		content, style, _ := strings.Cut(files, " ")
		r, err := s.Begin(ctx, store.NewRun{Experiment: "x", Params: []store.Param{
			{Path: "content.image", Value: json.RawMessage(`"` + long + content + `"`)}, {Path: "init.photograph", Value: json.RawMessage(`"` + long + style + `"`)},
		}})
		if err != nil {
			t.Fatal(err)
		}
		runs = append(runs, finished(t, s, r))
	}
	labels, err := Labels(ctx, s, runs)
	if err != nil {
		t.Fatal(err)
	}
	for i, label := range labels {
		if len([]rune(label)) > longestLabel || strings.Contains(label, "init") || !strings.HasPrefix(label, fmt.Sprintf("%d: content.image ", i+1)) {
			t.Errorf("label %q", label)
		}
	}
}

func TestMatchMetrics(t *testing.T) {
	known := []string{"evaluations", "loss/style", "loss/style/conv1_1", "loss/style/conv2_1", "loss/total", "rate"}
	for _, c := range []struct {
		patterns, want string
	}{
		{"loss/*", "loss/style loss/total"},
		{"loss/style/* rate loss/style/conv1_1", "loss/style/conv1_1 loss/style/conv2_1 rate"},
	} {
		got, err := MatchMetrics(strings.Fields(c.patterns), known)
		if err != nil || strings.Join(got, " ") != c.want {
			t.Errorf("%s: %v, %v", c.patterns, got, err)
		}
	}
	_, err := MatchMetrics([]string{"loss/stye", "style", "loss/[", "zebra"}, known)
	for _, want := range []string{
		`no metric "loss/stye"; did you mean loss/style?`, `no metric "style"; did you mean loss/style`,
		`metric "loss/[": syntax error in pattern`, `no metric "zebra" (known: evaluations, `,
	} {
		if !strings.Contains(fmt.Sprint(err), want) {
			t.Errorf("%v\ndoes not say %s", err, want)
		}
	}
}
