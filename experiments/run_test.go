package experiments

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"runexp/experiments/executor/local"
	"runexp/experiments/plan"
	"runexp/experiments/testbed"
	"runexp/experiments/trial"
	"runexp/framework"
	"runexp/framework/graph"
	"runexp/framework/run"
	"runexp/framework/store"
)

// broken is an optimiser that panics.
type broken struct{}

func (broken) Step(context.Context, framework.Objective, []float32, float64) (framework.Outcome, error) {
	var none []float64
	return framework.Outcome{Loss: none[0]}, nil
}
func (broken) State() []framework.Slot        { return nil }
func (broken) Restore([]framework.Slot) error { return nil }

// recordingListener is a Listener that records its calls.
type recordingListener struct {
	kept  int
	ended []trial.Outcome
}

func (h *recordingListener) Kept(plan.Trial, store.RunSummary) { h.kept++ }

func (h *recordingListener) Ended(_ plan.Trial, o trial.Outcome, _ bool) {
	h.ended = append(h.ended, o)
}

// A bed is a testbed with a plugin that panics.
type bed struct{ testbed.Bed }

func newBed(t *testing.T) bed {
	b := bed{testbed.New(t)}
	framework.Register(b.Plugins.Optimizers, "broken", "panics", func() struct{} { return struct{}{} },
		func(struct{}) (framework.Optimizer, error) { return broken{}, nil })
	return b
}

// plan plans an experiment with this section; edits replace parts of the config.
func (b bed) plan(t *testing.T, section string, edits ...string) (*plan.Plan, error) {
	t.Helper()
	return plan.NewPlanner(b.Plugins, b.Engine).New(t.Context(), b.Load(t, section, edits...), plan.Options{})
}

// planAndRun plans an experiment and runs it.
func (b bed) planAndRun(t *testing.T, section string) (Tally, *recordingListener) {
	t.Helper()
	p, err := b.plan(t, section)
	if err != nil {
		t.Fatal(err)
	}
	h := &recordingListener{}
	tally, err := b.run(t, p, h, nil)
	if err != nil {
		t.Fatal(err)
	}
	return tally, h
}

// run runs a plan; began is called for each trial that starts.
func (b bed) run(t *testing.T, p *plan.Plan, l Listener, began func(plan.Trial, trial.Start) run.Observer) (Tally, error) {
	t.Helper()
	recorded, err := Record(t.Context(), p, b.Store)
	if err != nil {
		t.Fatal(err)
	}
	runner := b.runner(t, p, began)
	return recorded.Run(t.Context(), runner, local.New(runner.Run, local.Limits{Jobs: 1}), l)
}

func (b bed) runner(t *testing.T, p *plan.Plan, began func(plan.Trial, trial.Start) run.Observer) *trial.Runner {
	t.Helper()
	runner, err := trial.NewRunner(p, b.Store, trial.Options{Out: filepath.Join(b.Dir, "runs"), NewObserver: began})
	if err != nil {
		t.Fatal(err)
	}
	return runner
}

// A trial whose end cannot be recorded has not finished, and the next one does not start.
func TestUnrecordedEnd(t *testing.T) {
	b := newBed(t)
	p, err := b.plan(t, "sweep:\n  parameters: [{path: losses.style.weight, values: [10, 100]}]\n")
	if err != nil {
		t.Fatal(err)
	}
	closing := func(plan.Trial, trial.Start) run.Observer {
		return run.ObserverFunc(func(e run.Event) error {
			if p, is := e.(run.Picture); is && p.Kind == "final" {
				return b.Store.Close()
			}
			return nil
		})
	}
	h := &recordingListener{}
	tally, err := b.run(t, p, h, closing)
	if want := (Tally{Failed: 1, Left: 1}); tally != want || err == nil {
		t.Errorf("%+v, want %+v; %v", tally, want, err)
	}
	if len(h.ended) != 1 || h.ended[0].Err == nil {
		t.Errorf("ended: %+v", h.ended)
	}
}

// A plugin's panic fails its trial only.
func TestAPanicIsOneFailure(t *testing.T) {
	b := newBed(t)
	tally, h := b.planAndRun(t, "sweep:\n  parameters:\n    - {path: stages.0.optimizer, values: [{name: broken}, {name: adam, lr: 0.05}]}\n")
	if want := (Tally{Finished: 1, Failed: 1}); tally != want {
		t.Fatalf("%+v, want %+v", tally, want)
	}
	if err := h.ended[0].Err; err == nil || !strings.Contains(err.Error(), "index out of range") {
		t.Errorf("error %v", err)
	}
	failed, err := b.Store.FindRun(t.Context(), "1")
	if err != nil || failed.Status != store.Failed || !strings.Contains(failed.Message, "run_test.go") {
		t.Errorf("run 1 is %s, %v: %s", failed.Status, err, failed.Message)
	}
}

// failing is a backbone whose Build fails after a number of calls.
type failing struct {
	framework.Backbone
	left   *int // successful calls
	panics bool
}

func (b failing) Build(builder *graph.Builder, image graph.Node, taps []string) (map[string]graph.Node, error) {
	if *b.left--; *b.left >= 0 {
		return b.Backbone.Build(builder, image, taps)
	}
	if b.panics {
		panic("on purpose")
	}
	return nil, errors.New("on purpose")
}

// A picture that cannot be scored is reported and does not stop the sweep, neither when it
// is made nor when the sweep is resumed.
func TestPicturesWithoutScores(t *testing.T) {
	for _, panics := range []bool{false, true} {
		t.Run(fmt.Sprint(panics), func(t *testing.T) { withoutScores(t, panics) })
	}
}

func withoutScores(t *testing.T, panics bool) {
	b := newBed(t)
	left := math.MaxInt
	framework.Register(b.Plugins.Backbones, "failing", "fails after a while", func() struct{} { return struct{}{} },
		func(struct{}) (framework.Backbone, error) {
			lite, err := b.Plugins.Backbones.Lookup("vgg19-lite")
			if err != nil {
				return nil, err
			}
			_, options, err := b.Plugins.Backbones.Describe("vgg19-lite")
			if err != nil {
				return nil, err
			}
			working, err := lite.New(options)
			return failing{working, &left, panics}, err
		})
	p, err := b.plan(t, "evaluate: {backbone: {name: failing}}\nsweep:\n  parameters: [{path: losses.style.weight, values: [10, 100]}]\n",
		"style: style.png", "style: [style.png, content.png]")
	if err != nil {
		t.Fatal(err)
	}
	left = 1 // of two styles
	for round, want := range []Tally{{Finished: 2}, {Kept: 2}} {
		h := &recordingListener{}
		tally, err := b.run(t, p, h, nil)
		if err != nil {
			t.Fatal(err)
		}
		if tally != want || h.kept != want.Kept || len(h.ended) != want.Finished {
			t.Errorf("round %d: %+v, want %+v; %d kept", round, tally, want, h.kept)
		}
		for _, e := range h.ended {
			if e.Err != nil || e.Unscored == nil || !strings.Contains(e.Unscored.Error(), "on purpose") {
				t.Errorf("run %d: %v, not scored: %v", e.Run.Number, e.Err, e.Unscored)
			}
			names, err := b.Store.MetricNames(t.Context(), e.Run.Number)
			if err != nil || slices.ContainsFunc(names, func(name string) bool { return strings.HasPrefix(name, "eval/") }) {
				t.Errorf("run %d has half a score: %v, %v", e.Run.Number, names, err)
			}
		}
	}
}

// A process killed between the end of a run and the removal of the trial's checkpoints
// leaves them behind; the next command removes them.
func TestCheckpointsLeftBehind(t *testing.T) {
	b := newBed(t)
	b.planAndRun(t, "")
	made, err := b.Store.FindRun(t.Context(), "last")
	if err != nil {
		t.Fatal(err)
	}
	left := filepath.Join(trial.Folder(filepath.Join(b.Dir, "runs"), "x", made.UID), "checkpoint")
	if err := os.WriteFile(left, []byte("state"), 0o600); err != nil {
		t.Fatal(err)
	}
	if tally, _ := b.planAndRun(t, ""); tally.Kept != 1 {
		t.Errorf("%+v", tally)
	}
	if _, err := os.Stat(left); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the checkpoint is still there: %v", err)
	}
}

// A pruned trial is done only while there is a pruner.
func TestPrunedTrialsWithoutAPruner(t *testing.T) {
	b := newBed(t)
	section := "sweep:\n  metrics: [eval/content]\n  parameters: [{path: stages.0.optimizer.lr, values: [0.0002, 0.0003, 0.0004, 0.0005, 0.1]}]\n"
	early := "  early_stop: {type: median, warmup: 2, every: 2}\n"
	for i, c := range []struct {
		early string
		want  Tally
	}{
		{early, Tally{Finished: 4, Pruned: 1}},
		{early, Tally{Kept: 5}},
		{"", Tally{Kept: 4, Finished: 1}},
		{early, Tally{Kept: 5}},
	} {
		if tally, _ := b.planAndRun(t, section+c.early); tally != c.want {
			t.Errorf("round %d: %+v, want %+v", i, tally, c.want)
		}
	}
}

// A pruner does not compare with values of another scorer.
func TestThePrunerComparesWithinOneScorer(t *testing.T) {
	const early = "  early_stop: {type: median, warmup: 2, every: 2}\n"
	sweep := func(values string) string {
		return "sweep:\n  metrics: [eval/content]\n  parameters: [{path: stages.0.optimizer.lr, values: [" + values + "]}]\n" + early
	}
	const other = "evaluate: {backbone: {name: vgg19-lite, pooling: average}}\n"
	for before, want := range map[string]Tally{"": {Kept: 4, Pruned: 1}, other: {Kept: 4, Finished: 1}} {
		b := newBed(t)
		b.planAndRun(t, before+sweep("0.0002, 0.0003, 0.0004, 0.0005"))
		if tally, _ := b.planAndRun(t, sweep("0.0002, 0.0003, 0.0004, 0.0005, 0.1")); tally != want {
			t.Errorf("after a sweep with %q: %+v, want %+v", before, tally, want)
		}
	}
}

func TestSweepsThatCannotBeScored(t *testing.T) {
	b := newBed(t)
	for want, section := range map[string]string{
		"evaluate.backbone: the trials have different backbones": "sweep:\n  parameters: [{path: backbone.pooling, values: [max, average]}]\n",
		"sweep.early_stop.every: 25 is not a multiple of evaluate.every, which is 10": "evaluate: {every: 10}\n" +
			"sweep:\n  early_stop: {type: median, metric: eval/content}\n  parameters: [{path: losses.style.weight, values: [1, 2]}]\n",
		"sweep.early_stop.metric: the scorer has no eval/content/relu2_1": "sweep:\n" +
			"  early_stop: {type: median, metric: eval/content/relu2_1}\n  parameters: [{path: losses.style.weight, values: [1, 2]}]\n",
	} {
		if _, err := b.plan(t, section); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %s", err, want)
		}
	}
	_, err := b.plan(t, "sweep:\n  parameters: [{path: losses.tv.weight, values: [1, 2]}]\n", "style: style.png\n", "",
		"{name: style, type: gram, layers: [relu1_1], weight: 100}", "{type: tv, weight: 1}")
	if err == nil || !strings.Contains(err.Error(), "style: there is no style image") {
		t.Errorf("without a style image: %v", err)
	}
}

// Equal trials are run once, and the plan lists those it skips.
func TestEqualTrials(t *testing.T) {
	b := newBed(t)
	s, err := b.plan(t, "sweep:\n  parameters: [{path: backbone.pooling, values: [max, null]}]\n")
	if err != nil {
		t.Fatal(err)
	}
	if len(s.Trials) != 1 || len(s.Skipped) != 1 || s.Skipped[0] != "backbone.pooling=null" {
		t.Errorf("%d trials, skipped: %q", len(s.Trials), s.Skipped)
	}
}
