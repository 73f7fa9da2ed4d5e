package config_test

import (
	"slices"
	"strings"
	"testing"
)

const conditionalSweep = base + `sweep:
  pairs: [{content: photo.png, style: painting.png}]
  parameters:
    - {path: losses.tv.weight, values: [0, 10]}
    - {path: losses.style.weight, values: [1, 100], when: losses.tv.weight > 1}
    - {path: losses.content.weight, values: [2, 3], when: losses.style.weight > 50}
`

// A parameter is set where its condition is true. In expressions one that is not set has
// the value of the config.
func TestWhen(t *testing.T) {
	r := load(t, write(t, conditionalSweep))
	s := r.Sweep
	own := at(s, 0, 0) // a weight of 0
	for _, c := range []struct {
		parameter, tv, style int
		want                 bool
	}{
		{0, 0, 0, true}, {1, 0, -1, false}, {1, 1, -1, true}, {2, 1, 0, false}, {2, 1, 1, true},
		{2, 0, -1, true}, // the config's own style weight is 1000
	} {
		settings := own
		if c.tv > 0 {
			settings = at(s, 0, 1)
		}
		if c.style >= 0 {
			settings = append(settings[:1:1], at(s, 1, c.style)...)
		}
		if got, err := s.Sets(c.parameter, settings); err != nil || got != c.want {
			t.Errorf("%+v: %v, %v", c, got, err)
		}
	}
	again := load(t, write(t, yaml(t, r)))
	text, err := again.Sweep.JSON()
	if want, _ := s.JSON(); err != nil || string(text) != string(want) || !strings.Contains(string(text), `"when":"losses.tv.weight \u003e 1"`) {
		t.Errorf("printed and loaded again it is\n%s\n%v", text, err)
	}
}

// Values on the command line keep the condition; a condition over what is fixed there holds
// or not for all trials.
func TestWhenAndOverrides(t *testing.T) {
	s := load(t, write(t, conditionalSweep), "losses.style.weight=1,2,3", "losses.tv.weight=0").Sweep
	if p := s.Parameters[0]; len(p.Levels) != 3 || p.When == nil {
		t.Fatalf("%+v", p)
	}
	if set, err := s.Sets(0, nil); set || err != nil {
		t.Errorf("set: %v, %v", set, err)
	}
}

// A condition on a key that is neither set nor written is reported with the way out.
func TestWhenWithoutAValue(t *testing.T) {
	const sweep = base + `init: {from: noise}
sweep:
  pairs: [{content: photo.png, style: painting.png}]
  parameters:
    - {path: losses.tv.weight, values: [0, 10]}
    - {path: init.sigma, values: [1, 2], when: losses.tv.weight > 1}
    - {path: losses.content.weight, values: [2, 3], when: init.sigma > 1}
`
	r := load(t, write(t, sweep))
	_, err := r.Sweep.Sets(2, at(r.Sweep, 0, 0))
	if err == nil || !strings.Contains(err.Error(), "sweep.parameters[2].when: cannot be evaluated for losses.tv.weight=0: ") ||
		!strings.Contains(err.Error(), "; init.sigma is not set there, and has no value unless the config has the key") {
		t.Error(err)
	}
	written := strings.Replace(sweep, "{from: noise}", "{from: noise, sigma: 3}", 1)
	s := load(t, write(t, written)).Sweep
	if set, err := s.Sets(2, at(s, 0, 0)); err != nil || !set {
		t.Errorf("with the key written: %v, %v", set, err)
	}
}

// Positions of list items may be written with dots, as in every other key; numbers and texts
// with dots stay what they are.
func TestPositionsInExpressions(t *testing.T) {
	const sweep = base + `backbone: {name: vgg19-lite}
sweep:
  parameters:
    - {path: stages.0.optimizer.name, values: [adam, momentum]}
    - {path: losses.style.layers.0.weight, values: [0.5, 1.5]}
    - {path: losses.content.weight, values: [2, 3], when: WHEN}
`
	for _, c := range []struct {
		when string
		want []bool // of adam 0.5, adam 1.5, momentum 0.5, momentum 1.5
	}{
		{"stages.0.optimizer.name == 'adam'", []bool{true, true, false, false}},
		{"stages[0].optimizer.name == 'adam'", []bool{true, true, false, false}},
		{"losses.style.layers.0.weight > 1.0", []bool{false, true, false, true}},
		{"losses.style.layers[0].weight in [.5, 1e0]", []bool{true, false, true, false}},
		{"stages.0.optimizer.name + '.0.5' == 'adam.0.5' /* it's */ && losses.style.layers.0.weight*1.0 <= 0.5", []bool{true, false, false, false}},
		{`get("stages.0.optimizer.name") == "adam" or style.0.size == "own" and style.0.weight < 3.0`, []bool{true, true, false, false}},
	} {
		r := load(t, write(t, strings.Replace(sweep, "WHEN", "\""+strings.ReplaceAll(c.when, `"`, `\"`)+"\"", 1)), "content.image=photo.png", "style.0.image=painting.png")
		var got []bool
		for name := range 2 {
			for weight := range 2 {
				set, err := r.Sweep.Sets(2, append(at(r.Sweep, 0, name), at(r.Sweep, 1, weight)...))
				if err != nil {
					t.Errorf("%s: %v", c.when, err)
				}
				got = append(got, set)
			}
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: %v, want %v", c.when, got, c.want)
		}
	}
}
