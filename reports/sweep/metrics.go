package sweep

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"runexp/reports"
	"runexp/reports/document"
)

// mostLevels is how many columns a table of levels has.
const mostLevels = 10

// allMetrics prints every metric by the levels of each parameter.
func (y *Study) allMetrics() ([]document.Block, error) {
	if y.Analysis == nil {
		return []document.Block{{Paragraph: y.nothing()}}, nil
	}
	var blocks []document.Block
	for _, p := range y.plan.Parameters {
		shown := reports.Evenly(indices(len(p.Labels)), mostLevels)
		t := document.Table{Caption: p.Path, Header: []string{"metric"}}
		if len(shown) < len(p.Labels) {
			t.Caption += fmt.Sprintf(" (%d of %d levels)", len(shown), len(p.Labels))
		}
		for _, level := range shown {
			t.Header = append(t.Header, p.Labels[level])
		}
		t.Header = append(t.Header, "better")
		for _, m := range y.metrics {
			e := y.Analysis.Effect(p.Path, m.Name)
			if e == nil {
				continue
			}
			medians := summaries(e, p)
			row := []string{m.axis()}
			for _, level := range shown {
				row = append(row, digits(medians[level].Median))
			}
			t.Rows = append(t.Rows, append(row, m.Better))
		}
		if len(t.Rows) > 0 {
			blocks = append(blocks, document.Block{Table: &t})
		}
	}
	if len(blocks) > 0 {
		intro := document.Block{Paragraph: "Medians over " + y.unit() + "s, by level, of every metric that the scorer gives. They are shown without claims: with so many numbers some differ by chance."}
		blocks = append([]document.Block{intro}, blocks...)
	}
	blocks = append(blocks, y.agreements()...)
	if t := y.otherMetrics(); len(t.Rows) > 0 && len(blocks) > 0 {
		blocks = append(blocks, document.Block{Table: &t})
	}
	return blocks, nil
}

// otherMetrics says what the metrics are that the question is not about; what it is about is
// explained where it is named.
func (y *Study) otherMetrics() document.Table {
	t := document.Table{Caption: "What these metrics are; those that the question is about are explained above", Header: []string{"metric", "what it is", "better", "range", "formula", "source"}}
	for _, m := range y.metrics {
		if m.Doc == "" || m.claimed || strings.Count(m.Name, "/") != 1 {
			continue
		}
		row := []string{m.Label, m.what(), m.Better, m.span(), m.Formula, m.source()}
		for i, cell := range row {
			row[i] = cmp.Or(cell, document.Nothing)
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

// explain says what a metric is.
func (y *Study) explain(m metric) document.Item {
	direction := "neither direction is better"
	if m.Better != "neither" {
		direction = m.Better + " is better"
	}
	evidence := slices.DeleteFunc([]string{direction, m.span(), m.Formula, m.source()}, func(s string) bool { return s == "" })
	return document.Item{Text: m.Label + ": " + m.what(), Evidence: strings.Join(evidence, "; ")}
}

// what says what a metric measures, in which unit, and at which layers.
func (m metric) what() string {
	text := cmp.Or(m.Doc, m.Name)
	if m.Unit != "" {
		text += ", in " + m.Unit
	}
	if len(m.Layers) > 0 {
		text += " (" + strings.Join(m.Layers, ", ") + ")"
	}
	return text
}

// span is the metric's range, and its value for the image that it compares with; "" without bounds.
func (m metric) span() string {
	var text string
	switch {
	case m.Low != nil && m.High != nil:
		text = fmt.Sprintf("%g to %g", *m.Low, *m.High)
	case m.Low != nil:
		text = fmt.Sprintf("from %g", *m.Low)
	case m.High != nil:
		text = fmt.Sprintf("up to %g", *m.High)
	}
	if m.Equal != nil && m.Against != "" {
		text += fmt.Sprintf(", %g for the %s image itself", *m.Equal, m.Against)
	}
	return strings.TrimPrefix(text, ", ")
}

// source is the publication, and with which numbers of others values compare.
func (m metric) source() string {
	if m.Comparable == "" {
		return m.Published
	}
	return strings.TrimPrefix(m.Published+"; comparable "+m.Comparable, "; ")
}
