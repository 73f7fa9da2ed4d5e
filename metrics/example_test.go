package metrics_test

import (
	"fmt"

	"runexp/framework"
	"runexp/framework/compute"
	"runexp/framework/measure"
	"runexp/metrics"
)

// Saturation is a third party's metric: the mean of each pixel's largest colour minus its
// smallest.
type Saturation struct{}

func (Saturation) Definition() framework.Definition {
	return framework.Definition{
		Label: "saturation", Doc: "mean of each pixel's largest colour less its smallest, RGB in [0, 1]",
		Low: 0, High: 1, Better: framework.Neither,
	}
}

func (Saturation) Prepare(*measure.Image, string) (framework.Score, error) {
	return func(picture *measure.Image) float64 {
		sum := 0.0
		for i := 0; i < len(picture.Pix); i += 3 {
			r, g, b := picture.Pix[i], picture.Pix[i+1], picture.Pix[i+2]
			sum += float64(max(r, g, b) - min(r, g, b))
		}
		return sum / float64(picture.H*picture.W)
	}, nil
}

// A third party's metric is registered beside the built-in ones, in a program with
// runexp.Builtin().Metrics. Every run then has the score eval/saturation.
func ExampleRegistry() {
	registry := metrics.Registry()
	framework.RegisterMetric(registry, "saturation", Saturation{})

	plugin, _ := registry.Lookup("saturation")
	fmt.Println(plugin.Doc)
	metric, _ := plugin.New(plugin.Options())
	score, _ := metric.Prepare(nil, "")
	fmt.Println(score(measure.New(compute.Plain[float32]{}, []float32{1, 0.5, 0.5, 0.25, 0.25, 0.25}, 1, 2, nil)))
	// Output:
	// mean of each pixel's largest colour less its smallest, RGB in [0, 1]
	// 0.25
}
