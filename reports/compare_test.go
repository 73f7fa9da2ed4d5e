package reports

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"runexp/framework/store"
)

// beside is a run of a trial with an environment, a picture and a style image.
func beside(t *testing.T, s *store.Store, hash, cpu, style string, weight float64) store.RunSummary {
	t.Helper()
	ctx := t.Context()
	r, err := s.Begin(ctx, store.NewRun{
		Experiment: "layers", TrialHash: hash,
		Params: []store.Param{{Path: "losses.style.weight", Value: json.RawMessage(fmt.Sprint(weight))}, {Path: "seed", Value: json.RawMessage("1")}},
		Env:    []store.Fact{{Name: "machine/cpu", Value: cpu}, {Name: "version/go", Value: "go1"}, {Name: "scorer/hash", Value: "own"}},
	})
	if err == nil {
		err = r.Log(ctx, 0, []store.Value{{Name: "loss/total", Value: 2 * weight}, {Name: "loss/style", Value: 2}, {Name: "loss/style/conv1_1", Value: 7}, {Name: "memory/peak", Value: 64}})
	}
	if err != nil {
		t.Fatal(err)
	}
	addPicture(t, r, "style", style, len(style), 9, 5)
	addPicture(t, r, "picture", "picture.png", int(weight), 4, 6)
	return finished(t, s, r)
}

func lines(c Comparison) string {
	var all []string
	for _, d := range append(slices.Clone(c.Settings), c.Environment...) {
		line := d.Name
		for _, v := range d.Values {
			if v == nil {
				line += " -"
			} else {
				line += " " + *v
			}
		}
		all = append(all, line)
	}
	for _, n := range c.Metrics {
		line := n.Name
		for _, v := range n.Values {
			switch {
			case v == nil:
				line += " -"
			case n.Name == "seconds":
				line += " s"
			default:
				line += fmt.Sprintf(" %g", *v)
			}
		}
		all = append(all, line)
	}
	return strings.Join(all, "; ")
}

// Only what differs, the losses, and the metrics of the one scorer that scored both.
func TestCompare(t *testing.T) {
	ctx, s := t.Context(), openTest(t)
	a, b := beside(t, s, "h1", "fast", "p.png", 10), beside(t, s, "h2", "slow", "p.png", 30)
	both := []store.RunSummary{a, b}
	score := func(run store.RunSummary, by string, value float64) {
		t.Helper()
		if err := s.Score(ctx, run.Number, store.Scorer{Hash: by, Description: json.RawMessage(`{}`)}, []store.Value{{Name: "eval/noise", Value: value}}); err != nil {
			t.Fatal(err)
		}
	}
	compare := func() Comparison {
		t.Helper()
		c, err := Compare(ctx, s, both, "")
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	common := "losses.style.weight 10 30; machine/cpu fast slow; loss/total 20 60; loss/style 2 2; "
	rest := "iterations 0 0; memory/peak 64 64; seconds s s"
	if c := compare(); lines(c) != common+rest || c.Scored || c.Scorer != "" {
		t.Errorf("unscored: %s, %t, %q", lines(c), c.Scored, c.Scorer)
	}
	score(a, "own", 1)
	if c := compare(); lines(c) != common+rest || !c.Scored || c.Scorer != "" {
		t.Errorf("one of them scored: %s, %t, %q", lines(c), c.Scored, c.Scorer)
	}
	score(b, "own", 2)
	if c := compare(); lines(c) != common+"eval/noise 1 2; "+rest || c.Scorer != "own" {
		t.Errorf("both scored: %s, %q", lines(c), c.Scorer)
	}
	// A sweep that both belong to has a scorer of its own, which comes first.
	sweep := store.NewSweep{Experiment: "layers", Plan: json.RawMessage(`{}`), Scorer: "new"}
	for i, hash := range []string{"h1", "h2"} {
		sweep.Trials = append(sweep.Trials, store.PlannedTrial{Number: i, Hash: hash, Point: json.RawMessage(`{}`)})
	}
	if _, err := s.PlanSweep(ctx, sweep); err != nil {
		t.Fatal(err)
	}
	score(a, "new", 3)
	score(b, "new", 4)
	if c := compare(); lines(c) != common+"eval/noise 3 4; "+rest || c.Scorer != "new" {
		t.Errorf("scored by the sweep: %s, %q", lines(c), c.Scorer)
	}
}

// The style image comes first if all have it; the differing settings are below each picture.
func TestComparisonStrip(t *testing.T) {
	ctx, s := t.Context(), openTest(t)
	a, b, c := beside(t, s, "h1", "", "p.png", 10), beside(t, s, "h2", "", "p.png", 30), beside(t, s, "h3", "", "other.png", 50)
	captions := func(runs ...store.RunSummary) string {
		t.Helper()
		frames, err := ComparisonStrip(ctx, s, runs)
		if err != nil {
			t.Fatal(err)
		}
		var all []string
		for _, f := range frames {
			all = append(all, strings.Join(f.Caption, ", "))
		}
		return strings.Join(all, "; ")
	}
	if got := captions(a, b); got != "style, 9×5; run 1, style.weight 10, 4×6; run 2, style.weight 30, 4×6" {
		t.Errorf("the same style: %s", got)
	}
	if got := captions(a, c); got != "run 1, style.weight 10, 4×6; run 3, style.weight 50, 4×6" {
		t.Errorf("two styles: %s", got)
	}
	blank := recorded(t, s, 1, nil)
	if got := captions(a, blank); !strings.HasPrefix(got, "style, 9×5; run 1,") || strings.Contains(got, "run 4") {
		t.Errorf("one without a picture: %s", got)
	}
	if frames, err := ComparisonStrip(ctx, s, []store.RunSummary{blank}); !errors.Is(err, ErrNoPictures) {
		t.Errorf("no pictures: %v, %v", frames, err)
	}
}

// Panels are the total and the losses before their weights; one that is never above 0 has none.
func TestFamily(t *testing.T) {
	ctx, s := t.Context(), openTest(t)
	zero := func(r *store.Run) error {
		for step := range 5 {
			if err := r.Log(ctx, step, []store.Value{{Name: "loss/tv", Value: 0}, {Name: "loss/style/conv1_1", Value: 1}}); err != nil {
				return err
			}
		}
		return nil
	}
	f := Family{Groups: []string{"10", "20"}, Group: []int{0, 1, 1}}
	for _, weight := range []float64{10, 20, 20} {
		f.Runs = append(f.Runs, recorded(t, s, weight, zero))
	}
	figure, err := f.Plot(ctx, s, "seconds")
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, panel := range figure.Panels {
		got = append(got, panel.Title)
		for i, series := range panel.Series {
			if series.Run != f.Group[i] {
				t.Errorf("%s of run %d is in group %d", panel.Title, i, series.Run)
			}
		}
	}
	if !slices.Equal(got, []string{"total", "style"}) || figure.XLabel != "seconds of iterations" {
		t.Errorf("panels %v by %s", got, figure.XLabel)
	}
	if got := text(figure.Panels[1].Series[2].Steps, figure.Panels[1].Series[2].Values); got != "0:5 0.5:4 1:3 | 1:2 1.5:1" {
		t.Errorf("style of the last run is %s", got)
	}
	list := make([]float64, 1000)
	for i := range list {
		list[i] = float64(i)
	}
	values := slices.Clone(list)
	values[501] = math.NaN() // a gap that even steps would miss
	few, at := thin(list, values, 100)
	if len(few) != 101 || !slices.Equal(few[:25], list[:25]) || few[100] != 999 || !slices.IsSorted(few) {
		t.Errorf("of 1000 points remain %v", few)
	}
	if i := slices.Index(few, 501); i < 0 || !math.IsNaN(at[i]) || at[i+1] != few[i+1] {
		t.Errorf("the gap is gone: %v", at)
	}
}
