package config_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"runexp/framework"
	"runexp/framework/config"
)

const base = `
losses:
  - {name: content, type: content, layers: [conv4_4]}
  - {name: style, type: gram, layers: [conv1_1, conv2_1], weight: 1e3}
  - {type: tv, weight: 10}
style: [{size: own, weight: 3}]
`

const swept = base + `
sweep:
  question: "Which layer?"
  pairs:
    - {content: photo.png, style: painting.png}
    - {content: painting.png, style: [photo.png, painting.png]}
  parameters:
    - {path: losses.content.layers, values: [[conv3_1], [conv4_4]]}
    - {path: losses.style.weight, min: 1e2, max: 1e5, distribution: log_uniform, steps: 4}
    - {path: losses.style.layers.0.weight, min: 0, max: 1, steps: 6}
    - {zip: [{path: "stages[0].size.long", values: [100, 200]}, {path: losses.tv, values: [null, {type: tv, weight: 3}]}], labels: [small, big]}
    - {path: losses.style.layers.1, glob: relu1*}
    - {path: "stages[0].iterations", min: 10, max: 20, steps: 3, distribution: int}
  exclude: ["losses.style.weight > 1e4 and losses.content.layers == '[conv3_1]'", "pair.content == 'photo' && stages[0].iterations > 15"]
  early_stop: {warmup: 10}
  on_failure: {max_failures: 3}
`

// labels lists the levels of each parameter.
func labels(s *config.Sweep) []string {
	var all []string
	for _, p := range s.Parameters {
		var levels []string
		for _, l := range p.Levels {
			levels = append(levels, l.Label)
		}
		line := p.Name() + ": " + strings.Join(levels, " | ")
		if r := p.Range; r != nil {
			line = p.Name() + ": " + strings.Join([]string{r.Distribution, r.Setting(r.Min).Text, r.Setting(r.Max).Text}, " ")
		}
		all = append(all, line)
	}
	return all
}

func TestSweep(t *testing.T) {
	r := load(t, write(t, swept))
	s := r.Sweep
	want := []string{
		"losses.content.layers: [conv3_1] | [conv4_4]",
		"losses.style.weight: 100 | 1000 | 10000 | 100000",
		"losses.style.layers.0.weight: 0 | 0.2 | 0.4 | 0.6 | 0.8 | 1",
		"stages[0].size.long, losses.tv: small | big",
		"losses.style.layers.1: relu1_1 | relu1_2",
		"stages[0].iterations: 10 | 15 | 20",
	}
	if got := labels(s); !reflect.DeepEqual(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if s.Question != "Which layer?" || s.Method != "grid" || s.Repeats != 1 || s.RunCap != 0 ||
		!reflect.DeepEqual(s.Metrics, []string{"eval/content", "eval/style", "eval/noise"}) { // tv is swept
		t.Errorf("got %+v", s)
	}
	if e := s.EarlyStop; e.Type != "median" || e.Metric != "eval/content" || !e.Lower || e.Warmup != 10 || e.Every != 25 {
		t.Errorf("early stop is %+v", *e)
	}
	if want := (config.OnFailure{Retries: 1, MaxFailures: 3}); s.OnFailure != want {
		t.Errorf("on failure is %+v", s.OnFailure)
	}
	if len(s.Pairs) != 2 || s.Pairs[1].Name != "painting × photo+painting" || !filepath.IsAbs(s.Pairs[1].Style[0]) {
		t.Errorf("pairs are %+v", s.Pairs)
	}
}

// Where the config names no metrics, what a swept loss is about is among them.
func TestQuestionMetrics(t *testing.T) {
	for parameters, want := range map[string]string{
		"[{path: losses.style.weight, values: [1, 2]}]":                                                   "eval/content eval/style",
		"[{path: losses.tv.weight, values: [1, 2]}]":                                                      "eval/content eval/style eval/noise",
		"[{zip: [{path: losses.2.weight, values: [1, 2]}, {path: init.from, values: [content, style]}]}]": "eval/content eval/style eval/noise",
	} {
		r, err := loader().Load(write(t, strings.Replace(base, "{size", "{image: painting.png, size", 1)+"content: photo.png\nsweep: {parameters: "+parameters+"}"), nil)
		if err != nil {
			t.Fatal(err)
		}
		if got := strings.Join(r.Sweep.Metrics, " "); got != want {
			t.Errorf("%s: %s, want %s", parameters, got, want)
		}
	}
	r := load(t, write(t, strings.Replace(base, "{size", "{image: painting.png, size", 1)+"content: photo.png\nsweep: {metrics: [eval/ssim], parameters: [{path: losses.tv.weight, values: [1, 2]}]}"))
	if got := strings.Join(r.Sweep.Metrics, " "); got != "eval/ssim" {
		t.Errorf("named metrics: %s", got)
	}
}

// A sweep is the same plan after printing and loading from another folder.
func TestSweepYAML(t *testing.T) {
	r := load(t, write(t, swept), "losses.content.weight=log_interval(1,2)", "sweep.method=random", "sweep.run_cap=3",
		"losses.style.weight=1,2", "losses.style.layers.0.weight=1", "stages[0].iterations=5,6")
	again := load(t, write(t, yaml(t, r)))
	got, err1 := again.Sweep.JSON()
	want, err2 := r.Sweep.JSON()
	if err := errors.Join(err1, err2); err != nil {
		t.Fatal(err)
	}
	if string(got) != string(want) {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	if !reflect.DeepEqual(again.Experiment, r.Experiment) {
		t.Errorf("the first trial differs: %+v, want %+v", again.Experiment, r.Experiment)
	}
	var plan map[string]any
	if err := json.Unmarshal(want, &plan); err != nil || plan["method"] != "random" {
		t.Errorf("%v %v", err, plan)
	}
}

// at returns the setting of parameter p's level.
func at(s *config.Sweep, p, level int) []config.Setting {
	return s.Parameters[p].Levels[level].Settings
}

// TestSweepOverPresets: each trial extends a preset, and the file's own keys win.
func TestSweepOverPresets(t *testing.T) {
	l := loader()
	l.Presets.(fstest.MapFS)["unit.yaml"] = &fstest.MapFile{Data: []byte("extends: [d2l-gluon]\nvariable: {space: unit}\nlosses: [{name: style, type: tv}]\nstyle: [{size: long}]\n")}
	r, err := l.Load(write(t, `
content: photo.png
style: [{image: painting.png, weight: 2}]
losses: [{name: tv, weight: 3}]
sweep:
  pairs: [{content: painting.png, style: photo.png}]
  parameters: [{path: extends, values: [d2l-gluon, unit]}]
`), nil)
	if err != nil {
		t.Fatal(err)
	}
	sizes := []string{"result", "long"}
	for i, want := range []string{"normalized", "unit"} {
		trial, err := r.Trial(slices.Concat(r.Sweep.Replicate(0, 0), r.Sweep.Parameters[0].Levels[i].Settings))
		if err != nil {
			t.Fatal(err)
		}
		e := trial.Experiment
		space := reflect.ValueOf(e.Variable.Options).Elem().FieldByName("Space").String()
		if space != want || len(e.Losses) != 3 || e.Losses[2].Weight != 3 || e.Style[0].Size != sizes[i] || e.Style[0].Weight != 2 || len(e.Stages) < 2 {
			t.Errorf("trial %d: space %s, losses %v, style %v, %d stages", i, space, e.Losses, e.Style, len(e.Stages))
		}
	}
	// A preset that the file extends is replaced; one that a file brings would mix.
	const both = `
extends: [%s]
content: photo.png
style: painting.png
sweep: {parameters: [{path: extends, values: [d2l-gluon, unit]}]}
`
	alone, err := l.Load(write(t, fmt.Sprintf(both, "unit")), nil)
	if err != nil {
		t.Fatal(err)
	}
	trial, err := alone.Trial(alone.Sweep.Parameters[0].Levels[0].Settings)
	if err != nil {
		t.Fatal(err)
	}
	if e := trial.Experiment; e.Losses[1].Type != "gram" || e.Style[0].Size != "result" {
		t.Errorf("the trial of d2l-gluon has %v and %v", e.Losses[1], e.Style)
	}
	path := write(t, fmt.Sprintf(both, "base.yaml"))
	if err := os.WriteFile(filepath.Join(filepath.Dir(path), "base.yaml"), []byte("extends: [unit]\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err = l.Load(path, nil); err == nil || !strings.Contains(err.Error(), "the config has keys of the preset ") {
		t.Error(err)
	}

	_, err = loader().Load(write(t, `
content: photo.png
sweep: {parameters: [{path: extends, values: [d2l-gluo]}]}
`), nil)
	if err == nil || !strings.Contains(err.Error(), `unknown preset "d2l-gluo"; did you mean "d2l-gluon"?`) {
		t.Error(err)
	}
}

// TestStyleDefaultsOfPresets: a preset's style without an image fills in every style image.
func TestStyleDefaultsOfPresets(t *testing.T) {
	l := loader()
	l.Presets.(fstest.MapFS)["long.yaml"] = &fstest.MapFile{Data: []byte("extends: [d2l-gluon]\nstyle: [{size: long}]\n")}
	path := write(t, "extends: [long]\ncontent: photo.png\nstyle: [painting.png, {image: photo.png, size: own, weight: 2}]\n")
	r, err := l.Load(path, []string{"style.0.weight=3"})
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []string{"long 3", "own 2"} {
		if s := r.Experiment.Style[i]; fmt.Sprint(s.Size, " ", s.Weight) != want {
			t.Errorf("style %d has size %s and weight %v, want %s", i, s.Size, s.Weight, want)
		}
	}
}

func TestTrial(t *testing.T) {
	path := write(t, swept)
	r := load(t, path)
	s := r.Sweep
	settings := s.Replicate(1, 2)
	for p, level := range []int{0, 3, 1, 0, 1, 2} {
		settings = append(settings, at(s, p, level)...)
	}
	trial, err := r.Trial(settings)
	if err != nil {
		t.Fatal(err)
	}
	if trial.Sweep != nil {
		t.Error("a trial is a sweep")
	}
	e := trial.Experiment
	here := filepath.Dir(path)
	if e.Name != "x" || e.Seed != 3 || e.Content.Image != filepath.Join(here, "painting.png") || e.Stages[0].Size.Long != 100 || e.Stages[0].Iterations != 20 {
		t.Errorf("got %+v", e)
	}
	if want := []framework.StyleImage{
		{Image: filepath.Join(here, "photo.png"), Weight: 3, Size: "own", Crop: 1}, // the base's other keys
		{Image: filepath.Join(here, "painting.png"), Weight: 1, Size: "result", Crop: 1},
	}; !reflect.DeepEqual(e.Style, want) {
		t.Errorf("styles are %+v", e.Style)
	}
	if len(e.Losses) != 2 { // tv is null
		t.Fatalf("losses are %+v", e.Losses)
	}
	if want := []framework.LayerWeight{{Layer: "conv3_1", Weight: 1}}; !reflect.DeepEqual(e.Losses[0].Options.(*layersOptions).Layers, want) {
		t.Errorf("content layers are %v", e.Losses[0].Options)
	}
	if want := []framework.LayerWeight{{Layer: "conv1_1", Weight: 0.2}, {Layer: "relu1_2", Weight: 1}}; e.Losses[1].Weight != 1e5 || !reflect.DeepEqual(e.Losses[1].Options.(*layersOptions).Layers, want) {
		t.Errorf("style is %v %v", e.Losses[1].Weight, e.Losses[1].Options)
	}
	again := load(t, write(t, yaml(t, trial)))
	if !reflect.DeepEqual(again.Experiment, e) || again.Sweep != nil {
		t.Errorf("%s\nloads again to\n%s", yaml(t, trial), yaml(t, again))
	}
	if fresh := load(t, path); !reflect.DeepEqual(fresh.Experiment, r.Experiment) {
		t.Error("a trial changed what it was made of")
	}
}

// Items are removed last, so that indices stay valid.
func TestTrialRemovesItems(t *testing.T) {
	r := load(t, write(t, base+`content: photo.png
init: {from: noise}
sweep:
  parameters:
    - {path: losses.0, values: [null]}
    - {path: losses.1, values: [null]}
    - {path: losses.2.weight, values: [null, 7]}
    - {path: style, values: [[painting.png]]}
    - {path: init.sigma, values: [null, 2]}
`))
	s := r.Sweep
	for level, weight := range []float64{1, 7} {
		trial, err := r.Trial([]config.Setting{at(s, 0, 0)[0], at(s, 1, 0)[0], at(s, 2, level)[0], at(s, 3, 0)[0], at(s, 4, level)[0]})
		if err != nil {
			t.Fatal(err)
		}
		if l := trial.Experiment.Losses; len(l) != 1 || l[0].Type != "tv" || l[0].Weight != weight {
			t.Errorf("losses are %+v, want tv of weight %v", l, weight)
		}
	}
}

// Every problem of the trials is reported once, at the position of its value.
func TestTrials(t *testing.T) {
	path := write(t, swept)
	r := load(t, path)
	bad := load(t, path, "losses.content.layers=[conv3_1],[conv4_4]").Sweep
	r.Sweep.Parameters[0] = bad.Parameters[0]
	var all [][]config.Setting
	for weight := range 4 {
		all = append(all, append(at(r.Sweep, 1, weight), r.Sweep.Parameters[1].Levels[0].Settings...))
	}
	_, err := r.Trials(all) // without images
	var problems config.Problems
	if !errors.As(err, &problems) || len(problems) != 2 || problems[0].Path != "content.image" || problems[1].Path != "style[0].image" {
		t.Errorf("got %v", err)
	}
}

// The base of a sweep needs images unless it has pairs.
func TestPairsSetImages(t *testing.T) {
	if _, err := loader().Load(write(t, base+"sweep: {repeats: 2}"), nil); err == nil || !strings.Contains(err.Error(), "content.image: needs the file of the content image") {
		t.Errorf("got %v", err)
	}
	r := load(t, write(t, strings.Replace(base, "{size", "{image: painting.png, size", 1)+"sweep: {pairs: [{content: photo.png}]}"))
	if p := r.Sweep.Pairs[0]; p.Name != "photo × painting" || len(p.Style) != 0 {
		t.Errorf("got %+v", p)
	}
}

func TestExcluded(t *testing.T) {
	s := load(t, write(t, swept)).Sweep
	for _, test := range []struct{ layers, weight, iterations, pair, want int }{
		{0, 3, 0, 0, 0},
		{0, 2, 0, 0, -1}, // 1e4 is not above 1e4
		{1, 3, 0, 0, -1},
		{1, 3, 2, 0, 1},
		{1, 3, 2, 1, -1},
	} {
		settings := append(append(append([]config.Setting{}, at(s, 0, test.layers)...), at(s, 1, test.weight)...), at(s, 5, test.iterations)...)
		if got, err := s.Excluded(settings, test.pair); err != nil || got != test.want {
			t.Errorf("%+v: %d %v", test, got, err)
		}
	}
}

// A path that is no longer swept can still be used in expressions.
func TestExcludedByFixed(t *testing.T) {
	s := load(t, write(t, swept), "losses.style.weight=2e4", "stages[0].iterations=9").Sweep
	for level, want := range []int{0, -1} {
		if got, err := s.Excluded(at(s, 0, level), 0); err != nil || got != want {
			t.Errorf("layers %d: %d %v", level, got, err)
		}
	}
}

// Sweeping an extended config, and removing its sweep.
func TestSweepThroughExtends(t *testing.T) {
	path := write(t, "extends: ["+write(t, swept)+"]\nsweep: null\ncontent: photo.png\nstyle: painting.png\n")
	if r := load(t, path); r.Sweep != nil {
		t.Errorf("the sweep is still there: %s", yaml(t, r))
	}
	path = write(t, "extends: ["+write(t, swept)+"]\nsweep: {exclude: [], parameters: [{path: losses.tv.weight, values: [1]}]}\n")
	if s := load(t, path).Sweep; len(s.Parameters) != 1 || s.Repeats != 1 || s.Question == "" || len(s.Pairs) != 2 {
		t.Errorf("got %+v", s)
	}
}

// Trials with alternating problems at one position report each once.
func TestTrialsReportOnce(t *testing.T) {
	_, err := loader().Load(write(t, base+`
sweep:
  pairs: [{content: photo.png, style: painting.png}]
  parameters:
    - {path: backbone.name, values: [vgg19, vgg19-lite, vgg19]}
`), []string{"losses.content.layers=[conv9_9]", "sweep.parameters.0.values=[vgg19,vgg19-lite]", "sweep.pairs=null", "style.0.image=painting.png", "content=photo.png", "losses.tv.weight=1,2,3"})
	var problems config.Problems
	if !errors.As(err, &problems) || len(problems) != 2 || problems[0].Message == problems[1].Message {
		t.Errorf("got %v", err)
	}
}

// A loss is logged before its own weight, so that trials with different weights can be
// compared by it.
func TestEarlyStopByALoss(t *testing.T) {
	const section = `
sweep:
  pairs: [{content: photo.png, style: painting.png}]
  parameters: [{path: losses.style.weight, values: [1, 2]}, {path: "stages[0].optimizer.lr", values: [1, 2]}]
  early_stop: {metric: loss/style}
`
	if e := load(t, write(t, base+section)).Sweep.EarlyStop; e == nil || e.Metric != "loss/style" || !e.Lower {
		t.Errorf("got %+v", e)
	}
	for _, override := range []string{"losses.style.layers=[conv1_1],[conv2_1]", "losses.*.layers.0=conv1_1,conv1_2", "backbone.pooling=max,average", "variable.space=unit,bytes"} {
		if _, err := loader().Load(write(t, base+section), []string{override}); err == nil || !strings.Contains(err.Error(), "loss/style is defined differently in each trial") {
			t.Errorf("%s: %v", override, err)
		}
	}
}

// TestPresetsOnTheCommandLine: extends=… replaces the presets of the file, and its sweep over
// presets; several are a sweep.
func TestPresetsOnTheCommandLine(t *testing.T) {
	l := loader()
	l.Presets.(fstest.MapFS)["unit.yaml"] = &fstest.MapFile{Data: []byte("extends: [d2l-gluon]\nvariable: {space: unit}\n")}
	alone := write(t, "extends: [d2l-gluon]\ncontent: photo.png\nstyle: painting.png\n")
	swept := write(t, "content: photo.png\nstyle: painting.png\nsweep: {parameters: [{path: extends, values: [d2l-gluon, unit]}]}\n")
	for _, c := range []struct {
		path, override, want string
		trials               int
	}{
		{alone, "extends=unit", "unit", 1},
		{alone, "extends=[unit]", "unit", 1},
		{alone, "extends=unit,d2l-gluon", "unit", 2},
		{swept, "extends=unit", "unit", 1},
		{swept, "extends=d2l-gluon", "normalized", 1},
	} {
		r, err := l.Load(c.path, []string{c.override})
		if err != nil {
			t.Errorf("%s: %v", c.override, err)
			continue
		}
		trials := 1
		if r.Sweep != nil && len(r.Sweep.Parameters) > 0 {
			trials = len(r.Sweep.Parameters[0].Levels)
		}
		space := reflect.ValueOf(r.Experiment.Variable.Options).Elem().FieldByName("Space").String()
		if space != c.want || trials != c.trials {
			t.Errorf("%s: space %s, %d trials", c.override, space, trials)
		}
	}
	for override, want := range map[string]string{
		"extends=unti":       `unknown preset "unti"; did you mean "unit"?`,
		"extends=other.yaml": "other.yaml is a file; presets can be named here",
		"extends.0=unit":     "write extends=NAME",
	} {
		if _, err := l.Load(alone, []string{override}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", override, err)
		}
	}
}

// TestPathsBesidePresets: a path that is swept beside presets is looked up in them: the lists
// of the config itself may be empty. Pairs take nothing of the first preset.
func TestPathsBesidePresets(t *testing.T) {
	l := loader()
	l.Presets.(fstest.MapFS)["large.yaml"] = &fstest.MapFile{Data: []byte("extends: [d2l-gluon]\nstyle: [{size: 200}]\n")}
	path := write(t, "content: photo.png\nstyle: painting.png\nsweep: {pairs: [{content: painting.png, style: photo.png}], parameters: [{path: extends, values: [large, d2l-gluon]}]}\n")
	r, err := l.Load(path, []string{"losses.style.weight=1,2"})
	if err != nil {
		t.Fatal(err)
	}
	for i, weight := range []float64{1, 2} {
		settings := slices.Concat(r.Sweep.Replicate(0, 0), r.Sweep.Parameters[0].Levels[1].Settings, r.Sweep.Parameters[1].Levels[i].Settings)
		trial, err := r.Trial(settings)
		if err != nil {
			t.Fatal(err)
		}
		style := slices.IndexFunc(trial.Experiment.Losses, func(s framework.LossSpec) bool { return s.Name == "style" })
		if got := trial.Experiment.Losses[style].Weight; got != weight {
			t.Errorf("weight %v, want %v", got, weight)
		}
		if size := trial.Experiment.Style[0].Size; size != config.Defaults().Style[0].Size {
			t.Errorf("style size %v is the first preset's", size)
		}
	}
	if _, err := l.Load(write(t, "content: photo.png\nstyle: painting.png\nsweep: {parameters: [{path: extends, values: [large, x.yaml]}]}\n"), nil); err == nil || !strings.Contains(err.Error(), "x.yaml is a file, and a sweep is over presets") {
		t.Errorf("got %v", err)
	}
	const want = `losses.stile.weight: unknown item "stile"; did you mean "style"?`
	if _, err := l.Load(path, []string{"losses.stile.weight=1,2"}); err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("got %v", err)
	}
}

// TestWeightsWithoutEffect: a preset's stages can have weights of their own for a loss. Its
// weight in the config or a sweep then has no effect.
func TestWeightsWithoutEffect(t *testing.T) {
	l := loader()
	l.Presets.(fstest.MapFS)["own.yaml"] = &fstest.MapFile{Data: []byte("extends: [d2l-gluon]\nstages: [{size: 20, iterations: 1, weights: [{name: style, weight: 5}]}]\n")}
	path := write(t, "extends: [own]\ncontent: photo.png\nstyle: painting.png\n")
	for override, effect := range map[string]bool{
		"losses.style.weight=2":                       false,
		"losses.style.weight=2,3":                     false,
		"stages.*.weights.style.weight=2,3":           true,
		"losses.tv.weight=2,3":                        true,
		"stages=[{size: 20, iterations: 1}]":          true,
		"stages.0.weights=[{name: style, weight: 7}]": true,
	} {
		_, err := l.Load(path, []string{override})
		if effect && err != nil || !effect && (err == nil || !strings.Contains(err.Error(), "losses.style.weight: has no effect, since every stage")) {
			t.Errorf("%s: %v", override, err)
		}
	}
}
