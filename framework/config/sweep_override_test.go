package config_test

import (
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

func TestSweepOverrides(t *testing.T) {
	plain := base + "content: photo.png\n"
	plain = strings.Replace(plain, "{size", "{image: painting.png, size", 1)
	for _, test := range []struct {
		overrides string
		want      []string // the parameters as labels prints them; nil: no sweep
	}{
		{"losses.tv.weight=5", nil},
		{"losses.content.layers=[conv3_1,conv4_4]", nil},
		{`experiment="a,b"`, nil},
		{`experiment='choice(a,b)'`, nil},
		{"experiment=it's", nil},
		{"losses.tv.weight=0,10,1e2", []string{"losses.tv.weight: 0 | 10 | 100"}},
		{"losses.tv.weight=null,10", []string{"losses.tv.weight: null | 10"}},
		{"losses.content.layers=[conv3_1],[conv4_4,conv5_1]", []string{"losses.content.layers: [conv3_1] | [conv4_4, conv5_1]"}},
		{"losses.tv={type: tv, weight: 2},{type: tv}", []string{"losses.tv: {type: tv, weight: 2} | {type: tv}"}},
		{"losses.tv.weight=choice(1,2)", []string{"losses.tv.weight: 1 | 2"}},
		{"losses.tv.weight=choice(1)", []string{"losses.tv.weight: 1"}},
		{"losses.content.layers=choice([conv3_1],[conv4_4])", []string{"losses.content.layers: [conv3_1] | [conv4_4]"}},
		{"losses.tv.weight=range(0,5,2)", []string{"losses.tv.weight: 0 | 2 | 4"}},
		{"losses.tv.weight=range(3)", []string{"losses.tv.weight: 0 | 1 | 2"}},
		{"losses.tv.weight=range(4,2,-1)", []string{"losses.tv.weight: 4 | 3"}},
		{"losses.tv.weight=range(0,0.4,0.1)", []string{"losses.tv.weight: 0 | 0.1 | 0.2 | 0.3"}},
		{"stages[0].iterations=range(10,30,10)", []string{"stages[0].iterations: 10 | 20"}},
		{"sweep.method=random sweep.run_cap=4 losses.tv.weight=interval(0,5)", []string{"losses.tv.weight: uniform 0 5"}},
		{"sweep={method: random,run_cap: 4} losses.tv.weight=log_interval(1e-1,1e3)", []string{"losses.tv.weight: log_uniform 0.1 1000"}},
		{"losses.content.layers=glob(relu4*)", []string{"losses.content.layers: [relu4_1] | [relu4_2] | [relu4_3] | [relu4_4]"}},
		{"losses.content.layers.0=glob(relu1_[12])", []string{"losses.content.layers.0: relu1_1 | relu1_2"}},
		{"losses.tv.weight=1,2 losses.tv.weight=3,4", []string{"losses.tv.weight: 3 | 4"}},
		{"losses.tv.weight=1,2 losses.2.weight=3,4", []string{"losses.2.weight: 3 | 4"}}, // the same place
		{"init.from=noise losses.tv.weight=1,2 init.sigma=1,2 losses.tv.weight=7", []string{"init.sigma: 1 | 2"}},
		{"init.from=noise losses.tv.weight=1,2 init.sigma=1,2 init.sigma=null", []string{"losses.tv.weight: 1 | 2"}},
		{"init.from=noise losses.tv.weight=1,2 init.sigma=1,2 losses.*.weight=7", []string{"init.sigma: 1 | 2"}},
		{"losses.*.weight=1,2", []string{"losses.*.weight: 1 | 2"}},
		{"losses.tv.weight=1,2 sweep=null", nil},
		{"content=photo.png,painting.png", []string{"content: {image: HERE/photo.png} | {image: HERE/painting.png}"}},
		{"content.image=photo.png,painting.png", []string{"content.image: photo | painting"}},
		{"losses.tv.weight=1,2 sweep.parameters.0.labels=[low,high]", []string{"losses.tv.weight: low | high"}},
		{"losses.tv.weight=1,2 sweep.parameters.0.values=[5]", []string{"losses.tv.weight: 5"}},
	} {
		t.Run(test.overrides, func(t *testing.T) {
			r := load(t, write(t, plain), split(test.overrides)...)
			if (r.Sweep == nil) != (test.want == nil) {
				t.Fatalf("the sweep is %+v", r.Sweep)
			}
			if r.Sweep == nil {
				return
			}
			got := labels(r.Sweep)
			for i := range got {
				got[i] = strings.ReplaceAll(got[i], workDir(t), "HERE")
			}
			if !reflect.DeepEqual(got, test.want) {
				t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(test.want, "\n"))
			}
		})
	}
}

// workDir is the working directory of the tests' command line.
func workDir(t *testing.T) string {
	t.Helper()
	dir, err := filepath.Abs("testdata")
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

// A swept path in the file that the command line sets to one value or sweeps again.
func TestOverridesOfASweep(t *testing.T) {
	for _, test := range []struct {
		overrides string
		without   string // of the parameters' names
		with      string
	}{
		{"losses.style.weight=7", "losses.style.weight", ""},
		{"losses.1.weight=7", "losses.style.weight", ""},
		{"losses.style.weight=7,8", "", "losses.style.weight: 7 | 8"},
		{"losses.tv={type: tv}", "losses.tv", "stages[0].size.long: small | big"},
		{"stages.0.size.long=99", "stages[0].size.long", "losses.tv: small | big"},
		{"stages.*.size.long=99 losses.tv={type: tv}", "losses.tv", ""},
	} {
		got := strings.Join(labels(load(t, write(t, swept), split(test.overrides)...).Sweep), "\n")
		if test.without != "" && (strings.Contains(got, test.without+":") || strings.Contains(got, test.without+",")) {
			t.Errorf("%s: still\n%s", test.overrides, got)
		}
		if !strings.Contains(got, test.with) {
			t.Errorf("%s: no %s in\n%s", test.overrides, test.with, got)
		}
	}
}

func TestBadSweepOverrides(t *testing.T) {
	for _, test := range []struct{ overrides, want string }{
		{"losses.style.weight=1,,2", `losses.style.weight: has an empty value; write null for the default, or "" for an empty text`},
		{"losses.style.weight=1,", "losses.style.weight: has an empty value"},
		{"losses.style.weight=choice()", "losses.style.weight: has an empty value"},
		{"losses.style.weight=1,[2", "losses.style.weight: not YAML: "},
		{"losses.style.weight=1,heavy", `command line: losses.style.weight: must be a number, not the text "heavy"`},
		{"losses.style.weight=rnge(0,5)", `losses.style.weight: unknown function "rnge"; did you mean "range"? (known: choice, range, interval, log_interval, glob); put quotes around a text`},
		{"losses.style.weight=range(5,0)", "losses.style.weight: range(5,0) is empty: the end is exclusive, and the step does not lead towards it"},
		{"losses.style.weight=range(0,5,0)", "losses.style.weight: range needs a step that is not 0"},
		{"losses.style.weight=range(0,1e9)", "losses.style.weight: range(0,1e9) has more than 1000 values"},
		{"losses.style.weight=interval(0,.inf)", "losses.style.weight: interval: must be a finite number, not .inf"},
		{"losses.style.weight=range(0,x)", `losses.style.weight: range takes numbers, not the text "x"`},
		{"losses.style.weight=range(1,2,3,4)", "losses.style.weight: range takes 1 to 3 numbers, not 4"},
		{"losses.style.weight=interval(1)", "losses.style.weight: interval takes 2 numbers, not 1"},
		{"losses.style.weight=interval(1,2)", "sweep.parameters[1]: method: grid needs values, or steps: N for the range; method: random, sobol or tpe draws from it"},
		{"losses.content.layers=glob(relo*)", `sweep.parameters[0].glob: no layer matches "relo*"`},
		{"losses.tv=null,{type: tv}", "losses.tv: varies together with others in a zip; set it to one value first (losses.tv=VALUE), or replace sweep.parameters"},
		{"losses.style.layers=[conv1_1]", "sweep.parameters[4].path: losses.style.layers.1: the list has the items 0 to 0, and an override cannot create an item"},
		{"losses.tv.weight=3", "losses.tv.weight: has no effect, because the sweep sets losses.tv; set that to one value, or replace sweep.parameters"},
		{"content.image=photo.png", "content.image: has no effect, because the sweep's pairs set the images; sweep.pairs=null removes them"},
		{"content=photo.png", "content: has no effect, because the sweep's pairs set the images"},
		{"style.0.image=photo.png", "style.0.image: has no effect, because the sweep's pairs set the images"},
		{"style=photo.png", "style: has no effect, because the sweep's pairs set the images"},
		{"content.crop=0.5 style=[{size: own}]", ""},
		{"sweep.run_cp=3", `sweep.run_cp: unknown key "run_cp"; did you mean "run_cap"?`},
		{"sweep.parameters.9.values=[3]", "sweep.parameters.9.values: the list has the items 0 to 5, and an override cannot create an item"},
		{"extends=a,b", `extends: unknown preset "a" (known: d2l-gluon); a file is written with its .yaml`},
	} {
		t.Run(test.overrides, func(t *testing.T) {
			_, err := loader().Load(write(t, swept), split(test.overrides))
			if (err == nil) != (test.want == "") {
				t.Fatalf("got %v, want %s", err, test.want)
			}
			if err != nil && !strings.Contains(err.Error(), test.want) {
				t.Errorf("got\n%v\nwant\n%s", err, test.want)
			}
		})
	}
}
