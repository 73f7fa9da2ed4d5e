package sweep

import (
	"cmp"
	"fmt"
	"strings"

	"runexp/reports/answers"
	"runexp/reports/document"
	"runexp/reports/effects"
)

// evidence is the table below an answer: the levels that its line names against the others.
func (y *Study) evidence(a answers.Answer) *document.Table {
	t := &document.Table{Header: []string{"metric", "level", "against", "change [95%]", "without any one picture", "n", "p"}}
	one, two := "on these pictures", "on pictures like these"
	verdicts := func(r answers.Row) []string { return []string{r.These} }
	switch y.Analysis.Sharing {
	case effects.Disjoint: // both are the same
		t.Header = append(t.Header, two)
	case effects.Grouped, effects.Crossed:
		t.Header = append(t.Header, one, two)
		verdicts = func(r answers.Row) []string { return []string{r.These, r.Alike} }
	default:
		t.Header = append(t.Header, one)
	}
	for _, f := range a.Findings {
		for _, r := range f.Rows {
			row := append([]string{r.Metric, r.Level, r.Against, r.Change, r.WithoutOne, fmt.Sprint(r.N), r.P}, verdicts(r)...)
			for j, cell := range row {
				row[j] = cmp.Or(cell, document.Nothing)
			}
			t.Rows = append(t.Rows, row)
		}
	}
	return t
}

// columns says what the columns of evidence mean.
func (y *Study) columns() string {
	text := fmt.Sprintf("Change is that of the level against the other within each %s; without any one picture is the range of that change as each picture in turn is left out; n counts %ss; p is how often chance alone would do as much, Holm after correction for all tests; ", y.unit(), y.unit())
	switch y.Analysis.Sharing {
	case effects.Disjoint:
		return text + "the last column is what is claimed of other pictures of their sort."
	case effects.Grouped, effects.Crossed:
		return text + "the last two columns are what is claimed of the pictures that ran, and of others of their sort."
	}
	return text + "the last column is what is claimed of the pictures that ran."
}

// contrasts lists the differences between levels that the answers' tables do not have.
func (y *Study) contrasts() document.Table {
	t := document.Table{
		Caption: "All contrasts of the claimed metrics",
		Header:  []string{"setting", "from", "to", "metric", "change [95%]", "n", "p", "Holm", ""},
	}
	shown := map[[4]string]bool{}
	for _, answer := range answers.Of(y.Analysis) {
		for _, f := range answer.Findings {
			for _, r := range f.Rows {
				shown[[4]string{answer.Factor, r.Metric, r.Level, r.Against}] = true
				shown[[4]string{answer.Factor, r.Metric, r.Against, r.Level}] = true
			}
		}
	}
	if len(shown) > 0 {
		t.Caption = "Contrasts of the claimed metrics that the answers' tables do not have"
	}
	for _, e := range y.Analysis.Effects {
		if !e.Claimed {
			continue
		}
		m := y.measured(e.Metric)
		for _, c := range e.Contrasts {
			if shown[[4]string{e.Factor, m.Label, c.From, c.To}] {
				continue
			}
			p, adjusted, holds := document.Nothing, document.Nothing, ""
			if d := c.These.Differs; d != nil {
				p, adjusted = answers.Probability(d.P), answers.Probability(d.Adjusted)
			}
			if c.Differs() {
				holds = "*"
			}
			t.Rows = append(t.Rows, []string{e.Factor, c.From, c.To, m.Label, answers.Change(c, m), fmt.Sprint(c.N), p, adjusted, holds})
		}
	}
	return t
}

// measured is a metric as the analysis has it.
func (y *Study) measured(name string) effects.Metric {
	for _, m := range y.Analysis.Metrics {
		if m.Name == name {
			return m
		}
	}
	return effects.Metric{Name: name, Label: name}
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

// shares lists what the variation of the claimed metrics is due to. With one unit and one
// setting, which then has all of it, there is nothing to list.
func (y *Study) shares() document.Table {
	t := document.Table{Caption: "Share of each metric's variation over all finished trials that is due to"}
	t.Header = []string{"metric"}
	seen := map[string]int{}
	for _, v := range y.Analysis.Variances {
		for _, p := range v.Parts {
			if p.Kind == effects.Units && y.Analysis.Units == 1 {
				continue
			}
			if _, known := seen[p.Name]; !known {
				seen[p.Name] = len(t.Header)
				name := p.Name
				if p.Kind == effects.Units {
					name = y.unit()
				}
				t.Header = append(t.Header, name)
			}
		}
	}
	if y.Analysis.Units == 1 && len(y.Analysis.Factors) == 1 {
		return t
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
				if seen[p.Name] == 0 {
					continue
				}
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
			parts = append(parts, fmt.Sprintf("%s at %s %s", answers.Estimate(at.Effect, x.Scale, y.measured(x.Metric)), x.Factors[1], at.Level))
		}
		items = append(items, document.Item{
			Text:     fmt.Sprintf("The effect of %s on %s depends on %s: from its first level to its last %s.", x.Factors[0], y.label(x.Metric), x.Factors[1], strings.Join(parts, ", ")),
			Evidence: fmt.Sprintf("%.1f%% of the variation, n = %d, p = %s, not corrected: a hint and no claim", 100*x.Share, x.N, answers.Probability(*x.P)),
		})
	}
	if len(items) == 0 {
		return nil
	}
	return []document.Block{{Paragraph: "Possible interactions:"}, {List: items}}
}
