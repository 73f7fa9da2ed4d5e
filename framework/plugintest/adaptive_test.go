package plugintest

import (
	"slices"
	"testing"

	"runexp/framework"
)

// plainAdaptive suggests the first setting that is left, correctly; a function that is not
// nil introduces a fault.
type plainAdaptive struct {
	plainDraws
	objectives int
	spoil      func(setting []framework.Choice, history []framework.Result) ([]framework.Choice, bool)
}

func (a plainAdaptive) Objectives() int { return a.objectives }

func (a plainAdaptive) Suggest(s framework.SweepSpace, history []framework.Result, excluded func([]framework.Choice, int) bool) ([]framework.Choice, bool, error) {
	s.Cap, s.Seed = 100, int64(len(history))
	points, err := a.Sample(s, excluded)
	for _, p := range points {
		if !slices.ContainsFunc(history, func(r framework.Result) bool { return slices.Equal(r.Setting, p.Setting) }) {
			if a.spoil != nil {
				setting, ok := a.spoil(p.Setting, history)
				return setting, ok, nil
			}
			return p.Setting, true, nil
		}
	}
	return nil, false, err
}

func TestAdaptive(t *testing.T) {
	Sampler(t, plainAdaptive{objectives: 2})
}

// TestAdaptiveFindsFaults introduces one fault at a time, which the check must find.
func TestAdaptiveFindsFaults(t *testing.T) {
	calls := 0
	type setting = []framework.Choice
	type history = []framework.Result
	for name, s := range map[string]plainAdaptive{
		"no objective": {},
		"nothing":      {objectives: 1, spoil: func(setting, history) (setting, bool) { return nil, false }},
		"a known setting": {objectives: 1, spoil: func(_ setting, h history) (setting, bool) {
			if len(h) == 0 {
				return nil, false
			}
			return h[0].Setting, true
		}},
		"a level that does not exist": {objectives: 1, spoil: func(c setting, _ history) (setting, bool) {
			if len(c) > 0 && !c[0].Unset {
				c[0] = framework.Choice{Level: 99}
			}
			return c, true
		}},
		"a changed history": {objectives: 1, spoil: func(c setting, h history) (setting, bool) {
			for i := range h {
				h[i].Values = nil
			}
			return c, true
		}},
		"chance": {objectives: 1, spoil: func(c setting, _ history) (setting, bool) {
			calls++
			return c, calls%2 == 0
		}},
	} {
		check := samplerCheck{"suggestions", samplerSuggestions}
		if guarded(func() error { return check.run(s) }) == nil {
			t.Errorf("%s: the check finds nothing", name)
		}
	}
}
