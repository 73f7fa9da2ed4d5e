package config_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"runexp/framework"
	"runexp/framework/config"
)

// A sampler and a pruner of a third party, with options.

type spread struct {
	framework.Sampler
	Skip  int       `config:"skip"`
	Parts []float64 `config:"parts"`
}

func (s spread) Validate() error {
	if s.Skip < 0 {
		return framework.Invalid("skip", "must be at least 0, not %d", s.Skip)
	}
	return nil
}

func (spread) Draws() bool { return true }

type best struct {
	framework.Pruner
	Slack float64 `config:"slack"`
}

func (b best) Validate() error { return framework.Positive("slack", b.Slack) }

// theirs is a loader with these plugins too, and presets in dir.
func theirs(dir string) *config.Loader {
	l := loader()
	framework.Register(l.Plugins.Samplers, "spread", "", func() spread { return spread{Skip: 20, Parts: []float64{0.5, 1}} },
		func(s spread) (framework.Sampler, error) { return s, nil })
	framework.Register(l.Plugins.Pruners, "best", "", func() best { return best{Slack: 0.25} },
		func(b best) (framework.Pruner, error) { return b, nil })
	if dir != "" {
		l.Presets = os.DirFS(dir)
	}
	return l
}

const spreadSweep = `content: photo.png
style: painting.png
losses: [{type: tv, weight: 1}]
sweep:
  method: spread
  skip: 3
  run_cap: 5
  parameters: [{path: losses.tv.weight, min: 1, max: 2}]
  early_stop: {type: best, slack: 0.5, metric: eval/content}
`

// Their options are beside the sweep's own keys, are decoded over the defaults, and load
// again after printing.
func TestOptionsOfSamplersAndPruners(t *testing.T) {
	l := theirs("")
	r, err := l.Load(write(t, spreadSweep), []string{"sweep.early_stop.slack=0.75"})
	if err != nil {
		t.Fatal(err)
	}
	again, err := l.Load(write(t, yaml(t, r)), nil)
	if err != nil {
		t.Fatalf("%v\n%s", err, yaml(t, r))
	}
	for _, s := range []*config.Sweep{r.Sweep, again.Sweep} {
		if got := s.Sampler().(spread); got.Skip != 3 || len(got.Parts) != 2 || got.Parts[0] != 0.5 {
			t.Errorf("the sampler is %+v", got)
		}
		if p, err := s.EarlyStop.Pruner(); err != nil || p.(best).Slack != 0.75 {
			t.Errorf("the pruner is %+v, %v", p, err)
		}
		text, err := s.JSON()
		for _, want := range []string{`"options":[{"path":"skip","value":3},{"path":"parts","value":[0.5,1]}]`, `"options":[{"path":"slack","value":0.75}]`} {
			if err != nil || !strings.Contains(string(text), want) {
				t.Errorf("%v: %s has no %s", err, text, want)
			}
		}
	}
}

// Problems of their options have a position, and name the plugin that has an option.
func TestBadOptionsOfSamplersAndPruners(t *testing.T) {
	for edit, want := range map[string]string{
		"skip: 3=skip: -1":                       "x.yaml:6:9: sweep.skip: must be at least 0, not -1",
		"skip: 3=skip: three":                    `x.yaml:6:9: sweep.skip: must be a whole number, not the text "three"`,
		"skip: 3=skp: 3":                         `x.yaml:6:3: sweep.skp: unknown key "skp"; did you mean "skip"?`,
		"method: spread=method: random":          `x.yaml:6:3: sweep.skip: unknown key "skip"`,
		"method: spread=method: sprea":           `x.yaml:5:11: sweep.method: unknown sampler "sprea"; did you mean "spread"? (known: grid, random, sobol, spread, tpe)`,
		"slack: 0.5=slack: 0":                    "x.yaml:9:35: sweep.early_stop.slack: 0 is not a positive number",
		"type: best=type: median":                `x.yaml:9:30: sweep.early_stop.slack: unknown key "slack" (known: type, metric, warmup, every); it is an option of type: best`,
		"type: best=type: bes":                   `x.yaml:9:22: sweep.early_stop.type: unknown pruner "bes"; did you mean "best"? (known: asha, best, median)`,
		"run_cap: 5=run_cap: 0":                  "sweep.run_cap: method: spread needs the number of settings to draw",
		"max: 2}=max: 2, steps: 3}":              "sweep.parameters[0].steps: has no effect: method: spread draws from the whole range",
		"method: spread\n  skip: 3=method: grid": "sweep.parameters[0]: method: grid needs values, or steps: N for the range; method: random, sobol, tpe or spread draws from it",
	} {
		before, after, _ := strings.Cut(edit, "=")
		_, err := theirs("").Load(write(t, strings.Replace(spreadSweep, before, after, 1)), nil)
		if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s\ngot %v\nwant %s", edit, err, want)
		}
	}
}

// A config that extends a sweep and names another sampler or pruner does not inherit the
// options of the first.
func TestOptionsOfAnotherSampler(t *testing.T) {
	dir := t.TempDir()
	preset := strings.NewReplacer("content: photo.png\n", "", "style: painting.png\n", "").Replace(spreadSweep)
	if err := os.WriteFile(filepath.Join(dir, "spread.yaml"), []byte(preset), 0o600); err != nil {
		t.Fatal(err)
	}
	r, err := theirs(dir).Load(write(t, "extends: [spread]\ncontent: photo.png\nstyle: painting.png\nsweep: {method: random, early_stop: {type: median}}\n"), nil)
	if err != nil {
		t.Fatal(err)
	}
	if s := r.Sweep; s.Method != "random" || len(s.Options) > 0 || s.EarlyStop.Type != "median" || len(s.EarlyStop.Options) > 0 {
		t.Errorf("got %+v", r.Sweep)
	}
}
