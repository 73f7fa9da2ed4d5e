package plots

import (
	"errors"
	"fmt"
	"image/color"
	"math"
	"slices"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Effects show some metrics at the levels of one factor, a panel a metric.
type Effects struct {
	Title, Subtitle string
	Factor          string // the x axis
	Unit            string // what a thin line is: "pair", "draw"
	Levels          []string
	Numbers         []float64 // of the levels, if all are numbers: they are placed by them
	Log             bool      // on a logarithmic axis, a 0 one step before the smallest of the others
	Drawn           bool      // the levels are draws: the axis has round numbers
	Panels          []Effect
}

// An Effect is one metric at the levels of a factor. NaN is a value that is missing.
type Effect struct {
	Title   string
	YLabel  string
	Summary []Interval  // by level
	Units   [][]float64 // by unit and level: what belongs together
}

// An Interval is a median with its confidence interval; without one Low and High are NaN.
type Interval struct{ Median, Low, High float64 }

// manyfold is the ratio of the largest to the smallest value from which on an
// axis of effects is logarithmic.
const manyfold = 20

// Size returns the size at which all panels can be read.
func (e Effects) Size() (width, height vg.Length) { return e.panels(nil).size() }

func (e Effects) panels(plots []*plot.Plot) panels {
	f := panels{
		title: oneLine(e.Title), subtitle: oneLine(e.Subtitle), plots: plots, columns: 3,
		width: 2.6 * vg.Inch, height: 2.5 * vg.Inch, key: e.key(),
	}
	if f.plots == nil {
		f.plots = make([]*plot.Plot, len(e.Panels))
	}
	if len(e.Levels) > 5 {
		f.columns, f.width = 2, 4*vg.Inch
	}
	return f
}

// mostNamed is how many levels an axis can name.
const mostNamed = 10

// numbered reports whether levels are placed by their numbers.
func (e Effects) numbered() bool {
	if len(e.Numbers) != len(e.Levels) || len(e.Numbers) < 2 {
		return false
	}
	return !slices.ContainsFunc(e.Numbers, func(v float64) bool { return !finite(v) || math.Abs(v) > 1e300 })
}

// dataWidth is about that of a panel without its axis.
func (e Effects) dataWidth() vg.Length { return e.panels(nil).width - 0.6*vg.Inch }

// Key returns the levels in the order of the numbers that replace them on the
// axis; nil if their names have room there.
func (e Effects) Key() []string {
	if e.numbered() {
		return nil
	}
	for _, level := range e.Levels {
		if _, whole := wrapped(oneLine(level), textStyle(tickSize, ink), levelWidth(e.dataWidth(), len(e.Levels))); !whole {
			return e.Levels
		}
	}
	return nil
}

// places returns where the levels are on the x axis.
func (e Effects) places() []float64 {
	if e.numbered() {
		return numberPlaces(e.Numbers, e.Log)
	}
	places := make([]float64, len(e.Levels))
	for i := range places {
		places[i] = float64(i)
	}
	return places
}

var (
	effectColor = okabeIto[1]
	// An interval is paler than its median, and behind the units: those are what a test sees.
	intervalColor = color.RGBA{0xa6, 0xcb, 0xe4, 0xff}
)

// Units beyond fewUnits are fainter, so that the medians stay in front of them; of more than
// mostUnits there are no lines: no eye can follow one.
const (
	fewUnits  = 24
	mostUnits = 100
)

// unitLine is the line of one unit; ok is false where units have none.
func (e Effects) unitLine() (line draw.LineStyle, ok bool) {
	units := 0
	for _, panel := range e.Panels {
		units = max(units, len(panel.Units))
	}
	switch {
	case units == 0 || units > mostUnits || e.cloud():
		return line, false
	case units > fewUnits:
		return draw.LineStyle{Color: color.Gray{0xc4}, Width: hairline}, true
	}
	return draw.LineStyle{Color: color.Gray{0x80}, Width: 0.8 * termWidth}, true
}

// HasUnits reports whether each unit is a line through its own values: they are too many
// otherwise, or the levels are.
func (e Effects) HasUnits() bool {
	_, ok := e.unitLine()
	return ok
}

// mostJoined is how many draws are so few that lines between them can be followed.
const mostJoined = 40

// cloud reports draws so many that they are small dots, without lines.
func (e Effects) cloud() bool { return e.Drawn && len(e.Levels) > mostJoined }

// key explains what is drawn.
func (e Effects) key() []entry {
	key := []entry{{name: "median", line: draw.LineStyle{Color: effectColor, Width: totalWidth}}}
	if slices.ContainsFunc(e.Panels, func(f Effect) bool { return slices.ContainsFunc(f.Summary, Interval.bounded) }) {
		key = append(key, entry{name: "95% interval", line: draw.LineStyle{Color: intervalColor, Width: intervalWidth}})
	}
	if line, ok := e.unitLine(); ok {
		key = append(key, entry{name: "one " + e.Unit, line: line})
	}
	return key
}

// intervalWidth is that of an interval's bar, so that lines before it do not hide it.
const intervalWidth = 1.8 * totalWidth

func (i Interval) bounded() bool { return finite(i.Low) && finite(i.High) }

// figure draws for each metric the levels' intervals, before them the thin lines of the
// units, and before those the medians. An axis is logarithmic where the values span more than
// a factor of 20 above 0.
//
// Errors: no levels, no panels, summaries or units that are not one for each level,
// and a panel of which nothing can be drawn.
func (e Effects) figure() (func(draw.Canvas), error) {
	if len(e.Levels) == 0 || len(e.Panels) == 0 {
		return nil, errors.New("plots: effects without levels or metrics; give at least one of each")
	}
	var plots []*plot.Plot
	width := e.dataWidth()
	for _, effect := range e.Panels {
		p, err := effect.plot(e, width)
		if err != nil {
			return nil, fmt.Errorf("plots: %s: %w", effect.Title, err)
		}
		plots = append(plots, p)
	}
	return e.panels(plots).draw, nil
}

func (f Effect) plot(e Effects, width vg.Length) (*plot.Plot, error) {
	y := nothing()
	see := func(v float64) {
		if finite(v) {
			y = y.with(v)
		}
	}
	if len(f.Summary) != len(e.Levels) {
		return nil, fmt.Errorf("%d summaries of %d levels; give one for each", len(f.Summary), len(e.Levels))
	}
	for _, s := range f.Summary {
		see(s.Median)
		see(s.Low)
		see(s.High)
	}
	for _, unit := range f.Units {
		if len(unit) != len(e.Levels) {
			return nil, fmt.Errorf("a unit has %d values for %d levels; give one for each", len(unit), len(e.Levels))
		}
		for _, v := range unit {
			see(v)
		}
	}
	if y.empty() {
		return nil, errors.New("nothing to draw: no value is finite")
	}
	p := plot.New()
	if e.numbered() {
		styleNumbers(&p.X, e, width)
		if p.X.Scale == (plot.LogScale{}) {
			p.Add(centreTitle(&p.X))
		}
	} else {
		names := e.Levels
		if e.Key() != nil {
			names = nil
			for i := range e.Levels {
				names = append(names, fmt.Sprint(i+1))
			}
		}
		styleLevels(&p.X, e.Factor, names, width)
	}
	styleValues(&p.Y, f.YLabel, y)
	places := e.places()
	p.Add(rows{})
	if e.cloud() {
		p.Add(cloud{places, f.Summary})
	} else {
		p.Add(intervals{places, f.Summary})
		if line, ok := e.unitLine(); ok {
			for _, unit := range f.Units {
				s := Series{Values: unit, Steps: places}
				p.Add(curve{runs: s.runs(nil, finite), line: line})
			}
		}
		p.Add(medians{places, f.Summary})
	}
	p.Add(header{subtitle: oneLine(f.Title)})
	return p, nil
}

// styleValues makes an axis of a panel one of values, logarithmic where they are manyfold.
func styleValues(a *plot.Axis, label string, values span) {
	if values.low > 1e-300 && values.high/values.low > manyfold {
		values = values.padded()
		styleAxis(a, label, fewTicks{logarithmic{}})
		a.Scale = plot.LogScale{}
	} else {
		values = values.widened()
		styleAxis(a, label, fewTicks{linear{}})
	}
	a.Min, a.Max = values.low, values.high
}

// rows is a grid of horizontal lines only.
type rows struct{}

// Plot draws a faint line at each label of the y axis.
func (rows) Plot(c draw.Canvas, p *plot.Plot) {
	_, y := p.Transforms(&c)
	for _, tick := range p.Y.Tick.Marker.Ticks(p.Y.Min, p.Y.Max) {
		if at := y(tick.Value); !tick.IsMinor() && c.ContainsY(at) && at > c.Min.Y+hairline {
			c.StrokeLine2(draw.LineStyle{Color: faint, Width: hairline}, c.Min.X, at, c.Max.X, at)
		}
	}
}

// intervals are the intervals of medians at their places.
type intervals struct {
	places []float64
	values []Interval
}

// Plot draws a bar from Low to High.
func (v intervals) Plot(c draw.Canvas, p *plot.Plot) {
	x, y := p.Transforms(&c)
	for i, s := range v.values {
		if at := x(v.places[i]); s.bounded() {
			c.StrokeLine2(draw.LineStyle{Color: intervalColor, Width: intervalWidth}, at, y(s.Low), at, y(s.High))
		}
	}
}

// medians are medians at their places.
type medians intervals

// Plot draws a dot at each median.
func (v medians) Plot(c draw.Canvas, p *plot.Plot) {
	x, y := p.Transforms(&c)
	for i, s := range v.values {
		if !finite(s.Median) {
			continue
		}
		dot := vg.Point{X: x(v.places[i]), Y: y(s.Median)}
		c.DrawGlyph(draw.GlyphStyle{Color: color.White, Radius: 4.2, Shape: draw.CircleGlyph{}}, dot)
		c.DrawGlyph(draw.GlyphStyle{Color: effectColor, Radius: 3.2, Shape: draw.CircleGlyph{}}, dot)
	}
}

// cloud is many medians at their places; where they lie close it is darker.
type cloud intervals

// Plot draws a small dot at each median, over its interval if it has one.
func (v cloud) Plot(c draw.Canvas, p *plot.Plot) {
	x, y := p.Transforms(&c)
	r, g, b, _ := effectColor.RGBA()
	pale := func(alpha uint8) color.Color { return color.NRGBA{uint8(r >> 8), uint8(g >> 8), uint8(b >> 8), alpha} }
	for i, s := range v.values {
		if !finite(s.Median) {
			continue
		}
		at := x(v.places[i])
		if s.bounded() {
			c.StrokeLine2(draw.LineStyle{Color: pale(0x40), Width: hairline}, at, y(s.Low), at, y(s.High))
		}
		c.DrawGlyph(draw.GlyphStyle{Color: pale(0x80), Radius: 1.6, Shape: draw.CircleGlyph{}}, vg.Point{X: at, Y: y(s.Median)})
	}
}

var (
	_ Figure       = Effects{}
	_ plot.Plotter = rows{}
	_ plot.Plotter = intervals{}
	_ plot.Plotter = medians{}
	_ plot.Plotter = cloud{}
)
