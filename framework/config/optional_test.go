package config_test

import (
	"strings"
	"testing"

	"runexp/framework"
)

type laterOptions struct {
	Per    string  `config:"per,optional=elements"`
	Factor float64 `config:"factor,optional=1"`
}

// An option that was added later is left out of the resolved config, and so of a trial's identity,
// where it has its default, whether that is written or not.
func TestOptionsAddedLaterAreLeftOut(t *testing.T) {
	l := loader()
	framework.Register(l.Plugins.Losses, "later", "", func() laterOptions { return laterOptions{"elements", 1} },
		func(laterOptions) (framework.Loss, error) { return loss{}, nil })
	for written, want := range map[string]string{
		"":                           "",
		", per: elements, factor: 1": "",
		", per: positions":           "per: positions",
		", factor: 2":                "factor: 2",
	} {
		r, err := l.Load(write(t, "content: photo.png\nlosses: [{type: later"+written+"}]\n"), nil)
		if err != nil {
			t.Fatal(err)
		}
		text, err := r.YAML()
		if err != nil {
			t.Fatal(err)
		}
		found := strings.Contains(string(text), "per:") || strings.Contains(string(text), "factor:")
		if found != (want != "") || !strings.Contains(string(text), want) {
			t.Errorf("%q: want %q in\n%s", written, want, text)
		}
	}
}
