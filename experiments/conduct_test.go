package experiments

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"runexp"
	"runexp/backbones"
	"runexp/framework"
	"runexp/framework/compute"
	"runexp/framework/config"
	"runexp/framework/evaluate"
	"runexp/framework/graph"
	"runexp/framework/imaging"
	"runexp/framework/run"
	"runexp/framework/store"
	"runexp/framework/weights"
)

// broken is an optimiser whose code has a mistake.
type broken struct{}

func (broken) Step(context.Context, framework.Objective, []float32, float64) (framework.Outcome, error) {
	var none []float64
	return framework.Outcome{Loss: none[0]}, nil
}
func (broken) State() []framework.Slot        { return nil }
func (broken) Restore([]framework.Slot) error { return nil }

// heard is a Watcher that keeps what it hears.
type heard struct {
	kept  int
	ended []Ended
}

func (h *heard) Keep(SweepTrial)                         { h.kept++ }
func (h *heard) Begin(SweepTrial, *Attempt) run.Observer { return deaf() }
func (h *heard) End(_ SweepTrial, e Ended)               { h.ended = append(h.ended, e) }

// deaf is an observer that does nothing.
func deaf() run.Observer { return run.ObserverFunc(func(run.Event) error { return nil }) }

// A desk is a lab with a notebook and two pictures.
type desk struct {
	*Lab
	store *store.Store
	dir   string
}

// builtin are the program's plugins; backbones know of no weights but their own.
func builtin() framework.Plugins {
	p := runexp.Builtin()
	p.Backbones = backbones.Registry(weights.Places{})
	return p
}

func newDesk(t *testing.T) desk {
	t.Helper()
	d := desk{dir: t.TempDir()}
	for name, texture := range map[string]float32{"photo.png": 7, "painting.png": 11} {
		m := imaging.New(24, 32)
		for i := range m.Pix {
			m.Pix[i] = 0.5 + texture*float32((i*i)%13-6)/200
		}
		if err := imaging.WriteFile(filepath.Join(d.dir, name), m, nil); err != nil {
			t.Fatal(err)
		}
	}
	engine, err := compute.NewEngine(compute.Options{Threads: 1, ISA: os.Getenv("RUNEXP_ISA")})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(engine.Close)
	plugins := builtin()
	framework.Register(plugins.Optimizers, "broken", "panics", func() struct{} { return struct{}{} },
		func(struct{}) (framework.Optimizer, error) { return broken{}, nil })
	d.Lab = NewLab(plugins, engine)
	d.Out = filepath.Join(d.dir, "runs")
	if d.store, err = store.Open(t.Context(), filepath.Join(d.dir, "runexp.db")); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { d.store.Close() })
	return d
}

// plan plans a sweep with this section; edits replace parts of the experiment.
func (d desk) plan(t *testing.T, section string, edits ...string) (*Sweep, error) {
	t.Helper()
	path := filepath.Join(d.dir, "x.yaml")
	text := `experiment: x
content: photo.png
style: painting.png
backbone: {name: vgg19-lite}
losses:
  - {type: content, layers: [relu2_1]}
  - {name: style, type: gram, layers: [relu1_1], weight: 100}
stages: [{size: {height: 24}, iterations: 4, optimizer: {name: adam, lr: 0.05}}]
` + section
	if err := os.WriteFile(path, []byte(strings.NewReplacer(edits...).Replace(text)), 0o600); err != nil {
		t.Fatal(err)
	}
	l := config.Loader{Plugins: d.Plugins, WorkDir: d.dir}
	r, err := l.Load(path, nil)
	if err != nil {
		t.Fatal(err)
	}
	return d.PlanSweep(t.Context(), r, nil)
}

// conduct plans a sweep and runs it.
func (d desk) conduct(t *testing.T, section string) (Tally, *heard) {
	t.Helper()
	s, err := d.plan(t, section)
	if err != nil {
		t.Fatal(err)
	}
	return d.run(t, s)
}

// run runs a sweep.
func (d desk) run(t *testing.T, s *Sweep) (Tally, *heard) {
	t.Helper()
	recorded, err := s.Record(t.Context(), d.store)
	if err != nil {
		t.Fatal(err)
	}
	h := &heard{}
	tally, err := s.Conduct(t.Context(), d.store, recorded, Conditions{Jobs: 1}, h)
	if err != nil {
		t.Fatal(err)
	}
	return tally, h
}

// closing is a Watcher that closes the notebook when a picture is finished.
type closing struct {
	heard
	store *store.Store
}

func (c *closing) Begin(SweepTrial, *Attempt) run.Observer {
	return run.ObserverFunc(func(e run.Event) error {
		if p, is := e.(run.Picture); is && p.Kind == "final" {
			return c.store.Close()
		}
		return nil
	})
}

// A trial whose end cannot be recorded has not finished, and the next one does not begin.
func TestAnEndThatIsNotRecorded(t *testing.T) {
	d := newDesk(t)
	s, err := d.plan(t, "sweep:\n  parameters: [{path: losses.style.weight, values: [10, 100]}]\n")
	if err != nil {
		t.Fatal(err)
	}
	recorded, err := s.Record(t.Context(), d.store)
	if err != nil {
		t.Fatal(err)
	}
	w := &closing{store: d.store}
	tally, err := s.Conduct(t.Context(), d.store, recorded, Conditions{Jobs: 1}, w)
	if want := (Tally{Failed: 1, Left: 1}); tally != want || err == nil {
		t.Errorf("%+v, want %+v; %v", tally, want, err)
	}
	if len(w.ended) != 1 || w.ended[0].Err == nil {
		t.Errorf("ended: %+v", w.ended)
	}
}

// A plugin that panics is a trial that failed.
func TestAPanicIsOneFailure(t *testing.T) {
	d := newDesk(t)
	tally, h := d.conduct(t, "sweep:\n  parameters:\n    - {path: stages.0.optimizer, values: [{name: broken}, {name: adam, lr: 0.05}]}\n")
	if want := (Tally{Finished: 1, Failed: 1}); tally != want {
		t.Fatalf("%+v, want %+v", tally, want)
	}
	if err := h.ended[0].Err; err == nil || !strings.Contains(err.Error(), "index out of range") {
		t.Errorf("the failure is %v", err)
	}
	failed, err := d.store.FindRun(t.Context(), "1")
	if err != nil || failed.Status != store.Failed || !strings.Contains(failed.Message, "conduct_test.go") {
		t.Errorf("run 1 is %s, %v: %s", failed.Status, err, failed.Message)
	}
}

// blind is a backbone that sees the first so many networks and then no more.
type blind struct {
	framework.Backbone
	seen     *int
	stumbles bool // panics
}

func (b blind) Build(builder *graph.Builder, image graph.Node, taps []string) (map[string]graph.Node, error) {
	if *b.seen--; *b.seen >= 0 {
		return b.Backbone.Build(builder, image, taps)
	}
	if b.stumbles {
		panic("it is too dark")
	}
	return nil, errors.New("it is too dark")
}

// Pictures that cannot be scored are told, and no reason to stop: neither when they
// are made nor when the sweep goes on.
func TestPicturesWithoutScores(t *testing.T) {
	for _, stumbles := range []bool{false, true} {
		t.Run(fmt.Sprint(stumbles), func(t *testing.T) { withoutScores(t, stumbles) })
	}
}

func withoutScores(t *testing.T, stumbles bool) {
	d := newDesk(t)
	s, err := d.plan(t, "sweep:\n  parameters: [{path: losses.style.weight, values: [10, 100]}]\n", "style: painting.png", "style: [painting.png, photo.png]")
	if err != nil {
		t.Fatal(err)
	}
	seen := 1 // of two paintings
	sighted, err := d.workshop.Backbone(s.Trials[0].Config.Experiment.Backbone)
	if err != nil {
		t.Fatal(err)
	}
	layers := s.judge.scorer.Layers()
	w, err := sighted.Weights(layers.Taps())
	if err != nil {
		t.Fatal(err)
	}
	if s.judge.scorer, err = evaluate.New(evaluate.Config{Name: "blind", Backbone: blind{sighted, &seen, stumbles}, Weights: w, Layers: layers, Metrics: d.Plugins.Metrics}, d.Engine); err != nil {
		t.Fatal(err)
	}
	for round, want := range []Tally{{Finished: 2}, {Kept: 2}} {
		tally, h := d.run(t, s)
		if tally != want || h.kept != want.Kept || len(h.ended) != want.Finished {
			t.Errorf("round %d: %+v, want %+v; %d kept", round, tally, want, h.kept)
		}
		for _, e := range h.ended {
			if e.Err != nil || e.Unscored == nil || !strings.Contains(e.Unscored.Error(), "it is too dark") {
				t.Errorf("run %d: %v, not scored: %v", e.Run, e.Err, e.Unscored)
			}
			names, err := d.store.MetricNames(t.Context(), e.Run)
			if err != nil || slices.ContainsFunc(names, func(name string) bool { return strings.HasPrefix(name, "eval/") }) {
				t.Errorf("run %d has half a score: %v, %v", e.Run, names, err)
			}
		}
	}
}

// What a rule stopped is done while there is a rule.
func TestPrunedTrialsWithoutARule(t *testing.T) {
	d := newDesk(t)
	section := "sweep:\n  metrics: [eval/content]\n  parameters: [{path: stages.0.optimizer.lr, values: [0.0002, 0.0003, 0.0004, 0.0005, 0.1]}]\n"
	rule := "  early_stop: {type: median, warmup: 2, every: 2}\n"
	for i, c := range []struct {
		rule string
		want Tally
	}{
		{rule, Tally{Finished: 4, Pruned: 1}},
		{rule, Tally{Kept: 5}},
		{"", Tally{Kept: 4, Finished: 1}},
		{rule, Tally{Kept: 5}},
	} {
		if tally, _ := d.conduct(t, section+c.rule); tally != c.want {
			t.Errorf("round %d: %+v, want %+v", i, tally, c.want)
		}
	}
}

// What another scorer said on the way is no value to be compared with.
func TestTheRuleKeepsToOneScorer(t *testing.T) {
	const rule = "  early_stop: {type: median, warmup: 2, every: 2}\n"
	sweep := func(values string) string {
		return "sweep:\n  metrics: [eval/content]\n  parameters: [{path: stages.0.optimizer.lr, values: [" + values + "]}]\n" + rule
	}
	const other = "evaluate: {backbone: {name: vgg19-lite, pooling: average}}\n"
	for before, want := range map[string]Tally{"": {Kept: 4, Pruned: 1}, other: {Kept: 4, Finished: 1}} {
		d := newDesk(t)
		d.conduct(t, before+sweep("0.0002, 0.0003, 0.0004, 0.0005"))
		if tally, _ := d.conduct(t, sweep("0.0002, 0.0003, 0.0004, 0.0005, 0.1")); tally != want {
			t.Errorf("after a sweep with %q: %+v, want %+v", before, tally, want)
		}
	}
}

func TestSweepsThatCannotBeScored(t *testing.T) {
	d := newDesk(t)
	for want, section := range map[string]string{
		"evaluate.backbone: the trials have different backbones": "sweep:\n  parameters: [{path: backbone.pooling, values: [max, average]}]\n",
		"sweep.early_stop.every: 25 is no multiple of evaluate.every, which is 10": "evaluate: {every: 10}\n" +
			"sweep:\n  early_stop: {type: median, metric: eval/content}\n  parameters: [{path: losses.style.weight, values: [1, 2]}]\n",
		"sweep.early_stop.metric: the scorer has no eval/content/relu2_1": "sweep:\n" +
			"  early_stop: {type: median, metric: eval/content/relu2_1}\n  parameters: [{path: losses.style.weight, values: [1, 2]}]\n",
	} {
		if _, err := d.plan(t, section); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %s", err, want)
		}
	}
	_, err := d.plan(t, "sweep:\n  parameters: [{path: losses.tv.weight, values: [1, 2]}]\n", "style: painting.png\n", "",
		"{name: style, type: gram, layers: [relu1_1], weight: 100}", "{type: tv, weight: 1}")
	if err == nil || !strings.Contains(err.Error(), "style: no painting") {
		t.Errorf("without a painting: %v", err)
	}
}

// Equal trials are made once, and it is known which were left out.
func TestEqualTrials(t *testing.T) {
	d := newDesk(t)
	s, err := d.plan(t, "sweep:\n  parameters: [{path: backbone.pooling, values: [max, null]}]\n")
	if err != nil {
		t.Fatal(err)
	}
	if len(s.Trials) != 1 || len(s.Skipped) != 1 || s.Skipped[0] != "backbone.pooling=null" {
		t.Errorf("%d trials, left out: %q", len(s.Trials), s.Skipped)
	}
}

func TestShellLine(t *testing.T) {
	got := shellLine([]string{"runexp", "-c", "a b.yaml", "losses.tv.weight=0,1", "style=[{image: it's}]", ""})
	if want := `runexp -c 'a b.yaml' losses.tv.weight=0,1 'style=[{image: it'\''s}]' ''`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}
