package plots

import (
	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg/draw"
)

// A grid is a faint line at each label of either axis.
type grid struct{}

// Plot draws the grid over the data's area.
func (grid) Plot(c draw.Canvas, p *plot.Plot) {
	x, y := p.Transforms(&c)
	line := draw.LineStyle{Color: faint, Width: hairline}
	for _, tick := range p.X.Tick.Marker.Ticks(p.X.Min, p.X.Max) {
		// Not on the y axis itself.
		if at := x(tick.Value); !tick.IsMinor() && c.ContainsX(at) && at > c.Min.X+hairline {
			c.StrokeLine2(line, at, c.Min.Y, at, c.Max.Y)
		}
	}
	for _, tick := range p.Y.Tick.Marker.Ticks(p.Y.Min, p.Y.Max) {
		if at := y(tick.Value); !tick.IsMinor() && c.ContainsY(at) && at > c.Min.Y+hairline {
			c.StrokeLine2(line, c.Min.X, at, c.Max.X, at)
		}
	}
}
