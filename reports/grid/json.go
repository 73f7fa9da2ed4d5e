package grid

import (
	"encoding/json"
	"slices"

	"runexp/internal/printable"
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
		c.Status, c.Flaw = printable.Text(c.Status), printable.Text(c.Flaw)
		p.Cells[i] = c
	}
	return json.Marshal(p)
}

func texts(list []string) []string {
	out := make([]string, len(list))
	for i, s := range list {
		out[i] = printable.Text(s)
	}
	return out
}
