package experiments

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"runexp/experiments/executor/local"
	"runexp/experiments/plan"
	"runexp/experiments/trial"
	"runexp/framework"
	"runexp/framework/run"
	"runexp/framework/store"
)

// adaptiveSweep has two pairs, a conditional parameter and two metrics.
const adaptiveSweep = `sweep:
  method: tpe
  run_cap: 7
  startup: 3
  metrics: [eval/noise, eval/content]
  pairs: [{content: content.png, style: style.png}, {content: style.png, style: content.png}]
  parameters:
    - {path: stages.0.optimizer.lr, min: 0.001, max: 0.1, distribution: log_uniform}
    - {path: losses.style.layers, values: [[relu1_1], [relu2_1]]}
    - {path: losses.style.weight, min: 1, max: 1000, distribution: log_uniform, when: "losses.style.layers == '[relu2_1]'"}
`

// runAdaptive runs a plan with one job.
func (b bed) runAdaptive(ctx context.Context, t *testing.T, p *plan.Plan, began func(plan.Trial, trial.Start) run.Observer) (*Recorded, Tally, error) {
	t.Helper()
	recorded, err := Record(t.Context(), p, b.Store)
	if err != nil {
		t.Fatal(err)
	}
	runner := b.runner(t, p, began)
	tally, err := recorded.Run(ctx, runner, local.New(runner.Run, local.Limits{Jobs: 1}), &recordingListener{})
	return recorded, tally, err
}

// stored returns the hashes of the trials of the store's only sweep, which have finished.
func (b bed) stored(t *testing.T) (hashes []string) {
	t.Helper()
	sweeps, err := b.Store.Sweeps(t.Context(), "x")
	if err != nil || len(sweeps) != 1 {
		t.Fatalf("%d sweeps, %v", len(sweeps), err)
	}
	trials, err := b.Store.SweepTrials(t.Context(), sweeps[0].Number)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range trials {
		hashes = append(hashes, s.Hash)
		if s.Run == nil || s.Run.Status != store.Finished {
			t.Errorf("trial %d has the run %+v", s.Number, s.Run)
		}
	}
	return hashes
}

func mustPlan(t *testing.T, b bed, section string, edits ...string) *plan.Plan {
	t.Helper()
	p, err := b.plan(t, section, edits...)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// An adaptive sweep is planned up to its first results, and goes on to run_cap settings, each
// on every pair. The same command finds it done; a higher run_cap goes on with it; and a new
// store gets the same sweep.
func TestAdaptiveSweep(t *testing.T) {
	b := newBed(t)
	p := mustPlan(t, b, adaptiveSweep)
	if len(p.Trials) != 6 || p.Total() != 14 {
		t.Fatalf("%d trials of %d are planned", len(p.Trials), p.Total())
	}
	recorded, tally, err := b.runAdaptive(t.Context(), t, p, nil)
	if want := (Tally{Finished: 14}); err != nil || tally != want || recorded.Sweep.Trials != 14 {
		t.Fatalf("%+v, %+v, %v", tally, recorded.Sweep, err)
	}
	first := b.stored(t)
	if settings := plan.Settings(recorded.Trials); len(settings) != 7 || slices.ContainsFunc(settings, func(s plan.SettingTrials) bool { return len(s.Trials) != 2 }) {
		t.Errorf("settings %+v", settings)
	}
	_, tally, err = b.runAdaptive(t.Context(), t, mustPlan(t, b, adaptiveSweep), nil)
	if want := (Tally{Kept: 14}); err != nil || tally != want {
		t.Errorf("again: %+v, %v", tally, err)
	}
	_, tally, err = b.runAdaptive(t.Context(), t, mustPlan(t, b, adaptiveSweep, "run_cap: 7", "run_cap: 9"), nil)
	if want := (Tally{Kept: 14, Finished: 4}); err != nil || tally != want {
		t.Errorf("with a higher run_cap: %+v, %v", tally, err)
	}
	more := b.stored(t)
	if len(more) != 18 || !slices.Equal(more[:14], first) {
		t.Errorf("%d trials, of which the first are others", len(more))
	}
	other := newBed(t)
	if _, _, err := other.runAdaptive(t.Context(), t, mustPlan(t, other, adaptiveSweep), nil); err != nil {
		t.Fatal(err)
	}
	if same := other.stored(t); !slices.Equal(same, first) {
		t.Error("another store has another sweep")
	}
}

// Results decide: with the metrics' roles exchanged the first settings are the same, and the
// others are not.
func TestResultsDecide(t *testing.T) {
	hashes := map[string][]string{}
	for _, objectives := range []string{"[eval/noise]", "[eval/content]"} {
		b := newBed(t)
		p := mustPlan(t, b, adaptiveSweep, "[eval/noise, eval/content]", objectives, "run_cap: 7", "run_cap: 10")
		if _, _, err := b.runAdaptive(t.Context(), t, p, nil); err != nil {
			t.Fatal(err)
		}
		hashes[objectives] = b.stored(t)
	}
	noise, content := hashes["[eval/noise]"], hashes["[eval/content]"]
	if len(noise) != 20 || len(content) != 20 || !slices.Equal(noise[:6], content[:6]) || slices.Equal(noise, content) {
		t.Errorf("by noise %.8s\nby content %.8s", noise, content)
	}
}

// An interrupted sweep goes on as if it had not been: at whatever trial it is stopped, the
// trials are the same in the end.
func TestAdaptiveSweepInterrupted(t *testing.T) {
	undisturbed := newBed(t)
	if _, _, err := undisturbed.runAdaptive(t.Context(), t, mustPlan(t, undisturbed, adaptiveSweep), nil); err != nil {
		t.Fatal(err)
	}
	want := undisturbed.stored(t)
	b := newBed(t)
	errStop := errors.New("stopped")
	for stopAt := 0; ; stopAt++ {
		ctx, stop := context.WithCancelCause(t.Context())
		n := 0
		_, tally, err := b.runAdaptive(ctx, t, mustPlan(t, b, adaptiveSweep), func(plan.Trial, trial.Start) run.Observer {
			if n++; n == 2 { // lets one finish
				stop(errStop)
			}
			return run.ObserverFunc(func(run.Event) error { return nil })
		})
		stop(nil)
		if err == nil && tally.Left == 0 {
			break
		}
		if !errors.Is(err, errStop) || tally.Left == 0 || stopAt > 14 {
			t.Fatalf("%+v, %v", tally, err)
		}
	}
	if got := b.stored(t); !slices.Equal(got, want) {
		t.Errorf("trials %.8s\nwant   %.8s", got, want)
	}
}

// Jobs in parallel and processes on one store share the sweep: no setting is run twice, and
// there are run_cap of them in the end.
func TestAdaptiveSweepShared(t *testing.T) {
	for name, c := range map[string]struct{ processes, jobs int }{"jobs": {1, 3}, "processes": {2, 1}} {
		b := newBed(t)
		var wait sync.WaitGroup
		tallies, errs := make([]Tally, c.processes), make([]error, c.processes)
		plans := make([]*plan.Plan, c.processes)
		for i := range plans {
			plans[i] = mustPlan(t, b, adaptiveSweep)
		}
		for i, p := range plans {
			recorded, err := Record(t.Context(), p, b.Store)
			if err != nil {
				t.Fatal(err)
			}
			runner := b.runner(t, p, nil)
			wait.Go(func() {
				tallies[i], errs[i] = recorded.Run(t.Context(), runner, local.New(runner.Run, local.Limits{Jobs: c.jobs}), &recordingListener{})
			})
		}
		wait.Wait()
		if err := errors.Join(errs...); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		hashes := b.stored(t)
		runs, err := b.Store.Runs(t.Context(), store.Filter{Experiment: "x"})
		if err != nil || len(hashes) != 14 || len(runs) != 14 {
			t.Errorf("%s: %d trials, %d runs, %v; %+v", name, len(hashes), len(runs), err, tallies)
		}
	}
}

// A setting that fails on a pair has no values and counts as bad; one that may still finish is
// pending. Values are means of logarithms, those of which higher is better negated.
func TestHistory(t *testing.T) {
	b := newBed(t)
	p := mustPlan(t, b, strings.Replace(adaptiveSweep, "eval/noise, eval/content", "eval/ssim, eval/content", 1), "startup: 3", "startup: 4")
	recorded, err := Record(t.Context(), p, b.Store)
	if err != nil {
		t.Fatal(err)
	}
	finish := func(i int, status store.Status, ssim, content float64) {
		r, err := b.Store.Begin(t.Context(), store.NewRun{Experiment: "x", TrialHash: p.Trials[i].Hash})
		if err != nil {
			t.Fatal(err)
		}
		values := []store.Value{{Name: "eval/ssim", Value: ssim}, {Name: "eval/content", Value: content}}
		if err := errors.Join(b.Store.Score(t.Context(), r.Number(), p.Scorer.Stored(), values), r.Finish(t.Context(), status, "")); err != nil {
			t.Fatal(err)
		}
	}
	finish(0, store.Finished, 0.5, 2)
	finish(1, store.Finished, 0.5, 8)
	finish(2, store.Finished, 0.5, 1)
	finish(3, store.Pruned, 0.5, 1)
	finish(4, store.Finished, 0.25, 1)
	finish(6, store.Failed, 0.5, 1)
	finish(7, store.Failed, 0.5, 1)
	stored, err := b.Store.SweepTrials(t.Context(), recorded.Sweep.Number)
	if err != nil {
		t.Fatal(err)
	}
	s := &running{Recorded: recorded, active: map[string]bool{p.Trials[7].Hash: true}}
	history, err := s.history(t.Context(), stored)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, r := range history {
		got = append(got, fmt.Sprintf("%.4f %v", r.Values, r.Pending))
	}
	want := []string{"[0.6931 1.3863] false", "[] false", "[] true", "[] true"}
	if !slices.Equal(got, want) {
		t.Errorf("got %q\nwant %q", got, want)
	}
}

// A metric that is not positive is not put on the scale of logarithms.
func TestScale(t *testing.T) {
	values := [][]float64{{2, -1}, nil, {4, 3}}
	scale(values, 1, false)
	if values[0][1] != 1 || values[2][1] != -3 {
		t.Errorf("%v", values)
	}
}

// A loss that a later setting reads may not be one that pictures are compared at, and the
// planner looks at all levels to choose the scorer's layers.
func TestScorerOfAnAdaptiveSweep(t *testing.T) {
	b := newBed(t)
	p := mustPlan(t, b, adaptiveSweep, "startup: 3", "startup: 1")
	for _, layer := range []string{"relu1_1", "relu2_1"} {
		if p.Scorer.Reads(layer) {
			t.Errorf("pictures are compared at %s, which a level has", layer)
		}
	}
	_, err := b.plan(t, adaptiveSweep, "- {path: stages", "- {path: backbone.pooling, values: [max, average]}\n    - {path: stages", "startup: 3", "startup: 1")
	if err == nil || !strings.Contains(err.Error(), "evaluate.backbone: the trials have different backbones") {
		t.Errorf("backbones that differ: %v", err)
	}
}

// An adaptive sampler that breaks its contract is named.
type brokenAdaptive struct {
	oneAtATime
	setting []framework.Choice
}

func (brokenAdaptive) Objectives() int { return 1 }

func (s brokenAdaptive) Suggest(framework.SweepSpace, []framework.Result, func([]framework.Choice, int) bool) ([]framework.Choice, bool, error) {
	return s.setting, true, nil
}

func TestBrokenAdaptiveSamplers(t *testing.T) {
	for want, setting := range map[string][]framework.Choice{
		"theirs violates the contract of samplers: a setting has 0 choices for 1 parameters": {},
		"theirs violates the contract of samplers: it suggests a setting again":              {{Level: 0}},
	} {
		b := newBed(t)
		framework.Register(b.Plugins.Samplers, "theirs", "", func() struct{} { return struct{}{} },
			func(struct{}) (framework.Sampler, error) { return brokenAdaptive{setting: setting}, nil })
		p := mustPlan(t, b, "sweep: {method: theirs, run_cap: 4, parameters: [{path: losses.content.weight, values: [1, 2]}]}\n")
		_, _, err := b.runAdaptive(t.Context(), t, p, nil)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %s", err, want)
		}
	}
}
