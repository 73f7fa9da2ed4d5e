package plots

import (
	"math"
	"slices"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// A curve is a line with gaps: runs of points, each joined by a line.
type curve struct {
	runs []plotter.XYs
	line draw.LineStyle
}

// runs splits a series where a point cannot be drawn and where a stage begins.
func (s Series) runs(stages []Stage, drawable func(float64) bool) []plotter.XYs {
	var runs []plotter.XYs
	joined := false // whether the next point continues the last run
	for i, step := range s.Steps {
		if !finite(step) || !drawable(s.Values[i]) {
			joined = false
			continue
		}
		if i > 0 && crosses(stages, s.Steps[i-1], step) && !s.ends(i) {
			joined = false
		}
		if !joined {
			runs = append(runs, nil)
			joined = true
		}
		last := &runs[len(runs)-1]
		*last = append(*last, plotter.XY{X: step, Y: s.Values[i]})
	}
	return runs
}

// ends reports whether point i is the last of its stage though the next one begins at the
// same place, as by the count of iterations: a gap follows there.
func (s Series) ends(i int) bool {
	return i+1 < len(s.Steps) && s.Steps[i+1] == s.Steps[i] && math.IsNaN(s.Values[i+1])
}

// crosses reports whether a stage begins after step a and not after step b.
func crosses(stages []Stage, a, b float64) bool {
	for _, s := range stages {
		if a < s.At && s.At <= b {
			return true
		}
	}
	return false
}

// Plot draws each run, clipped to the axes; a point alone becomes a dot.
func (v curve) Plot(c draw.Canvas, p *plot.Plot) {
	x, y := p.Transforms(&c)
	for _, run := range v.runs {
		points := make([]vg.Point, len(run))
		for i, xy := range run {
			points[i] = vg.Point{X: x(xy.X), Y: y(xy.Y)}
		}
		points = thinned(points)
		if len(points) == 1 {
			if c.Contains(points[0]) {
				c.DrawGlyph(draw.GlyphStyle{Color: v.line.Color, Radius: v.line.Width, Shape: draw.CircleGlyph{}}, points[0])
			}
			continue
		}
		c.StrokeLines(v.line, c.ClipLinesXY(points)...)
	}
}

// columnWidth is the width within which two points cannot be distinguished: less
// than a pixel of Write's.
const columnWidth = vg.Length(0.25)

// thinned leaves of the points in each column the first, the lowest, the highest
// and the last, in their order: the line looks the same, and the file of a run of a
// million iterations stays small.
func thinned(points []vg.Point) []vg.Point {
	column := func(p vg.Point) vg.Length { return vg.Length(math.Floor(float64(p.X / columnWidth))) }
	var kept []vg.Point
	for begin, end := 0, 0; begin < len(points); begin = end {
		low, high := begin, begin
		for end = begin; end < len(points) && column(points[end]) == column(points[begin]); end++ {
			if points[end].Y < points[low].Y {
				low = end
			}
			if points[end].Y > points[high].Y {
				high = end
			}
		}
		which := []int{begin, min(low, high), max(low, high), end - 1}
		for _, i := range slices.Compact(which) {
			kept = append(kept, points[i])
		}
	}
	return kept
}
