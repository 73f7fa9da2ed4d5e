package config_test

import (
	"strings"
	"testing"

	"runexp/framework"
)

// Each key of color has its default by what is asked for, and the resolved config loads to
// the same; without color there is none.
func TestColorDefaults(t *testing.T) {
	const start = "content: photo.png\nstyle: painting.png\nlosses: [{type: tv}]\n"
	for text, want := range map[string]framework.ColorOptions{
		"":                                 {},
		"color: {keep: luminance}":         {Keep: "luminance", Space: "yiq", When: "before"},
		"color: {match: pca}":              {Match: "pca", To: "content", When: "before"},
		"color: {match: pca, to: style}":   {Match: "pca", To: "style", When: "after"},
		"color: {match: pca, when: after}": {Match: "pca", To: "content", When: "after"},
		"color: {keep: luminance, space: lab, when: after}": {Keep: "luminance", Space: "lab", When: "after"},
	} {
		r, err := loader().Load(write(t, start+text), nil)
		if err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		if r.Experiment.Color != want {
			t.Errorf("%s: %+v", text, r.Experiment.Color)
		}
		again, err := r.YAML()
		if err != nil || strings.Contains(string(again), "color") != (text != "") {
			t.Errorf("%s: %v\n%s", text, err, again)
		}
		params, err := r.Params()
		for _, p := range params {
			if strings.HasPrefix(p.Path, "color") && (text == "" || p.Value == "") {
				t.Errorf("%s: the parameter %v", text, p)
			}
		}
		if err != nil {
			t.Error(err)
		}
	}
}
