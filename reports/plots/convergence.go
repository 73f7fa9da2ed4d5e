// Package plots draws the figures of runs and reports with gonum/plot.
//
// The same input gives the same bytes.
package plots

import (
	"cmp"
	"errors"
	"fmt"
	"math"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"

	"runexp/framework/sizes"
)

// A Series is one curve: Values[i] at Steps[i].
type Series struct {
	Name   string // what is plotted: total, style, …
	Run    int    // index into Convergence.Runs, where there are any
	Steps  []float64
	Values []float64
}

// A Stage begins at step At. Its boundary is drawn unless it is at or outside
// an end of the axis; its label is drawn beside the boundary, if it is not empty.
type Stage struct {
	At    float64
	Label string
}

// Convergence shows a total loss and its weighted terms over the iterations of one
// run or of several.
type Convergence struct {
	Title, Subtitle string // above the figure; "" leaves the line out
	XLabel, YLabel  string // axis titles; "" means "iteration" and "weighted loss"
	Linear          bool   // the y axis; it is logarithmic if not
	Plain           bool   // the first series is not the total of the others, and drawn as they are
	// Runs are the names of the runs that the series belong to; empty if all
	// belong to one.
	Runs   []string
	Series []Series
	Stages []Stage // in ascending order of At
}

// decades bounds the logarithmic axis below the largest value, so that one
// value of 1e-30 on the way to zero does not squeeze all others into a line.
const decades = 8

// Draw lays the figure out. Of one run the first series, the total, is a thick
// dark line and the others, its terms, are thin coloured ones over it. Of several
// runs each has a colour and each name of a series a pattern, the total's thick.
//
// A value that is not finite, or not above 0 where the axis is logarithmic, has
// no place on it and is a gap in its curve; so is the step from one stage to the
// next, since losses of different sizes are not one curve. On a logarithmic axis
// values more than 8 decades below the largest run off the bottom. A series of
// which nothing can be seen is marked so in the legend. Where no value is above 0, a
// run whose losses are all 0 say, the axis is linear after all.
//
// Errors, all of an input's at once: no series, a series without points or
// whose steps are not as many as its values, a run that is none of Runs, more
// runs or names than can be distinguished, stages out of order, and nothing that
// can be drawn.
func (c Convergence) Draw() (*plot.Plot, error) {
	if err := c.validate(); err != nil {
		return nil, fmt.Errorf("plots: %w", err)
	}
	x, y := c.extent()
	if y.empty() && !c.Linear { // losses that are all 0, or negative
		c.Linear = true
		x, y = c.extent()
	}
	if y.empty() {
		return nil, fmt.Errorf("plots: nothing to draw: no value is %s", c.wanted())
	}

	p := plot.New()
	styleAxis(&p.X, cmp.Or(c.XLabel, "iteration"), linear{c.leastStep()})
	p.X.Min, p.X.Max = x.opened()
	if c.Linear {
		y = y.widened()
		styleAxis(&p.Y, cmp.Or(c.YLabel, "weighted loss"), linear{})
	} else {
		y.low = max(y.low, y.high*math.Pow10(-decades))
		y = y.padded()
		styleAxis(&p.Y, cmp.Or(c.YLabel, "weighted loss"), logarithmic{})
		p.Y.Scale = plot.LogScale{}
	}
	p.Y.Min, p.Y.Max = y.low, y.high

	p.Add(grid{})
	boundaries := newStageLabels(c.Stages, p.X.Min, p.X.Max)
	p.Add(boundaries)
	lines := c.lines()
	for i, s := range c.Series {
		p.Add(curve{runs: s.runs(c.Stages, c.drawable), line: lines[i]})
	}
	key := c.legend(lines, y.low)
	p.Add(key)
	p.Add(header{title: oneLine(c.Title), subtitle: oneLine(c.Subtitle), below: boundaries.height(), right: key.width()})
	return p, nil
}

// Size returns the size at which the figure's legend leaves the data the room
// that Width × Height does for short names: at least that.
func (c Convergence) Size() (width, height vg.Length) {
	const (
		usual   = 0.4 * Width   // of the width, what a legend may take
		besides = 1.6 * vg.Inch // height of all that is above and below the legend
	)
	key := c.legend(c.lines(), math.Inf(-1))
	return Width + max(0, key.width()-usual), max(Height, vg.Length(len(key))*legendRow+besides)
}

// Save draws the figure at its Size into the file at path, which ends in .png
// or .svg.
func (c Convergence) Save(path string) error {
	p, err := c.Draw()
	if err != nil {
		return err
	}
	width, height := c.Size()
	return save(p, path, width, height)
}

func (c Convergence) validate() error {
	if len(c.Series) == 0 {
		return errors.New("no series to draw; give at least the total")
	}
	var problems []error
	for _, s := range c.Series {
		if len(s.Steps) != len(s.Values) {
			problems = append(problems, fmt.Errorf("series %q has %s and %s; give one step for each value", s.Name, sizes.Count(len(s.Steps), "step"), sizes.Count(len(s.Values), "value")))
		} else if len(s.Values) == 0 {
			problems = append(problems, fmt.Errorf("series %q is empty; leave it out", s.Name))
		}
		if len(c.Runs) > 0 && (s.Run < 0 || s.Run >= len(c.Runs)) {
			problems = append(problems, fmt.Errorf("series %q is of run %d, and there are %d", s.Name, s.Run, len(c.Runs)))
		}
	}
	problems = append(problems, c.distinguishable())
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
			if c.drawable(s.Values[i]) {
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

func finite(v float64) bool { return !math.IsNaN(v) && !math.IsInf(v, 0) }

// drawable reports whether v has a place on the y axis. Within a factor of 1e8 of
// the ends of float64, logarithms and differences lose their precision: what is
// there counts as 0 and as infinite.
func (c Convergence) drawable(v float64) bool {
	if c.Linear {
		return math.Abs(v) <= 1e300
	}
	return finite(v) && v >= 1e-300
}

// wanted describes the drawable values.
func (c Convergence) wanted() string {
	if c.Linear {
		return "finite"
	}
	return "finite and above 0, as a logarithmic axis needs"
}

var (
	_ plot.Plotter    = grid{}
	_ plot.Plotter    = curve{}
	_ plot.Plotter    = stageLabels{}
	_ plot.Plotter    = legend{}
	_ plot.GlyphBoxer = legend{}
	_ plot.Plotter    = header{}
	_ plot.GlyphBoxer = header{}
)
