package grid

import (
	"encoding/json"
	"slices"
	"strings"

	"runexp/framework/store/search"
	"runexp/internal/printable"
	"runexp/reports/typeface"
)

// MarshalJSON writes the data with all texts made printable: a store may come from elsewhere, and an
// escape that is put into a page's JSON afterwards would end it.
func (d Data) MarshalJSON() ([]byte, error) {
	type plain Data
	p := plain(d)
	p.Axes = slices.Clone(d.Axes)
	for i, a := range p.Axes {
		p.Axes[i] = Axis{printable.Text(a.Name), texts(a.Levels)}
	}
	p.Numbers = slices.Clone(d.Numbers)
	for i, n := range p.Numbers {
		n.Field = printable.Text(FieldOf(n.Name))
		n.Name, n.Label, n.Unit = printable.Text(n.Name), printable.Text(n.Label), printable.Text(n.Unit)
		p.Numbers[i] = n
	}
	p.Inputs = slices.Clone(d.Inputs)
	for i, in := range p.Inputs {
		in.Kind, in.Name = printable.Text(in.Kind), printable.Text(in.Name)
		p.Inputs[i] = in
	}
	p.Cells = slices.Clone(d.Cells)
	for i, c := range p.Cells {
		c.Status, c.Flaw, c.Why = printable.Text(c.Status), printable.Text(c.Flaw), reason(c.Why)
		p.Cells[i] = c
	}
	return json.Marshal(p)
}

// FieldOf is what filters call a number of a run: metrics.eval/style for eval/style. An attribute, which has no /, and what no
// filter knows keep their names.
func FieldOf(name string) string {
	if !strings.Contains(name, "/") || strings.HasPrefix(name, "votes/") {
		return name
	}
	return search.Field{Kind: search.Metric, Name: name}.String()
}

// longestReason is how much of a message a place of the grid has room for.
const longestReason = 160

// reason is the first line of a message.
func reason(message string) string {
	line, _, _ := strings.Cut(strings.TrimSpace(message), "\n")
	return printable.Text(typeface.Shorten(line, longestReason))
}

func texts(list []string) []string {
	out := make([]string, len(list))
	for i, s := range list {
		out[i] = printable.Text(s)
	}
	return out
}
