package config_test

import (
	"slices"
	"strings"
	"testing"

	"runexp/framework/config"
)

// differences returns those of two configs over the same base, as "path: a | b".
func differences(t *testing.T, a, b string) []string {
	t.Helper()
	l := loader()
	load := func(text string) *config.Resolved {
		for key, value := range map[string]string{"content:": "photo.png", "style:": "painting.png", "losses:": "[{type: content, layers: [conv4_2]}]"} {
			if !strings.Contains("\n"+text, "\n"+key) {
				text += "\n" + key + " " + value
			}
		}
		r, err := l.Load(write(t, text), nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Experiment.Content.Image, r.Experiment.Style[0].Image = "", "" // in other folders
		return r
	}
	var lines []string
	for _, d := range config.Differences(load(a).Experiment, load(b).Experiment) {
		show := func(v *string) string {
			if v == nil {
				return "-"
			}
			return *v
		}
		if d.Group == "" || d.Doc == "" && strings.HasSuffix(d.Path, ".weight") {
			t.Errorf("%s has the doc %q and the group %q", d.Path, d.Doc, d.Group)
		}
		lines = append(lines, d.Path+": "+show(d.A)+" | "+show(d.B))
	}
	return lines
}

func TestDifferences(t *testing.T) {
	for name, c := range map[string]struct {
		a, b string
		want []string
	}{
		"defaults written":      {"seed: 1", "losses: [{type: content, layers: [conv4_2]}]\nvariable: {bounds: none}", nil},
		"numbers":               {"losses: [{type: content, layers: [conv4_2], weight: 1e3}]", "losses: [{type: content, layers: [conv4_2], weight: 1000}]", nil},
		"names and order":       {"losses: [{type: tv}, {name: c, type: content, layers: [conv4_2]}]", "losses: [{type: content, layers: [conv4_2]}, {type: tv}]", nil},
		"what has no meaning":   {"experiment: x\ncheckpoint: {every: 1s}", "experiment: y\nevaluate: {every: 3}", nil},
		"one style's weight":    {"style: [{image: painting.png, weight: 3}]", "style: painting.png", nil},
		"strength of a half":    {"strength: 0.5", "", nil},
		"products":              {"losses: [{type: content, weight: 2, layers: [conv1_1, {layer: conv1_2, weight: 0.5}]}]", "losses: [{type: content, weight: 0.5, layers: [{layer: conv1_1, weight: 4}, {layer: conv1_2, weight: 2}]}]", nil},
		"a weight":              {"losses: [{type: content, layers: [conv4_2], weight: 2}]", "losses: [{type: content, layers: [conv4_2]}]", []string{"losses.content.weight: 2 | 1"}},
		"layers":                {"losses: [{type: content, layers: [conv1_1]}]", "losses: [{type: content, layers: [{layer: conv1_2, weight: 2}]}]", []string{"losses.content.layers: [conv1_1] | [{layer: conv1_2, weight: 2}]"}},
		"a loss of one":         {"losses: [{type: content, layers: [conv4_2]}, {type: tv, weight: 3}]", "losses: [{type: content, layers: [conv4_2]}]", []string{"losses.tv: {name: tv, type: tv, weight: 3} | -"}},
		"a loss of the other":   {"losses: [{type: content, layers: [conv4_2]}]", "losses: [{type: content, layers: [conv4_2]}, {type: tv}]", []string{"losses.tv: - | {name: tv, type: tv, weight: 1}"}},
		"another name":          {"losses: [{type: content, layers: [conv4_2], name: a}]", "losses: [{type: content, layers: [conv4_2], name: b, weight: 2}]", []string{"losses.a (b).weight: 1 | 2"}},
		"another type":          {"losses: [{type: content, layers: [conv4_2], name: a}]", "losses: [{type: tv, name: a}]", []string{"losses.a: {name: a, type: content, weight: 1, layers: [conv4_2]} | {name: a, type: tv, weight: 1}"}},
		"a size":                {"stages: [{size: {long: 64}, iterations: 3}]", "stages: [{size: {height: 32, width: 64}, iterations: 3}]", []string{"stages[0].size: {long: 64} | {height: 32, width: 64, fit: area}"}},
		"evaluations":           {"stages: [{size: {long: 64}, iterations: 3}]", "stages: [{size: {long: 64}, evaluations: 3}]", []string{"stages[0].iterations: 3 | -", "stages[0].evaluations: - | 3"}},
		"strength":              {"strength: 0.7", "", []string{"strength: 0.7 | -"}},
		"zero where it is left": {"margin: 0.1", "", []string{"margin: 0.1 | 0"}},
	} {
		if got := differences(t, c.a, c.b); !slices.Equal(got, c.want) {
			t.Errorf("%s:\n%q, want\n%q", name, got, c.want)
		}
	}
}
