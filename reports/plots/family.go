package plots

import (
	"errors"
	"fmt"
	"image/color"
	"math"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"runexp/framework/sizes"
)

// A Family shows the losses of many runs, a panel for each loss, its axis
// logarithmic. Runs of one group have one colour.
type Family struct {
	Title, Subtitle string
	XLabel          string
	Groups          []string // what Series.Run counts here; one colour each
	Panels          []Panel
}

// A Panel is one loss of all runs.
type Panel struct {
	Title  string
	Series []Series // Run is an index into Groups; Name is not shown
}

// Size returns the size at which all panels can be read.
func (f Family) Size() (width, height vg.Length) { return f.panels(nil).size() }

func (f Family) panels(plots []*plot.Plot) panels {
	p := panels{
		title: oneLine(f.Title), subtitle: oneLine(f.Subtitle), plots: plots, columns: 2,
		width: 4 * vg.Inch, height: 2.5 * vg.Inch,
	}
	if p.plots == nil {
		p.plots = make([]*plot.Plot, len(f.Panels))
	}
	if len(f.Groups) > 1 {
		for i, name := range f.Groups {
			line := runStyle(i)
			line.Width = totalWidth
			p.key = append(p.key, entry{name: oneLine(name), line: line})
		}
		p.key = shortened(p.key)
	}
	return p
}

// manyCurves is how many curves of a panel are drawn in full colour.
const manyCurves = 24

// figure draws the panels. What is not finite or not above 0 is a gap.
// Errors: no panels, a series of no group or with other steps than values, and a
// panel of which nothing can be drawn.
func (f Family) figure() (func(draw.Canvas), error) {
	if len(f.Panels) == 0 {
		return nil, errors.New("plots: no losses to draw; give at least one panel")
	}
	var plots []*plot.Plot
	for _, panel := range f.Panels {
		p, err := f.plot(panel)
		if err != nil {
			return nil, fmt.Errorf("plots: %s: %w", panel.Title, err)
		}
		plots = append(plots, p)
	}
	return f.panels(plots).draw, nil
}

func (f Family) plot(panel Panel) (*plot.Plot, error) {
	c := Convergence{Series: panel.Series}
	for _, s := range panel.Series {
		if len(s.Steps) != len(s.Values) || s.Run < 0 || s.Run >= max(1, len(f.Groups)) {
			return nil, fmt.Errorf("a series of group %d has %s and %s; give one step for each value, and one of %d groups", s.Run, sizes.Count(len(s.Steps), "step"), sizes.Count(len(s.Values), "value"), len(f.Groups))
		}
	}
	x, y := c.extent()
	linearly := y.empty() // nothing is above 0
	if linearly {
		c.Linear = true
		x, y = c.extent()
	}
	if y.empty() {
		return nil, fmt.Errorf("nothing to draw: no value is %s", c.wanted())
	}
	p := plot.New()
	styleAxis(&p.X, f.XLabel, fewTicks{linear{c.leastStep()}})
	p.X.Min, p.X.Max = x.opened()
	if linearly {
		y = y.widened()
		styleAxis(&p.Y, "", fewTicks{linear{}})
	} else {
		y.low = max(y.low, y.high*math.Pow10(-decades))
		y = y.padded()
		styleAxis(&p.Y, "", fewTicks{logarithmic{}})
		p.Y.Scale = plot.LogScale{}
	}
	p.Y.Min, p.Y.Max = y.low, y.high
	p.Add(grid{})
	for _, s := range panel.Series {
		line := runStyle(s.Run)
		line.Width = termWidth * 0.7
		if n := len(panel.Series); n > manyCurves {
			line.Width, line.Color = termWidth/2, faded(line.Color, n)
		}
		p.Add(curve{runs: s.runs(nil, c.drawable), line: line})
	}
	p.Add(header{subtitle: oneLine(panel.Title)})
	return p, nil
}

// faded makes one of n lines transparent, the more of them the more.
func faded(c color.Color, n int) color.Color {
	const least = 0x38
	v := color.NRGBAModel.Convert(c).(color.NRGBA)
	v.A = uint8(max(least, 0xff*manyCurves/n))
	return v
}

var _ Figure = Family{}
