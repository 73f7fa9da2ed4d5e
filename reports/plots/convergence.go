// Package plots draws the figures of runs and reports with gonum/plot.
//
// The same input gives the same bytes.
package plots

import (
	"errors"
	"fmt"
	"math"

	"gonum.org/v1/plot"
)

// A Series is one curve: Values[i] at Steps[i].
type Series struct {
	Name   string
	Steps  []float64
	Values []float64
}

// A Stage begins at step At. Its boundary is drawn unless it is at or outside
// an end of the axis; its label is drawn beside the boundary, if it is not empty.
type Stage struct {
	At    float64
	Label string
}

// Convergence shows how a loss and its weighted terms came down.
type Convergence struct {
	Title, Subtitle string // above the figure; "" leaves the line out
	XLabel, YLabel  string // axis titles; "" means "iteration" and "weighted loss"
	Series          []Series
	Stages          []Stage // in ascending order of At
}

// decades bounds the logarithmic axis below the largest value, so that one
// value of 1e-30 on the way to zero does not squeeze all others into a line.
const decades = 8

// Draw lays the figure out: the first series, the total, as a thick dark line,
// the others, its terms, as thin coloured ones over it, on a logarithmic
// y axis.
//
// A value that is not finite or not above 0 has no place on that axis and is a
// gap in its curve; so is the step from one stage to the next, since losses of
// different sizes are not one curve. Values more than 8 decades below the
// largest run off the bottom of the axis. A series of which nothing can be seen
// says so in the legend.
//
// Errors, all of an input's at once: no series, a series without points or
// whose steps are not as many as its values, stages out of order, and nothing
// that can be drawn.
func (c Convergence) Draw() (*plot.Plot, error) {
	if err := c.validate(); err != nil {
		return nil, fmt.Errorf("plots: %w", err)
	}
	x, y := c.extent()
	if y.empty() {
		return nil, errors.New("plots: nothing to draw: no value is finite and above 0, as a logarithmic axis needs")
	}
	y.low = max(y.low, y.high*math.Pow10(-decades))
	y = y.padded()

	p := plot.New()
	styleAxis(&p.X, or(c.XLabel, "iteration"), linear{c.leastStep()})
	styleAxis(&p.Y, or(c.YLabel, "weighted loss"), logarithmic{})
	p.Y.Scale = plot.LogScale{}
	p.X.Min, p.X.Max = x.opened()
	p.Y.Min, p.Y.Max = y.low, y.high

	p.Add(grid{})
	boundaries := newStrip(c.Stages, p.X.Min, p.X.Max)
	p.Add(boundaries)
	var key legend
	for i, s := range c.Series {
		line := seriesStyle(i)
		p.Add(curve{runs: s.runs(c.Stages), line: line})
		key = append(key, entry{oneLine(s.Name) + s.remark(y.low), line})
	}
	p.Add(key)
	p.Add(header{title: oneLine(c.Title), subtitle: oneLine(c.Subtitle), below: boundaries.height(), right: key.width()})
	return p, nil
}

func (c Convergence) validate() error {
	if len(c.Series) == 0 {
		return errors.New("no series to draw; give at least the total")
	}
	var problems []error
	for _, s := range c.Series {
		if len(s.Steps) != len(s.Values) {
			problems = append(problems, fmt.Errorf("series %q has %d steps and %d values; give one step for each value", s.Name, len(s.Steps), len(s.Values)))
		} else if len(s.Values) == 0 {
			problems = append(problems, fmt.Errorf("series %q is empty; leave it out", s.Name))
		}
	}
	for i, s := range c.Stages {
		if !finite(s.At) || i > 0 && s.At < c.Stages[i-1].At {
			problems = append(problems, fmt.Errorf("stage %q begins at step %v; give finite steps in ascending order", s.Label, s.At))
		}
	}
	return errors.Join(problems...)
}

// extent returns the steps there are, and the values that can be drawn.
func (c Convergence) extent() (x, y span) {
	x, y = nothing(), nothing()
	for _, s := range c.Series {
		for i, step := range s.Steps {
			if !finite(step) {
				continue
			}
			x = x.with(step)
			if drawable(s.Values[i]) {
				y = y.with(s.Values[i])
			}
		}
	}
	return x, y
}

// leastStep returns 1 where steps are counted, as iterations are, so that no
// tick is at half of one, and 0 otherwise.
func (c Convergence) leastStep() float64 {
	for _, s := range c.Series {
		for _, step := range s.Steps {
			if finite(step) && step != math.Trunc(step) {
				return 0
			}
		}
	}
	return 1
}

// remark says why no part of the series can be seen, "" if some can.
func (s Series) remark(low float64) string {
	remark := " (not above 0)"
	for i, v := range s.Values {
		if finite(s.Steps[i]) && drawable(v) {
			if v >= low {
				return ""
			}
			remark = " (off the axis)"
		}
	}
	return remark
}

func finite(v float64) bool { return !math.IsNaN(v) && !math.IsInf(v, 0) }

// drawable reports whether v has a place on a logarithmic axis. Below 1e-300,
// near the end of float64, logarithms lose their precision: that counts as 0.
func drawable(v float64) bool { return finite(v) && v >= 1e-300 }

func or(s, fallback string) string {
	if s == "" {
		return fallback
	}
	return s
}

var (
	_ plot.Plotter    = grid{}
	_ plot.Plotter    = curve{}
	_ plot.Plotter    = strip{}
	_ plot.Plotter    = legend{}
	_ plot.GlyphBoxer = legend{}
	_ plot.Plotter    = header{}
	_ plot.GlyphBoxer = header{}
)
