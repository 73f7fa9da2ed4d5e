package config_test

import (
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"testing"

	"runexp/framework/config"
)

// Whatever is in the file and on the command line, Load returns problems that
// can be printed, or an experiment or a sweep that survives being written and read.
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
