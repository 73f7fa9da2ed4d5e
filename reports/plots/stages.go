package plots

import (
	"math"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"runexp/reports/typeface"
)

// stageLabels show the stages: dashed boundaries, with labels in rows above the
// data, where they hide nothing.
type stageLabels struct {
	stages []Stage // that begin within the axis, and the one before them
	low    float64 // of the axis
	rows   int     // that are kept free
}

const (
	stageRow = 1.4 * tickSize // height of a row of labels
	stageGap = vg.Length(3)   // between a boundary and its label, and between labels
	mostRows = 3
	// narrow is the width of the data's area that rows are kept free for: the
	// width of the figure is not known yet when gonum/plot asks for the height.
	narrow = 3 * vg.Inch
)

// newStageLabels returns the labels of an axis from low to high.
func newStageLabels(all []Stage, low, high float64) stageLabels {
	s := stageLabels{low: low, rows: mostRows}
	for i, stage := range all {
		over := i+1 < len(all) && all[i+1].At <= low
		if !over && stage.At < high {
			s.stages = append(s.stages, stage)
		}
	}
	rows := 0
	for _, label := range s.layout(0, narrow, func(step float64) vg.Length { return narrow * vg.Length((step-low)/(high-low)) }) {
		rows = max(rows, label.row+1)
	}
	s.rows = rows
	return s
}

// A stageLabel is the place of a label and of its boundary, which reaches up
// through the label's row.
type stageLabel struct {
	text        string
	left, right vg.Length
	boundary    vg.Length
	row         int // counted from the data upwards; -1 if there is no place
}

// layout places the label of each stage, left and right being the ends of the
// data and x turning a step into a place between them: to the right of its
// boundary, or to the left where the data end, in the lowest row where it
// meets no label and no boundary. So labels are placed from the last to the
// first, and then those on the left of their boundary from the first to the last.
func (s stageLabels) layout(left, right vg.Length, x func(float64) vg.Length) []stageLabel {
	labels := make([]stageLabel, len(s.stages))
	var order, turned []int
	names := make([]string, len(s.stages))
	for i, stage := range s.stages {
		names[i] = oneLine(stage.Label)
	}
	names = typeface.ShortenAll(names, longestLabel)
	for i, stage := range s.stages {
		l := stageLabel{text: names[i], boundary: x(stage.At), row: -1}
		width := stageText().Width(l.text)
		switch {
		case stage.At <= s.low:
			l.left, l.boundary = left, vg.Length(math.Inf(-1)) // none is drawn
		case l.boundary+stageGap+width <= right:
			l.left = l.boundary + stageGap
		default:
			l.left = max(left, l.boundary-stageGap-width)
		}
		l.right = l.left + width
		labels[i] = l
		switch {
		case l.text == "":
		case l.left < l.boundary:
			turned = append(turned, i)
		default:
			order = append([]int{i}, order...)
		}
	}
	for _, i := range append(order, turned...) {
		for row := 0; row < s.rows && labels[i].row < 0; row++ {
			if !labels[i].meets(labels, row) {
				labels[i].row = row
			}
		}
	}
	return labels
}

// meets reports whether l, put into row, would touch one of those that have a row.
func (l stageLabel) meets(placed []stageLabel, row int) bool {
	for _, p := range placed {
		if p.row < 0 {
			continue
		}
		sameRow := p.row == row && p.left < l.right+2*stageGap && l.left < p.right+2*stageGap
		underBoundary := p.row >= row && l.left < p.boundary && p.boundary < l.right+stageGap
		overBoundary := p.row <= row && p.left < l.boundary && l.boundary < p.right+stageGap
		if sameRow || underBoundary || overBoundary {
			return true
		}
	}
	return false
}

func stageText() text.Style { return textStyle(tickSize, muted) }

func (s stageLabels) height() vg.Length { return vg.Length(s.rows) * stageRow }

// Plot draws boundaries and labels; a label that finds no place in the rows
// that were kept free is left out.
func (s stageLabels) Plot(c draw.Canvas, p *plot.Plot) {
	x, _ := p.Transforms(&c)
	line := draw.LineStyle{Color: muted, Width: 0.7, Dashes: []vg.Length{3, 2.5}}
	for i, label := range s.layout(c.Min.X, c.Max.X, x) {
		top := c.Max.Y + vg.Length(label.row+1)*stageRow
		if s.stages[i].At > s.low {
			c.StrokeLine2(line, label.boundary, c.Min.Y, label.boundary, top)
		}
		if label.row >= 0 {
			drawText(c, stageText(), vg.Point{X: label.left, Y: top - stageRow/2}, label.text)
		}
	}
}
