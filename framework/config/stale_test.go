package config_test

import (
	"strings"
	"testing"
)

// A base's options of a plugin are dropped when another plugin is chosen. Options that no
// plugin of the kind has are reported, and so are those in the same file or in one merged
// over it.
func TestOptionsOfReplacedPluginAreDropped(t *testing.T) {
	const start = "content: photo.png\nstyle: painting.png\n"
	for name, c := range map[string]struct {
		text      string
		overrides []string
		want      string // of the error; "" for none
	}{
		"a preset's": {"extends: d2l-gluon\n" + start + "stages: [{optimizer: {name: momentum}}]\n", nil, ""},
		"on the command line": {start + "losses: [{type: tv}]\nstages: [{optimizer: {name: adam, beta1: 0.5}}]\n",
			[]string{"stages.0.optimizer.name=momentum"}, ""},
		"of an initial value": {start + "losses: [{type: tv}]\ninit: {from: image, image: photo.png}\n", []string{"init.from=noise"}, ""},
		"on the command line, over a file that chooses another": {start + "losses: [{type: tv}]\ninit: {from: image, image: photo.png}\n",
			[]string{"init.sigma=2"}, `init.sigma: unknown key "sigma" (known: from, image); it is an option of from: noise`},
		"in a file, over a preset that chooses another": {"extends: d2l-gluon\n" + start + "init: {sigma: 2}\n", nil,
			`init.sigma: unknown key "sigma" (known: from); it is an option of from: noise`},
		"in one file": {start + "losses: [{type: tv}]\nstages: [{optimizer: {name: momentum, beta1: 0.5}}]\n", nil, `unknown key "beta1"`},
		"of a level of the sweep": {"extends: d2l-gluon\n" + start + "sweep: {parameters: [{path: losses.style.type, values: [gram, tv]}]}\n",
			[]string{"stages.*.optimizer.name=adam,momentum"}, ""},
		"of a level, in the file itself": {start + "losses: [{name: content, type: content, layers: [conv4_4]}]\nsweep: {parameters: [{path: losses.content.type, values: [content, tv]}]}\n",
			nil, ""},
		"in a level of the sweep": {start + "losses: [{type: tv}]\nsweep: {parameters: [{path: stages.0.optimizer, values: [{name: adam}, {name: momentum, beta1: 0.5}]}]}\nstages: [{iterations: 2}]\n",
			nil, `unknown key "beta1"`},
		"iterations, by evaluations": {start + "losses: [{type: tv}]\nstages: [{iterations: 5}, {evaluations: 7}]\n",
			[]string{"stages.*.iterations=3"}, ""},
		"of no plugin": {start + "losses: [{type: tv}]\nstages: [{optimizer: {name: adam, beta3: 0.5}}]\n",
			[]string{"stages.0.optimizer.name=momentum"}, `unknown key "beta3"`},
	} {
		_, err := loader().Load(write(t, c.text), c.overrides)
		if (err == nil) != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
	}
}
