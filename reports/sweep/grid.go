package sweep

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strings"

	"runexp/framework/store"
	"runexp/reports/grid"
	"runexp/reports/plots"
)

// Grid returns the pictures of the sweep on the axes that it has: its parameters, the pairs of content
// and style, and the repeats. Pictures are named by their hashes. Errors: those of the store.
func (y *Study) Grid(ctx context.Context, s *store.Store) (grid.Data, error) {
	d := grid.Data{Axes: []grid.Axis{}, Numbers: []grid.Named{}, Inputs: []grid.Input{}, Notes: []string{}}
	axes := y.axes()
	for _, a := range axes {
		d.Axes = append(d.Axes, a.Axis)
	}
	for _, m := range y.metrics {
		d.Numbers = append(d.Numbers, grid.Named{Name: m.Name, Label: m.Label, Unit: m.Unit, Better: oneWay(m.Better), Shown: m.claimed && len(d.Numbers) < mostShown})
	}
	d.Numbers = append(d.Numbers, grid.Named{Name: "seconds", Unit: "s", Better: "lower"})
	for i, t := range y.trials {
		c := grid.Cell{Status: t.status(), Levels: []int{}}
		if c.Status == string(store.Finished) {
			c.Status = ""
		}
		if t.Run != nil {
			c.Run, c.Why = t.Run.Number, t.Run.Message
			c.Values = y.numbersOf(t)
		} else {
			c.Why, _ = t.missing()
		}
		if t.flaw != nil {
			c.Flaw = t.flaw.Flaw
		}
		for _, a := range axes {
			c.Levels = append(c.Levels, a.of[i])
		}
		d.Cells = append(d.Cells, c)
	}
	if err := d.AddPictures(ctx, s); err != nil {
		return d, err
	}
	y.arrange(&d)
	return d, nil
}

// mostShown is how many metrics are shown below pictures to begin with.
const mostShown = 2

func oneWay(better string) string {
	if better == "lower" || better == "higher" {
		return better
	}
	return ""
}

// numbersOf returns the numbers of a trial that has begun, in the order of Grid's.
func (y *Study) numbersOf(t trial) []plots.Number {
	values := make([]plots.Number, 0, len(y.metrics)+1)
	for _, m := range y.metrics {
		v, known := t.scores[m.Name]
		if !known {
			v = math.NaN()
		}
		values = append(values, plots.Number(v))
	}
	return append(values, plots.Number(t.Run.Elapsed.Seconds()))
}

// A gridAxis has the level of each trial.
type gridAxis struct {
	grid.Axis
	of []int
}

// axes returns the axes with more than one level: parameters, then what they are run on.
func (y *Study) axes() []gridAxis {
	var list []gridAxis
	for i, p := range y.plan.Parameters {
		a := gridAxis{Axis: grid.Axis{Name: p.Path, Levels: p.Labels}}
		for _, t := range y.trials {
			a.of = append(a.of, t.point.Levels[i])
		}
		list = append(list, a)
	}
	if y.unlevelled() && len(y.plan.Parameters) > 1 {
		list = append(list, y.axisOf("setting", y.plan.setting))
	}
	pair := gridAxis{Axis: grid.Axis{Name: "pair", Levels: y.pairNames()}}
	for _, t := range y.trials {
		pair.of = append(pair.of, max(0, t.point.Pair))
	}
	repeat := y.axisOf("repeat", func(t trial) string { return fmt.Sprint(t.point.Repeat + 1) })
	return slices.DeleteFunc(append(list, pair, repeat), func(a gridAxis) bool { return len(a.Levels) < 2 })
}

// pairNames are the labels of the pairs by number; two of the same images' names differ too.
func (y *Study) pairNames() []string {
	units, of := y.unitsOf()
	var names []string
	for i, t := range y.trials {
		for len(names) <= max(0, t.point.Pair) {
			names = append(names, "")
		}
		if at := max(0, t.point.Pair); names[at] == "" {
			names[at] = strings.TrimSuffix(units[of[i]].Label, fmt.Sprintf(", repeat %d", t.point.Repeat+1))
			if slices.Index(names, names[at]) < at {
				names[at] += fmt.Sprintf(" (pair %d)", at+1)
			}
		}
	}
	return names
}

// axisOf makes an axis of a text of each trial, its levels in the order of the trials.
func (y *Study) axisOf(name string, label func(trial) string) gridAxis {
	a := gridAxis{Axis: grid.Axis{Name: name}}
	at := map[string]int{}
	for _, t := range y.trials {
		text := label(t)
		if _, known := at[text]; !known {
			at[text] = len(a.Levels)
			a.Levels = append(a.Levels, text)
		}
		a.of = append(a.of, at[text])
	}
	return a
}

// unlevelled reports whether values were drawn, which have no levels to be axes.
func (y *Study) unlevelled() bool {
	return slices.ContainsFunc(y.plan.Parameters, func(p parameter) bool { return p.drawn })
}

// arrange chooses the first view: the two parameters with the most levels, or the one parameter and
// the pairs. Drawn settings stand in order beside the pairs, or in a flow without axes.
func (y *Study) arrange(d *grid.Data) {
	named := func(names ...string) int {
		return slices.IndexFunc(d.Axes, func(a grid.Axis) bool { return slices.Contains(names, a.Name) })
	}
	blocks := named("pair", "repeat")
	if !y.unlevelled() {
		first := blocks
		if first < 0 {
			first = len(d.Axes)
		}
		d.Arrange(first)
		d.Hold()
		return
	}
	d.Free()
	d.X, d.Y = -1, -1
	if setting := max(named("setting"), 0); blocks > 0 {
		d.X, d.Y = blocks, setting
	}
}
