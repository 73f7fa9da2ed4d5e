package metrics_test

import (
	"testing"

	"runexp/framework/plugintest"
	"runexp/metrics"
)

// TestContract holds every metric to the suite.
func TestContract(t *testing.T) {
	for _, plugin := range metrics.Registry().All() {
		t.Run(plugin.Name, func(t *testing.T) {
			m, err := plugin.New(plugin.Options())
			if err != nil {
				t.Fatal(err)
			}
			plugintest.Metric(t, m)
		})
	}
}

// TestThirdParty holds the example's metric to the suite.
func TestThirdParty(t *testing.T) { plugintest.Metric(t, Saturation{}) }
