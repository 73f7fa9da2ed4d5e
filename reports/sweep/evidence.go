package sweep

import (
	"fmt"
	"strings"

	"runexp/reports/document"
	"runexp/reports/effects"
)

// contrasts lists the differences between levels.
func (y *Study) contrasts() document.Table {
	t := document.Table{
		Caption: "Evidence",
		Header:  []string{"setting", "from", "to", "metric", "change", "95% interval", "n", "p", "Holm", ""},
	}
	for _, e := range y.Analysis.Effects {
		if !e.Claimed {
			continue
		}
		for _, c := range e.Contrasts {
			change, interval := changed(c)
			holds := ""
			if c.Holds {
				holds = "*"
			}
			t.Rows = append(t.Rows, []string{
				e.Factor, c.From, c.To, y.label(e.Metric), change, interval, fmt.Sprint(c.N), probability(c.P), probability(c.Adjusted), holds,
			})
		}
	}
	return t
}

// changed writes a contrast in percent, or as a difference where a metric is not
// above 0 everywhere.
func changed(c effects.Contrast) (change, interval string) {
	e, write := c.Difference, signed
	if c.Ratio != nil {
		e, write = *c.Ratio, percent
	}
	if e.Interval == nil {
		return write(e.Value), document.Nothing
	}
	return write(e.Value), fmt.Sprintf("%s to %s", write(e.Interval.Low), write(e.Interval.High))
}

func signed(v float64) string { return strings.Replace(fmt.Sprintf("%+.3g", v), "-", "−", 1) }

// percent writes a ratio as a change, or as a multiple where sentences do.
func percent(ratio float64) string {
	if ratio >= effects.Multiple {
		return fmt.Sprintf("× %.3g", ratio)
	}
	text := fmt.Sprintf("%+.1f%%", 100*(ratio-1))
	if strings.Trim(text, "+-0.%") == "" {
		return "0.0%"
	}
	return strings.Replace(text, "-", "−", 1)
}

func probability(p *float64) string {
	if p == nil {
		return document.Nothing
	}
	return effects.Probability(*p)
}

// label is a metric's label.
func (y *Study) label(metric string) string {
	for _, m := range y.metrics {
		if m.Name == metric {
			return m.Label
		}
	}
	return metric
}

// shares lists what the variation of the claimed metrics is due to.
func (y *Study) shares() document.Table {
	t := document.Table{Caption: "Share of each metric's variation over all finished trials that is due to"}
	t.Header = []string{"metric"}
	seen := map[string]int{}
	for _, v := range y.Analysis.Variances {
		for _, p := range v.Parts {
			if _, known := seen[p.Name]; !known {
				seen[p.Name] = len(t.Header)
				t.Header = append(t.Header, p.Name)
			}
		}
	}
	for _, m := range y.claimed() {
		for _, v := range y.Analysis.Variances {
			if v.Metric != m.Name || len(v.Parts) == 0 {
				continue
			}
			row := make([]string, len(t.Header))
			row[0] = m.Label
			for i := range row[1:] {
				row[i+1] = document.Nothing
			}
			for _, p := range v.Parts {
				row[seen[p.Name]] = fmt.Sprintf("%.1f%%", 100*p.Share)
			}
			t.Rows = append(t.Rows, row)
		}
	}
	return t
}

// interactions lists the interactions that are large.
func (y *Study) interactions() []document.Block {
	var items []document.Item
	for _, x := range y.Analysis.Interactions {
		if !x.Notable {
			continue
		}
		var parts []string
		for _, at := range x.Effects {
			write := signed
			if x.Scale == effects.Ratio {
				write = percent
			}
			change := write(at.Effect.Value)
			if in := at.Effect.Interval; in != nil {
				change += fmt.Sprintf(" [%s, %s]", write(in.Low), write(in.High))
			}
			parts = append(parts, fmt.Sprintf("%s at %s %s", change, x.Factors[1], at.Level))
		}
		items = append(items, document.Item{
			Text:     fmt.Sprintf("The effect of %s on %s depends on %s: from its first level to its last %s.", x.Factors[0], y.label(x.Metric), x.Factors[1], strings.Join(parts, ", ")),
			Evidence: fmt.Sprintf("%.1f%% of the variation, n = %d, p = %s, not corrected: a hint and no claim", 100*x.Share, x.N, probability(x.P)),
		})
	}
	if len(items) == 0 {
		return nil
	}
	return []document.Block{{Paragraph: "Possible interactions:"}, {List: items}}
}
