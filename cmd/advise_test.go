package cmd

import (
	"encoding/json"
	"slices"
	"testing"

	"runexp/configs"
	"runexp/framework/store/record"
	"runexp/reports/advice"
)

// What ships with the program is of the recipe that the preset standard is today, so that it has
// advice on a picture made with it, and of every wish's metric.
func TestShippedAdvice(t *testing.T) {
	var shipped []advice.Evidence
	if err := json.Unmarshal(configs.Advice(), &shipped); err != nil || len(shipped) == 0 {
		t.Fatal(err, len(shipped))
	}
	a := &app{plugins: testPlugins()}
	resolved, err := a.loader().Load("../configs/standard.yaml", nil)
	if err != nil {
		t.Fatal(err)
	}
	trial, err := resolved.Trial(nil)
	if err != nil {
		t.Fatal(err)
	}
	list, err := trial.Params()
	if err != nil {
		t.Fatal(err)
	}
	params := map[string]string{}
	for _, p := range list {
		text, err := p.JSON()
		if err != nil {
			t.Fatal(err)
		}
		params[record.SettingPath(p.Path)] = string(text)
	}
	recipe, _ := advice.RecipeOf(params)
	if _, differing := advice.Nearest(shipped, recipe); len(differing) > 0 {
		t.Errorf("standard has changed since the evidence was made, in %v: run tools/advice again", differing)
	}
	for _, w := range advice.Wishes() {
		weak := shipped[0] // as a sweep of one pair has it
		weak.Units = weak.Units[:1]
		if moves, covered := adviseFrom([]advice.Evidence{weak}, shipped, recipe, w); len(moves) == 0 || !covered {
			t.Errorf("%s: a sweep that can say nothing keeps the shipped advice away", w.Name)
		}
		if moves, covered := adviseFrom([]advice.Evidence{weak}, nil, recipe, w); len(moves) > 0 || !covered {
			t.Errorf("%s: one pair gives %+v", w.Name, moves)
		}
	}
	for _, e := range shipped {
		if len(e.Units) < 6 || len(e.Settings) < 2 {
			t.Errorf("%s: %d units, %d settings", e.Source, len(e.Units), len(e.Settings))
		}
		for _, w := range advice.Wishes() {
			for _, s := range e.Settings {
				if i := slices.IndexFunc(s.Values, func(values map[string]float64) bool { _, has := values[w.Metric]; return !has }); i >= 0 {
					t.Errorf("%s: %v on %s has no %s", e.Source, s.Overrides, e.Units[i], w.Metric)
				}
			}
		}
	}
}
