package config_test

import (
	"fmt"
	"reflect"
	"strings"
	"testing"

	"runexp/framework"
)

const scaled = `
content: photo.png
losses: [{type: tv}]
scales: {from: 128, to: 512}
stages:
  - {iterations: 1000, optimizer: {name: adam, lr: 0.02}}
  - {iterations: 500, carry: true, optimizer: {name: adam, lr: 0.02}}
`

// shown is the stages as longer side × iterations, with a c for carry.
func shown(e framework.Experiment) string {
	var all []string
	for _, s := range e.Stages {
		text := fmt.Sprintf("%d×%d", s.Size.Long, s.Iterations)
		if s.Carry {
			text += "c"
		}
		all = append(all, text)
	}
	return strings.Join(all, " ")
}

// TestScales: each size gets a stage, with the settings of its place in the list or of the
// last one.
func TestScales(t *testing.T) {
	path := write(t, scaled)
	for overrides, want := range map[string]string{
		"":                                      "128×1000 181×500c 256×500c 362×500c 512×500c",
		"size=1024":                             "128×1000 181×500c 256×500c 362×500c 512×500c 724×500c 1024×500c",
		"size=100":                              "100×1000",
		"scales.to=256 scales.factor=2":         "128×1000 256×500c",
		"scales.from=500":                       "512×1000",
		"stages.1=null":                         "128×1000 181×1000 256×1000 362×1000 512×1000",
		"scales.from=300 stages.1.iterations=7": "362×1000 512×7c",
		"scales=null":                           "300×1000 0×500c",
	} {
		r, err := loader().Load(path, strings.Fields(overrides))
		if err != nil {
			t.Errorf("%s: %v", overrides, err)
			continue
		}
		if got := shown(r.Experiment); got != want {
			t.Errorf("%s: %s, want %s", overrides, got, want)
		}
		if r.Experiment.Scales != (framework.Scales{}) || r.Experiment.Size != (framework.Size{}) {
			t.Errorf("%s: %+v and %+v are left", overrides, r.Experiment.Scales, r.Experiment.Size)
		}
		text, err := r.YAML()
		if err != nil {
			t.Fatal(err)
		}
		loaded, err := loader().Load(write(t, string(text)), nil)
		if err != nil || shown(loaded.Experiment) != shown(r.Experiment) {
			t.Errorf("%s: the resolved config does not load to itself: %v\n%s", overrides, err, text)
		}
	}
}

// TestSweepOverScales: each trial has its own stages.
func TestSweepOverScales(t *testing.T) {
	r, err := loader().Load(write(t, scaled), []string{"scales.to=128,256", "scales.factor=1.414,2"})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, to := range r.Sweep.Parameters[0].Levels {
		for _, factor := range r.Sweep.Parameters[1].Levels {
			trial, err := r.Trial(append(append(to.Settings[:0:0], to.Settings...), factor.Settings...))
			if err != nil {
				t.Fatal(err)
			}
			got = append(got, shown(trial.Experiment))
		}
	}
	want := []string{"128×1000", "128×1000", "128×1000 181×500c 256×500c", "128×1000 256×500c"}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
	if _, err := loader().Load(write(t, scaled), []string{"scales.to=64,256"}); err == nil || !strings.Contains(err.Error(), "scales.to: must be at least scales.from, 128, not 64") {
		t.Errorf("error %v", err)
	}
}
