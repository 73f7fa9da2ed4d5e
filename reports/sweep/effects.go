package sweep

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"runexp/framework/sizes"
	"runexp/reports/document"
	"runexp/reports/effects"
	"runexp/reports/plots"
)

// mostContrasts is how many rows of evidence a report prints.
const mostContrasts = 60

// effectPlots draws the effect of each factor on the metrics that the question is
// about, and lists the evidence.
func (y *Study) effectPlots() ([]document.Block, error) {
	if y.Analysis == nil {
		return []document.Block{{Paragraph: y.nothing()}}, nil
	}
	var blocks []document.Block
	for i, p := range y.plan.Parameters {
		figure := plots.Effects{Unit: y.unit(), Title: p.Path, Factor: p.Path, Levels: p.Labels, Numbers: p.Numbers, Log: p.log(), Drawn: p.drawn}
		paired := 0
		for _, m := range y.claimed() {
			e := y.Analysis.Effect(p.Path, m.Name)
			if e == nil {
				continue
			}
			paired = e.N
			figure.Panels = append(figure.Panels, plots.Effect{
				Title: m.better(), YLabel: m.axis(), Summary: summaries(e, p), Units: unitLines(e, p),
			})
		}
		if len(figure.Panels) == 0 {
			continue
		}
		figure.Subtitle = fmt.Sprintf("%s, %s", y.Sweep.Experiment, sizes.Count(paired, y.unit()))
		caption := "Effect of " + p.Path + "." + y.legend(figure, paired)
		if figure.Log && slices.Min(p.Numbers) <= 0 {
			caption += " The axis is logarithmic, and 0 is drawn one step before the smallest of the others."
		}
		for j, level := range figure.Key() {
			caption += fmt.Sprintf(" %d: %s.", j+1, level)
		}
		block, err := plotted(figure, fmt.Sprintf("effects-%d", i+1), "Effect of "+p.Path, caption)
		if err != nil {
			return nil, err
		}
		blocks = append(blocks, block)
	}
	if len(blocks) == 0 && y.censored() > 0 { // the answers say it
		return nil, nil
	}
	if len(blocks) == 0 {
		return []document.Block{{Paragraph: "No setting has two levels that finished and a metric that the question is about."}}, nil
	}
	if t := y.contrasts(); len(t.Rows) > 0 {
		if all := len(t.Rows); all > mostContrasts {
			last := len(t.Header) - 1
			slices.SortStableFunc(t.Rows, func(a, b []string) int { return strings.Compare(b[last], a[last]) })
			t.Rows = t.Rows[:mostContrasts]
			t.Caption += fmt.Sprintf(" (%d of %d, those that hold first; runexp report --json prints all)", mostContrasts, all)
		}
		blocks = append(blocks, document.Block{Table: &t},
			document.Block{Note: "Each is one level against another within the same " + y.unit() + " and the same other settings. * holds after correction; p and its corrected value are given where the contrast is one of the report's tests."})
	}
	if t := y.shares(); len(t.Rows) > 0 {
		blocks = append(blocks, document.Block{Table: &t})
	}
	return append(blocks, y.interactions()...), nil
}

// fewest is below how many units there is no interval.
const fewest = 6

// legend says what a figure of effects on so many units draws.
func (y *Study) legend(f plots.Effects, n int) string {
	unit, text := y.unit(), ""
	if f.HasUnits() {
		text = fmt.Sprintf(" A line is one %s through its values, each a mean over the other settings, and a dot their median.", unit)
	} else {
		text = fmt.Sprintf(" A dot is the median over %ss of each one's mean over the other settings.", unit)
	}
	switch {
	case n < fewest:
		text += fmt.Sprintf(" With fewer than %d %ss it has no interval.", fewest, unit)
	case f.HasUnits():
		text += fmt.Sprintf(" Tests compare the levels within each %s: what counts is whether the lines go the same way, not whether the bars overlap, which are as long as the %ss differ.", unit, unit)
	default:
		text += fmt.Sprintf(" Tests compare the levels within each %s, so that bars may overlap where levels differ.", unit)
	}
	return text
}

// summaries returns the levels' medians in the order of the parameter's labels.
func summaries(e *effects.Effect, p parameter) []plots.Interval {
	list := make([]plots.Interval, len(p.Labels))
	for i, label := range p.Labels {
		list[i] = plots.Interval{Median: math.NaN(), Low: math.NaN(), High: math.NaN()}
		for _, l := range e.Levels {
			if l.Label != label || l.Median == nil {
				continue
			}
			list[i].Median = l.Median.Value
			if l.Median.Interval != nil {
				list[i].Low, list[i].High = l.Median.Interval.Low, l.Median.Interval.High
			}
		}
	}
	return list
}

// unitLines returns what the medians are of, by unit and level in the order of the
// parameter's labels.
func unitLines(e *effects.Effect, p parameter) [][]float64 {
	var lines [][]float64
	for i, label := range p.Labels {
		for _, l := range e.Levels {
			if l.Label != label {
				continue
			}
			if lines == nil {
				for range l.Units {
					lines = append(lines, slices.Repeat([]float64{math.NaN()}, len(p.Labels)))
				}
			}
			for unit, v := range l.Units {
				lines[unit][i] = v
			}
		}
	}
	return lines
}
