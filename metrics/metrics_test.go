package metrics_test

import (
	"testing"

	"runexp/framework/plugintest"
	"runexp/metrics"
)

// TestContract runs the suite on every metric.
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

// TestThirdParty runs the suite on the example's metric.
func TestThirdParty(t *testing.T) { plugintest.Metric(t, Saturation{}) }
