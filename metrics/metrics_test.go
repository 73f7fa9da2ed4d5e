package metrics_test

import (
	"testing"

	"runexp/framework"
	"runexp/framework/plugintest"
	"runexp/metrics"
	"runexp/metrics/dists"
	"runexp/metrics/lpips"
)

// TestContract runs the suite on every metric.
func TestContract(t *testing.T) {
	for _, plugin := range metrics.Registry().All() {
		t.Run(plugin.Name, func(t *testing.T) {
			m, err := plugin.New(plugin.Options())
			if err != nil {
				t.Fatal(err)
			}
			if made, is := weighted()[plugin.Name]; is {
				m = made
			}
			plugintest.Metric(t, m)
		})
	}
}

// weighted returns the metrics with weights of their own, with some for the suite's network
// of six channels.
func weighted() map[string]framework.Metric {
	w := []float32{0.5, 0.25, 1, 0, 0.125, 2}
	channels := make([]float32, 3+5*len(w))
	for i := range channels {
		channels[i] = w[i%len(w)]
	}
	return map[string]framework.Metric{"lpips": lpips.New([][]float32{w, w, w, w, w}), "dists": dists.New(channels, channels)}
}

// TestDefinitions: every metric has a formula and a source.
func TestDefinitions(t *testing.T) {
	for _, plugin := range metrics.Registry().All() {
		m, err := plugin.New(plugin.Options())
		if err != nil {
			t.Fatal(err)
		}
		d := m.Definition()
		if d.Formula == "" || d.Source == "" {
			t.Errorf("%s: %+v", plugin.Name, d)
		}
	}
}

// TestThirdParty runs the suite on the example's metric.
func TestThirdParty(t *testing.T) { plugintest.Metric(t, Saturation{}) }
