package config_test

import (
	"flag"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"runexp/framework"
	"runexp/framework/config"
	"runexp/optimizers/schedules"
	"runexp/variables/initials/image"
)

var update = flag.Bool("update", false, "write the golden files")

// load loads a config that has no problems.
func load(t testing.TB, path string, overrides ...string) *config.Resolved {
	t.Helper()
	resolved, err := loader().Load(path, overrides)
	if err != nil {
		t.Fatal(err)
	}
	return resolved
}

// yaml returns the resolved config.
func yaml(t testing.TB, r *config.Resolved) string {
	t.Helper()
	text, err := r.YAML()
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// Each testdata/good/*.yaml resolves to the *.golden beside it, with HERE for testdata,
// and that loads from another folder to the same experiment.
func TestGoodFiles(t *testing.T) {
	files, err := filepath.Glob("testdata/good/*.yaml")
	if err != nil || len(files) == 0 {
		t.Fatal("no files", err)
	}
	here, err := filepath.Abs("testdata")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			resolved := load(t, file)
			text := yaml(t, resolved)
			golden := strings.TrimSuffix(file, ".yaml") + ".golden"
			got := strings.ReplaceAll(text, here, "HERE")
			if *update {
				if err := os.WriteFile(golden, []byte(got), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if got != string(want) {
				t.Errorf("got\n%s\nwant\n%s", got, want)
			}
			again := load(t, write(t, text))
			if !reflect.DeepEqual(again.Experiment, resolved.Experiment) {
				t.Errorf("loads again to\n%s\nfrom\n%s", yaml(t, again), text)
			}
			written, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if string(resolved.Written) != string(written) {
				t.Error("Written is not the file")
			}
		})
	}
}

// The preset and the config that come with runexp load.
func TestShippedConfigs(t *testing.T) {
	resolved := load(t, "../../configs/d2l.yaml", "content.image=photo.png", "style.0.image=painting.png")
	e := resolved.Experiment
	photo, err := filepath.Abs("testdata/photo.png")
	if err != nil {
		t.Fatal(err)
	}
	if e.Name != "d2l" || e.Content.Image != photo || len(e.Losses) != 3 || e.Losses[1].Weight != 1e3 {
		t.Errorf("got\n%s", yaml(t, resolved))
	}
	last := e.Stages[len(e.Stages)-1]
	if rate := last.Optimizer.Schedule.Options.(*schedules.Step).Rate(last.Optimizer.LR, 299); rate < 0.99e-4 || rate > 1.01e-4 {
		t.Errorf("the last learning rate is %v, not 1e-4", rate)
	}
	_, err = loader().Load("../../configs/d2l.yaml", nil)
	if err == nil || !strings.Contains(err.Error(), "photo.jpg is relative to the folder of d2l.yaml") {
		t.Errorf("without pictures: %v", err)
	}
}

// Viper merges and mapstructure decodes over existing values: an item must not inherit
// from the item at the same index of the default list.
func TestListsDoNotInherit(t *testing.T) {
	resolved := load(t, write(t, `
content: photo.png
losses:
  - {type: sampled, layers: [conv2_1], scales: [3], grids: [{rows: 8}]}
  - {type: sampled, name: default}
`))
	options := resolved.Experiment.Losses[0].Options.(*sampledOptions)
	if want := []framework.LayerWeight{{Layer: "conv2_1", Weight: 1}}; !reflect.DeepEqual(options.Layers, want) {
		t.Errorf("layers are %v, want %v", options.Layers, want)
	}
	if want := []float64{3}; !reflect.DeepEqual(options.Scales, want) {
		t.Errorf("scales are %v, want %v", options.Scales, want)
	}
	if want := []grid{{Rows: 8}}; !reflect.DeepEqual(options.Grids, want) {
		t.Errorf("grids are %v, want %v", options.Grids, want)
	}
	untouched := resolved.Experiment.Losses[1].Options.(*sampledOptions)
	if len(untouched.Layers) != 2 || untouched.Layers[0].Weight != 7 || !untouched.Grid.Jitter {
		t.Errorf("the plugin's defaults became %+v", *untouched)
	}
}

// A path is relative to the file that contains it, also with extends.
func TestPaths(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{
		"a/base.yaml":        "content: photo.png\nbackbone: {weights: net.safetensors}\nlosses: [{type: tv}]\n",
		"a/photo.png":        "",
		"b/child.yaml":       "extends: [../a/base.yaml]\nstyle: [painting.png]\n",
		"b/painting.png":     "",
		"elsewhere/init.png": "",
	} {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	l := loader()
	l.WorkDir = filepath.Join(dir, "elsewhere")
	resolved, err := l.Load(filepath.Join(dir, "b/child.yaml"), []string{"init={from: image, image: init.png}"})
	if err != nil {
		t.Fatal(err)
	}
	e := resolved.Experiment
	for got, want := range map[string]string{
		e.Content.Image:                              "a/photo.png",
		e.Style[0].Image:                             "b/painting.png",
		e.Init.Options.(*image.Config).Image:         "elsewhere/init.png",
		e.Backbone.Options.(*networkOptions).Weights: "a/net.safetensors",
	} {
		if got != filepath.Join(dir, want) {
			t.Errorf("got %s, want %s", got, want)
		}
	}
	resolved, err = l.Load(filepath.Join(dir, "b/child.yaml"), []string{"backbone.weights=vgg19-oxford"})
	if err != nil {
		t.Fatal(err)
	}
	if got := resolved.Experiment.Backbone.Options.(*networkOptions).Weights; got != "vgg19-oxford" {
		t.Errorf("the name of weights became %s", got)
	}
}

// A preset is the same on every machine.
func TestPresetNamesNoFile(t *testing.T) {
	l := loader()
	l.Presets = os.DirFS("testdata/presets")
	_, err := l.Load(write(t, "extends: [with-file]\nlosses: [{type: tv}]\n"), nil)
	want := "preset with-file:1:10: content.image: a preset cannot name a file; set this key in a config that extends it"
	if err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
}

// A transform is part of a layer's name, behind a glob too.
func TestTransforms(t *testing.T) {
	resolved := load(t, write(t, plain), `losses.style.layers=["relu[12]_1:softmax", {layer: relu1_1, weight: 2}]`)
	options := resolved.Experiment.Losses[0].Options.(*layersOptions)
	want := []framework.LayerWeight{{Layer: "relu1_1:softmax", Weight: 1}, {Layer: "relu2_1:softmax", Weight: 1}, {Layer: "relu1_1", Weight: 2}}
	if !reflect.DeepEqual(options.Layers, want) {
		t.Errorf("layers are %v, want %v", options.Layers, want)
	}
}

func TestParams(t *testing.T) {
	params, err := load(t, "testdata/good/full.yaml").Params()
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]any{}
	for _, p := range params {
		got[p.Path] = p.Value
	}
	for path, want := range map[string]any{
		"seed":                               int64(123),
		"style[1].size":                      "0.5",
		"backbone.winograd":                  false,
		"losses.style.weight":                1000.0,
		"losses.content.layers":              config.List("[conv4_4]"),
		"losses.upper_case-values.scales":    config.List("[1, 2.5]"),
		"losses.upper_case-values.grid.rows": int64(8),
		"stages[1].optimizer.momentum":       0.0,
		"stages[2].optimizer.schedule.every": int64(10),
		"losses.upper_case-values.kernel":    "Epanechnikov.v2",
		"stages[0].optimizer.schedule.name":  "constant",
		"stages[0].size.width":               int64(225),
	} {
		if !reflect.DeepEqual(got[path], want) {
			t.Errorf("%s is %v (%T), want %v (%T)", path, got[path], got[path], want, want)
		}
	}
	if _, given := got["stages[1].iterations"]; given {
		t.Error("iterations are listed where evaluations are given")
	}
	if params[0].Path != "experiment" || params[1].Path != "seed" {
		t.Errorf("not in the order of the schema: %v", params[:2])
	}
}

// Bad files that cannot have a comment with the expected problem.
func TestUnreadable(t *testing.T) {
	huge := "# " + strings.Repeat("x", 1<<20)
	for text, want := range map[string]string{
		"":                      "x.yaml:1:1: empty",
		"seed: 1\nname: \xff\n": "x.yaml:2:7: not UTF-8 text; save the file as UTF-8",
		"\xff\xfes\x00":         "x.yaml:1:1: not UTF-8 text; save the file as UTF-8",
		"a: \x00":               "x.yaml:1:4: not UTF-8 text; save the file as UTF-8",
		"{a: 1} b":              "x.yaml:1:1: not YAML: did not find expected <document start>",
		huge:                    "x.yaml:1:1: larger than 1048576 bytes: this is not a config",
	} {
		path := write(t, text)
		_, err := loader().Load(path, nil)
		if err == nil {
			t.Errorf("%.20q loads", text)
			continue
		}
		if got := strings.TrimPrefix(err.Error(), filepath.Dir(path)+"/"); got != want {
			t.Errorf("%.20q: got %q, want %q", text, got, want)
		}
	}
	if _, err := loader().Load("testdata/none.yaml", nil); err == nil || err.Error() != "testdata/none.yaml: no such file or directory" {
		t.Errorf("missing file: %v", err)
	}
	if _, err := loader().Load("testdata/choice.yaml", nil); err == nil || !strings.HasSuffix(err.Error(), "no such file or directory; did you mean testdata/choices.yaml?") {
		t.Errorf("missing file with another near: %v", err)
	}
	if _, err := loader().Load("testdata", nil); err == nil || !strings.Contains(err.Error(), "is a directory") {
		t.Errorf("directory: %v", err)
	}
}

// The initial value of an experiment reports whether it is random.
func TestInitial(t *testing.T) {
	for from, random := range map[string]bool{"content": false, "style": false, "noise": true, "{from: image, image: photo.png}": false} {
		override := "init.from=" + from
		if strings.HasPrefix(from, "{") {
			override = "init=" + from
		}
		initial, err := load(t, write(t, plain), override).Initial()
		if err != nil || initial.Random() != random {
			t.Errorf("%s: %v, %v", from, initial, err)
		}
	}
}
