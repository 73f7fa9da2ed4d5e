// Package simulated makes studies whose truth is known: for the tests of packages effects and
// answers, and for the tables of docs/design/014-answers.md.
package simulated

import (
	"fmt"
	"math/rand/v2"

	"runexp/reports/effects"
)

// A Design is a grid sweep to be filled with numbers.
type Design struct {
	Factors []effects.Factor
	Units   []effects.Unit
	Metrics []effects.Metric
}

// Grid is every combination of the factors' levels on every unit.
func Grid(factors []effects.Factor, units []effects.Unit, metrics []effects.Metric) Design {
	return Design{factors, units, metrics}
}

// Numbers is an ordered factor.
func Numbers(path string, values ...float64) effects.Factor {
	f := effects.Factor{Path: path}
	for _, v := range values {
		f.Levels = append(f.Levels, effects.Level{Label: fmt.Sprint(v), Number: v, Numeric: true})
	}
	return f
}

// Names is a factor without an order.
func Names(path string, labels ...string) effects.Factor {
	f := effects.Factor{Path: path}
	for _, l := range labels {
		f.Levels = append(f.Levels, effects.Level{Label: l})
	}
	return f
}

// Crossed is every content image with every style image.
func Crossed(contents, styles int) []effects.Unit {
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

// Apart is n pairs that share no picture.
func Apart(n int) []effects.Unit {
	var units []effects.Unit
	for i := range n {
		units = append(units, effects.Unit{Label: fmt.Sprint("pair ", i), Content: fmt.Sprint("a", i), Style: fmt.Sprint("b", i)})
	}
	return units
}

// Claimed is so many metrics that the question names.
func Claimed(labels ...string) []effects.Metric {
	var list []effects.Metric
	for _, l := range labels {
		list = append(list, effects.Metric{Name: "eval/" + l, Label: l, Better: "lower", Claimed: true})
	}
	return list
}

// Fill makes a study: value is asked for each cell, all metrics at once.
func (d Design) Fill(value func(unit int, levels []int) []float64) effects.Study {
	s := effects.Study{Factors: d.Factors, Units: d.Units, Metrics: d.Metrics}
	for u := range d.Units {
		levels := make([]int, len(d.Factors))
		for {
			values := map[string]float64{}
			for i, v := range value(u, levels) {
				values[d.Metrics[i].Name] = v
			}
			s.Runs = append(s.Runs, effects.Run{
				Number: int64(len(s.Runs) + 1), Levels: append([]int(nil), levels...), Unit: u, Values: values,
			})
			f := len(levels) - 1
			for ; f >= 0; f-- {
				if levels[f]++; levels[f] < len(d.Factors[f].Levels) {
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

// Random is a source of its own for each test.
func Random(seed uint64) *rand.Rand { return rand.New(rand.NewPCG(seed, 5)) }

// A Named is a set of units with its name.
type Named struct {
	Name  string
	Units []effects.Unit
}

// Designs are ways to share pictures among eight pairs, and crossings of more.
func Designs() []Named {
	blocks := func(n int) []effects.Unit { // each of two content images with each of two style images
		var units []effects.Unit
		for b := range n {
			for _, u := range Crossed(2, 2) {
				u.Content, u.Style = fmt.Sprint(u.Content, " of ", b), fmt.Sprint(u.Style, " of ", b)
				units = append(units, u)
			}
		}
		return units
	}
	return []Named{
		{"8 disjoint pairs", Apart(8)},
		{"8 pairs, two blocks of 2 × 2", blocks(2)},
		{"8 pairs, 4 × 2 crossed", Crossed(4, 2)},
		{"9 pairs, 3 × 3 crossed", Crossed(3, 3)},
		{"12 pairs, 4 × 3 crossed", Crossed(4, 3)},
		{"12 pairs in 6 groups", InGroups(6, 2)},
	}
}
