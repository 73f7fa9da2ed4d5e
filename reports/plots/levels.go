package plots

import (
	"strings"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"runexp/reports/typeface"
)

// levels are the ticks of an axis of things that are named: 0, 1, 2, ….
type levels []string

// Ticks returns one tick for each level.
func (l levels) Ticks(low, high float64) []plot.Tick {
	var ticks []plot.Tick
	for i, label := range l {
		if at := float64(i); at >= low && at <= high {
			ticks = append(ticks, plot.Tick{Value: at, Label: label})
		}
	}
	return ticks
}

// mostLines is how many lines a level's name may take.
const mostLines = 4

// wrapped breaks a name into lines of a width; whole reports whether nothing was left out.
func wrapped(name string, style text.Style, width vg.Length) (txt string, whole bool) {
	lines, whole := typeface.Wrap(name, mostLines, func(s string) bool { return style.Width(s) <= width })
	return strings.Join(lines, "\n"), whole
}

// levelWidth is how wide the name of one of n levels may be.
func levelWidth(data vg.Length, n int) vg.Length { return data/vg.Length(n) - 2*stageGap }

// styleLevels makes an axis one of levels; width is about that of the data.
func styleLevels(a *plot.Axis, title string, names []string, width vg.Length) {
	label := textStyle(tickSize, ink)
	ticks := make(levels, len(names))
	for i, name := range names {
		ticks[i], _ = wrapped(oneLine(name), label, levelWidth(width, len(names)))
	}
	styleAxis(a, title, ticks)
	a.Tick.Label.XAlign, a.Tick.Label.YAlign = draw.XCenter, draw.YTop
	a.Min, a.Max = -0.5, float64(len(names))-0.5
}
