package rescore_test

import (
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"runexp/experiments"
	"runexp/experiments/executor/local"
	"runexp/experiments/plan"
	"runexp/experiments/rescore"
	"runexp/experiments/testbed"
	"runexp/experiments/trial"
	"runexp/framework"
	"runexp/framework/config"
	"runexp/framework/store"
	"runexp/framework/store/storetest"
)

// unheard is a listener that ignores everything.
type unheard struct{}

func (unheard) Kept(plan.Trial, store.RunSummary)     {}
func (unheard) Ended(plan.Trial, trial.Outcome, bool) {}

// run runs the testbed's experiment with section, and returns all runs of the store.
func run(t *testing.T, b testbed.Bed, section string, edits ...string) []store.RunDetail {
	t.Helper()
	p, err := plan.NewPlanner(b.Plugins, b.Engine).New(t.Context(), b.Load(t, section, edits...), plan.Options{})
	if err != nil {
		t.Fatal(err)
	}
	recorded, err := experiments.Record(t.Context(), p, b.Store)
	if err != nil {
		t.Fatal(err)
	}
	runner, err := trial.NewRunner(p, b.Store, trial.Options{Out: filepath.Join(b.Dir, "out")})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := recorded.Run(t.Context(), runner, local.New(runner.Run, local.Limits{Jobs: 1}), unheard{}); err != nil {
		t.Fatal(err)
	}
	list, err := b.Store.Runs(t.Context(), store.Filter{})
	if err != nil {
		t.Fatal(err)
	}
	var runs []store.RunDetail
	for _, r := range list {
		d, err := b.Store.FindRun(t.Context(), r.UID.String())
		if err != nil {
			t.Fatal(err)
		}
		runs = append(runs, d)
	}
	return runs
}

// by returns the options of a scorer with an embedded backbone.
func by(t *testing.T, b testbed.Bed) rescore.Options {
	t.Helper()
	plugin, err := b.Plugins.Backbones.Lookup("vgg19-lite")
	if err != nil {
		t.Fatal(err)
	}
	return rescore.Options{Backbone: framework.BackboneSpec{Name: "vgg19-lite", Options: plugin.Options()}}
}

func newRescorer(t *testing.T, b testbed.Bed, runs []store.RunDetail, o rescore.Options) (*rescore.Rescorer, error) {
	t.Helper()
	return rescore.New(t.Context(), config.Loader{Plugins: b.Plugins}, b.Engine, b.Store, runs, o)
}

// scores returns what a scorer said of each run.
func scores(t *testing.T, b testbed.Bed, runs []store.RunDetail, hash string) (all [][]store.Value) {
	t.Helper()
	for _, r := range runs {
		values, err := b.Store.Scores(t.Context(), r.Number, hash)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, values)
	}
	return all
}

// A sweep's pictures scored again by the sweep's scorer have the same hash and the same
// bits, with crops, colours and several styles; and what it has scored is not scored again.
func TestSameScorer(t *testing.T) {
	for name, edits := range map[string][]string{
		"plain":        nil,
		"crop, styles": {"content: content.png", "content: {image: content.png, crop: 0.8}", "style: style.png", "style: [{image: style.png, crop: 0.7}, {image: content.png, weight: 3, size: own}]"},
		"color":        {"losses:", "color: {keep: luminance}\nlosses:"},
		"texture":      {"content: content.png\n", "", "  - {type: content, layers: [relu2_1]}\n", "", "{height: 24}", "{height: 24, width: 32}", "losses:", "init: {from: style}\nlosses:"},
	} {
		t.Run(name, func(t *testing.T) {
			b := testbed.New(t)
			runs := run(t, b, "sweep: {metrics: [eval/style], parameters: [{path: losses.style.weight, values: [1, 2]}]}\n", edits...)
			r, err := newRescorer(t, b, runs, by(t, b))
			if err != nil {
				t.Fatal(err)
			}
			if r.Missing() != 0 {
				t.Fatalf("%d of %d runs are not scored by the sweep's scorer", r.Missing(), len(runs))
			}
			hash := r.Scorer.Stored().Hash
			want := scores(t, b, runs, hash)
			if err := storetest.Exec(filepath.Join(b.Dir, "runexp.db"), `DELETE FROM scores`); err != nil {
				t.Fatal(err)
			}
			if r, err = newRescorer(t, b, runs, by(t, b)); err != nil || r.Missing() != len(runs) {
				t.Fatalf("%d runs are not scored, %v", r.Missing(), err)
			}
			if err := r.Score(t.Context(), b.Store, func(int) {}); err != nil {
				t.Fatal(err)
			}
			if got := scores(t, b, runs, hash); len(got[0]) == 0 || !reflect.DeepEqual(got, want) {
				t.Errorf("scored again\n%v\nby the sweep\n%v", got, want)
			}
			if again, err := newRescorer(t, b, runs, by(t, b)); err != nil || again.Missing() != 0 {
				t.Errorf("scored again: %v", err)
			}
		})
	}
}

// Everything that is wrong is reported at once, each with its run.
func TestProblems(t *testing.T) {
	b := testbed.New(t)
	run(t, b, "")
	runs := run(t, b, "", "weight: 100", "weight: 7")
	if len(runs) != 2 {
		t.Fatalf("%d runs", len(runs))
	}
	if err := os.Remove(filepath.Join(b.Dir, "style.png")); err != nil {
		t.Fatal(err)
	}
	_, err := newRescorer(t, b, runs, by(t, b))
	for _, want := range []string{"run 1: style[0].image: ", "run 2: style[0].image: ", "--stored-images"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v; want %q", err, want)
		}
	}
	stored := by(t, b)
	stored.Stored = true
	r, err := newRescorer(t, b, runs, stored)
	if err != nil {
		t.Fatal(err)
	}
	if err := r.Score(t.Context(), b.Store, func(int) {}); err != nil {
		t.Fatal(err)
	}
	own, err := b.Store.Env(t.Context(), 1)
	if err != nil {
		t.Fatal(err)
	}
	if slices.Contains(own, store.Fact{Name: "scorer/hash", Value: r.Scorer.Stored().Hash}) {
		t.Error("copies in the store have the hash of the images")
	}
	// Losses that read every block leave no layer.
	all := by(t, b)
	all.Layers = []string{"relu2_1"}
	if _, err = newRescorer(t, b, runs, rescore.Options{Backbone: all.Backbone, Layers: all.Layers, Stored: true}); err == nil || !strings.Contains(err.Error(), "relu2_1 is read by the losses of runs ") {
		t.Errorf("%v", err)
	}
	everything := run(t, b, "", "style: style.png", "style: content.png", "layers: [relu1_1]", "layers: ['relu*']")
	if _, err = newRescorer(t, b, everything, rescore.Options{Backbone: all.Backbone, Stored: true}); err == nil || !strings.Contains(err.Error(), "no layer is left to score by") || !strings.Contains(err.Error(), "relu5_1 is read by the losses of run 3") {
		t.Errorf("%v", err)
	}
}
