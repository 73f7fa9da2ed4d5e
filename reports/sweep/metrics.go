package sweep

import (
	"cmp"
	"fmt"
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
	blocks := []document.Block{{Paragraph: "Medians over " + y.unit() + "s, by level, of every metric that the scorer gives. They are shown without claims: with so many numbers some differ by chance."}}
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
	var about []document.Item
	for _, m := range y.metrics {
		if m.Doc != "" && strings.Count(m.Name, "/") == 1 {
			about = append(about, y.explain(m))
		}
	}
	return append(blocks, document.Block{List: about}), nil
}

// explain says what a metric is.
func (y *Study) explain(m metric) document.Item {
	text := m.Label + ": " + cmp.Or(m.Doc, m.Name)
	if m.Unit != "" {
		text += ", in " + m.Unit
	}
	evidence := "neither direction is better"
	if m.Better != "neither" {
		evidence = m.Better + " is better"
	}
	if m.Published != "" {
		evidence += "; " + m.Published
	}
	return document.Item{Text: text, Evidence: evidence}
}
