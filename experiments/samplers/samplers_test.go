package samplers_test

import (
	"testing"

	"runexp/experiments/samplers"
	"runexp/framework/plugintest"
)

// TestContract holds every sampler to the suite.
func TestContract(t *testing.T) {
	for _, plugin := range samplers.Registry().All() {
		s, err := plugin.New(plugin.Options())
		if err != nil {
			t.Fatal(err)
		}
		t.Run(plugin.Name, func(t *testing.T) { plugintest.Sampler(t, s) })
	}
}
