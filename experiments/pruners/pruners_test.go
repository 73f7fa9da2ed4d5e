package pruners_test

import (
	"testing"

	"runexp/experiments/pruners"
	"runexp/framework"
	"runexp/framework/plugintest"
)

// TestContract holds every pruner to the suite.
func TestContract(t *testing.T) {
	for _, plugin := range pruners.Registry().All() {
		t.Run(plugin.Name, func(t *testing.T) {
			plugintest.Pruner(t, func() framework.Pruner {
				p, err := plugin.New(plugin.Options())
				if err != nil {
					t.Fatal(err)
				}
				return p
			})
		})
	}
}
