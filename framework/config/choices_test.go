package config_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

func TestChoices(t *testing.T) {
	l := loader()
	for path, want := range map[string][]string{
		"backbone.name":                          l.Plugins.Backbones.Names(),
		"evaluate.backbone.name":                 l.Plugins.Backbones.Names(),
		"losses.any.type":                        l.Plugins.Losses.Names(),
		"losses.*.type":                          l.Plugins.Losses.Names(),
		"losses[0].type":                         l.Plugins.Losses.Names(),
		"stages.0.optimizer.name":                l.Plugins.Optimizers.Names(),
		"stages[0].optimizer.name":               l.Plugins.Optimizers.Names(),
		"stages.*.optimizer.schedule.name":       {"constant", "cosine", "exponential", "step"},
		"stages.0.size.fit":                      {"area", "stretch"},
		"init.from":                              {"content", "details", "image", "noise", "style"},
		"variable.space":                         {"unit", "bytes", "normalized"},
		"color.match":                            {"cholesky", "pca", "symmetric", "histogram"},
		"sweep.method":                           l.Plugins.Samplers.Names(),
		"sweep.early_stop.type":                  l.Plugins.Pruners.Names(),
		"losses.any.name":                        nil,
		"losses.any.weight":                      nil,
		"experiment":                             nil,
		"backbone":                               nil,
		"backbone.name.more":                     nil,
		"losses":                                 nil,
		"losses.any":                             nil,
		"no.such.key":                            nil,
		"seed.0":                                 nil,
		"":                                       nil,
		"sweep":                                  nil,
		strings.Repeat("stages.", 50) + "0.size": nil,
	} {
		if got := l.Choices(path); !slices.Equal(got, want) {
			t.Errorf("%s: got %v, want %v", path, got, want)
		}
	}
}

// Choices returns the names that are accepted: the error for another name lists the same.
func TestChoicesMatchValidation(t *testing.T) {
	l := loader()
	for _, path := range []string{
		"backbone.name", "losses.0.type", "stages.0.optimizer.name", "stages.0.optimizer.schedule.name",
		"init.from", "variable.space", "size.fit", "color.match", "color.keep", "sweep.method", "sweep.early_stop.type",
	} {
		known := l.Choices(path)
		_, err := l.Load("testdata/choices.yaml", []string{path + "=nosuch"})
		if want := fmt.Sprintf("(known: %s)", strings.Join(known, ", ")); err == nil || len(known) == 0 || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, want %s", path, err, want)
		}
	}
}
