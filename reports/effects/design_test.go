package effects_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"runexp/reports/effects"
)

// A design is a grid sweep to be filled with numbers.
type design struct {
	factors []effects.Factor
	units   []effects.Unit
	metrics []effects.Metric
}

// numbers is an ordered factor.
func numbers(path string, values ...float64) effects.Factor {
	f := effects.Factor{Path: path}
	for _, v := range values {
		f.Levels = append(f.Levels, effects.Level{Label: fmt.Sprint(v), Number: v, Numeric: true})
	}
	return f
}

// names is a factor without an order.
func names(path string, labels ...string) effects.Factor {
	f := effects.Factor{Path: path}
	for _, l := range labels {
		f.Levels = append(f.Levels, effects.Level{Label: l})
	}
	return f
}

// crossed is every content image with every style image.
func crossed(contents, styles int) []effects.Unit {
	var units []effects.Unit
	for p := range contents {
		for q := range styles {
			units = append(units, effects.Unit{
				Label:   fmt.Sprintf("content %d, style %d", p, q),
				Content: fmt.Sprint("content ", p), Style: fmt.Sprint("style ", q),
			})
		}
	}
	return units
}

// apart is n pairs that share no picture.
func apart(n int) []effects.Unit {
	var units []effects.Unit
	for i := range n {
		units = append(units, effects.Unit{Label: fmt.Sprint("pair ", i), Content: fmt.Sprint("a", i), Style: fmt.Sprint("b", i)})
	}
	return units
}

// claimed is so many metrics that the question names.
func claimed(labels ...string) []effects.Metric {
	var list []effects.Metric
	for _, l := range labels {
		list = append(list, effects.Metric{Name: "eval/" + l, Label: l, Better: "lower", Claimed: true})
	}
	return list
}

// fill makes a study: value is asked for each cell, all metrics at once.
func (d design) fill(value func(unit int, levels []int) []float64) effects.Study {
	s := effects.Study{Factors: d.factors, Units: d.units, Metrics: d.metrics}
	for u := range d.units {
		levels := make([]int, len(d.factors))
		for {
			values := map[string]float64{}
			for i, v := range value(u, levels) {
				values[d.metrics[i].Name] = v
			}
			s.Runs = append(s.Runs, effects.Run{
				Number: int64(len(s.Runs) + 1), Levels: append([]int(nil), levels...), Unit: u, Values: values,
			})
			f := len(levels) - 1
			for ; f >= 0; f-- {
				if levels[f]++; levels[f] < len(d.factors[f].Levels) {
					break
				}
				levels[f] = 0
			}
			if f < 0 {
				break
			}
		}
	}
	return s
}

// analyze fails the test on an error.
func analyze(t testing.TB, s effects.Study) *effects.Analysis {
	t.Helper()
	a, err := effects.Analyze(s)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// random is a source of its own for each test.
func random(seed uint64) *rand.Rand { return rand.New(rand.NewPCG(seed, 5)) }
