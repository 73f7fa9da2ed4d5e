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

// TestDefinitions: every metric has a formula and a source, and those at fixed layers say
// with what they compare.
func TestDefinitions(t *testing.T) {
	for _, plugin := range metrics.Registry().All() {
		m, err := plugin.New(plugin.Options())
		if err != nil {
			t.Fatal(err)
		}
		d := m.Definition()
		if d.Formula == "" || d.Source == "" || d.Layers.AreFixed() && d.Comparable == "" {
			t.Errorf("%s: %+v", plugin.Name, d)
		}
	}
}

// TestThirdParty runs the suite on the example's metric.
func TestThirdParty(t *testing.T) { plugintest.Metric(t, Saturation{}) }
