package plots_test

import (
	"fmt"
	"math"
	"os"

	"gonum.org/v1/plot/vg"

	"runexp/reports/plots"
)

// twoStages is a run of 500 and 300 iterations: the style term falls by two
// decades, the content term rises from 0, and a new size makes all jump.
func twoStages() plots.Convergence {
	names := []string{"total", "content", "style", "tv"}
	series := make([]plots.Series, len(names))
	for i, name := range names {
		series[i].Name = name
	}
	for iteration := range 801 {
		t, size := float64(iteration), 1.0
		if iteration >= 500 {
			t, size = float64(iteration-500), 0.4
		}
		noise := 1 + 0.02*math.Sin(t*t)
		content := 1.9 * size * (1 - math.Exp(-t/60))
		style := size * noise * (3 + 420*math.Exp(-t/25) + 20/(1+t/8))
		tv := 0.35 + 0.6*math.Exp(-t/200)
		for i, v := range []float64{content + style + tv, content, style, tv} {
			series[i].Steps = append(series[i].Steps, float64(iteration))
			series[i].Values = append(series[i].Values, v)
		}
	}
	return plots.Convergence{
		Title:    "Astronaut × Starry Night",
		Subtitle: "vgg19, Adam, learning rate 0.01",
		Series:   series,
		Stages:   []plots.Stage{{At: 0, Label: "150 × 225"}, {At: 500, Label: "300 × 450"}},
	}
}

// The figure is testdata/convergence_golden.png.
func ExampleConvergence() {
	p, err := twoStages().Draw()
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, format := range []string{"png", "svg"} {
		file, err := os.Create("testdata/convergence." + format)
		if err != nil {
			fmt.Println(err)
			return
		}
		defer file.Close()
		if err := plots.Write(p, file, format, 4.6*vg.Inch, 2.8*vg.Inch); err != nil {
			fmt.Println(err)
		}
	}
}
