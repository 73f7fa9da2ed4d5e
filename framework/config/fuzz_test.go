package config_test

import (
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"runexp/framework/config"
	"runexp/internal/printable"
)

// For any file and command line, Load returns printable problems, or an experiment or a
// sweep that is equal after printing and loading.
func FuzzLoad(f *testing.F) {
	for _, pattern := range []string{"testdata/good/*.yaml", "testdata/bad/*.yaml"} {
		files, err := filepath.Glob(pattern)
		if err != nil {
			f.Fatal(err)
		}
		for _, file := range files {
			text, err := os.ReadFile(file)
			if err != nil {
				f.Fatal(err)
			}
			f.Add(text, "losses.*.weight=3")
		}
	}
	f.Add([]byte(overridden), "stages.0.size={long: 64}")
	f.Add([]byte(overridden), "losses.style.layers[0]=null")
	for _, override := range []string{
		"losses.tv=null", "losses.content.layers=glob(relu*)", "losses.style.weight=1,2", "sweep.method=random",
		"stages[0].iterations=range(0,5,2)", "sweep.parameters.0.values=[[conv1_1]]", "losses.*.weight=3", "sweep=null",
	} {
		f.Add([]byte(swept), override)
	}
	f.Fuzz(func(t *testing.T, text []byte, override string) {
		resolved, err := loader().Load(write(t, string(text)), []string{override})
		if err != nil {
			var problems config.Problems
			if !errors.As(err, &problems) || len(problems) == 0 || err.Error() == "" {
				t.Fatalf("%T %v", err, err)
			}
			return
		}
		printed := yaml(t, resolved)
		again, err := loader().Load(write(t, printed), nil)
		if err != nil {
			t.Fatalf("%v\n%s", err, printed)
		}
		if !reflect.DeepEqual(again.Experiment, resolved.Experiment) {
			t.Fatalf("%s\nloads again to\n%s", printed, yaml(t, again))
		}
		if resolved.Sweep == nil {
			return
		}
		plan, err1 := resolved.Sweep.JSON()
		planAgain, err2 := again.Sweep.JSON()
		if err := errors.Join(err1, err2); err != nil || string(plan) != string(planAgain) {
			t.Fatalf("%v\n%s\nloads again to\n%s", err, plan, planAgain)
		}
	})
}

// bounded fails if err has a line that is too long or not printable.
func bounded(t *testing.T, err error) {
	t.Helper()
	for _, line := range strings.Split(err.Error(), "\n") {
		if len(line) > 8192 || line != printable.Text(line) {
			t.Fatalf("a line of %d bytes: %.300q", len(line), line)
		}
	}
}

// A text setting has the value of the command line, also after printing and loading;
// any other setting has a value or a problem.
func FuzzOverride(f *testing.F) {
	for _, text := range awkward {
		f.Add("losses.other.kernel", text)
	}
	for _, path := range []string{"content.image", "style", "experiment", "losses.tv.weight", "sweep.parameters.0.values.0", "losses.*.layers.0"} {
		f.Add(path, "range(0.9,-0.1,-0.3)")
		f.Add(path, "a, 'b, c',{d: e}")
	}
	f.Fuzz(func(t *testing.T, path, text string) {
		resolved, err := loader().Load(write(t, plain), []string{path + "=" + text})
		if err != nil {
			bounded(t, err)
			return
		}
		printed := yaml(t, resolved)
		again := load(t, write(t, printed))
		if !reflect.DeepEqual(again.Experiment, resolved.Experiment) {
			t.Fatalf("%s\nloads again to\n%s", printed, yaml(t, again))
		}
		quotes := strings.HasPrefix(strings.TrimSpace(text), `"`) || strings.HasPrefix(strings.TrimSpace(text), "'")
		if path == "losses.other.kernel" && resolved.Sweep == nil && text != "null" && !quotes {
			if got := resolved.Experiment.Losses[1].Options.(*sampledOptions).Kernel; got != text {
				t.Fatalf("%q became %q", text, got)
			}
		}
	})
}

// Files that extend one another in any way load or have problems.
func FuzzExtends(f *testing.F) {
	f.Add("extends: [b.yaml, c.yaml]\n", "extends: c.yaml\nseed: 2\n", "content: photo.png\nlosses: [{type: tv}]\n")
	f.Add("extends: [b.yaml, b.yaml]\n", "extends: [c.yaml, c.yaml]\n", "losses: [{type: tv}, {type: tv}, {type: tv}]\n")
	f.Add("extends: [x.yaml]\n", "- 1\n", "extends: b.yaml\nextends: ~\n")
	f.Add("extends: [d2l-gluon, ./b.yaml]\ncontent: photo.png", "style: null\n", "a: *b\n")
	f.Fuzz(func(t *testing.T, first, second, third string) {
		path := write(t, first)
		for name, text := range map[string]string{"b.yaml": second, "c.yaml": third} {
			if err := os.WriteFile(filepath.Join(filepath.Dir(path), name), []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		resolved, err := loader().Load(path, nil)
		if err != nil {
			bounded(t, err)
			return
		}
		again := load(t, write(t, yaml(t, resolved)))
		if !reflect.DeepEqual(again.Experiment, resolved.Experiment) {
			t.Fatalf("%s\nloads again to\n%s", yaml(t, resolved), yaml(t, again))
		}
	})
}
