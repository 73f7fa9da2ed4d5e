package cmd

import (
	"os"

	"runexp/framework"
	"runexp/framework/measure"
)

// runRed is `runexp-red`: a third-party program with a metric of its own.
func runRed() {
	plugins := testPlugins()
	framework.RegisterMetric(plugins.Metrics, "red", red{})
	os.Exit(Main(plugins))
}

// red is the mean of the red channel, in per cent.
type red struct{}

func (red) Definition() framework.Definition {
	return framework.Definition{Label: "redness", Doc: "mean of red", Unit: "per cent", High: 100, Better: framework.Higher}
}

func (red) Prepare(*measure.Image, string) (framework.Score, error) {
	return func(picture *measure.Image) float64 {
		sum := 0.0
		for i := 0; i < len(picture.Pix); i += 3 {
			sum += float64(picture.Pix[i])
		}
		return 100 * sum / float64(picture.H*picture.W)
	}, nil
}
