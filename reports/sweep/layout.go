package sweep

import (
	"fmt"
	"slices"
	"strings"

	"runexp/framework/store"
	"runexp/reports"
	"runexp/reports/sheet"
)

// What one grid has room for.
const (
	mostColumns = 8
	mostRows    = 8
	// mostCaptionLines is how many settings have a line each.
	mostCaptionLines = 5
)

// A layout assigns trials to the cells of a grid. An axis of −1 has one level.
type layout struct {
	plan         plan
	columns      int // parameter
	rows         int
	columnLevels []int // that are shown
	rowLevels    []int
	others       []int // parameters that are held at the level of the first trial
	first        trial
	unlevelled   bool // drawn values have no levels to be axes: settings in order
	settings     []string
}

type cellPlace struct{ row, column int }

// gridLayout chooses the axes: the two factors with the most levels, the first of
// them for the columns. Drawn values are laid out in order, without axes.
func (y *Study) gridLayout() layout {
	l := layout{plan: y.plan, columns: -1, rows: -1, first: y.trials[0]}
	for _, t := range y.trials { // a setting that was finished
		if t.status() == string(store.Finished) {
			l.first = t
			break
		}
	}
	drawn := y.unlevelled()
	if drawn || len(y.plan.Parameters) == 0 {
		l.unlevelled = true
		var all []string
		for _, t := range y.trials {
			if name := y.plan.setting(t); !slices.Contains(all, name) {
				all = append(all, name)
			}
		}
		l.settings = reports.Evenly(all, mostColumns*mostRows/2)
		return l
	}
	axes := indices(len(y.plan.Parameters))
	slices.SortStableFunc(axes, func(a, b int) int {
		return len(y.plan.Parameters[b].Labels) - len(y.plan.Parameters[a].Labels)
	})
	l.columns, l.columnLevels = axes[0], reports.Evenly(indices(len(y.plan.Parameters[axes[0]].Labels)), mostColumns)
	if len(axes) > 1 {
		l.rows, l.rowLevels = axes[1], reports.Evenly(indices(len(y.plan.Parameters[axes[1]].Labels)), mostRows)
		l.others = axes[2:]
	}
	return l
}

// setting names a trial's place in the sweep whatever its pair.
func (p plan) setting(t trial) string {
	var parts []string
	for i := range p.Parameters {
		parts = append(parts, p.label(t, i))
	}
	return strings.Join(parts, " · ")
}

// caption is the text below a trial's picture: its note, and before it, where no
// header has them, its settings, a line each, the value first so that it is not cut.
func (l layout) caption(t trial, note string) string {
	if !l.unlevelled {
		return note
	}
	var lines []string
	for i, p := range l.plan.Parameters {
		lines = append(lines, l.plan.label(t, i)+" "+shortPath(p.Path))
	}
	if len(lines) > mostCaptionLines {
		lines = []string{l.plan.setting(t)}
	}
	return strings.Join(append(lines, note), "\n")
}

// shortPath is the end of a path, or of each of a zip's, that is enough beside its value:
// style.weight of losses.style.weight.
func shortPath(path string) string {
	var short []string
	for one := range strings.SplitSeq(path, " + ") {
		parts := strings.Split(one, ".")
		short = append(short, strings.Join(parts[max(0, len(parts)-2):], "."))
	}
	return strings.Join(short, " + ")
}

func indices(n int) []int {
	list := make([]int, n)
	for i := range list {
		list[i] = i
	}
	return list
}

// text describes the axes of the grids, and what they leave out.
func (l layout) text(y *Study) string {
	if l.unlevelled {
		text := "The settings in the order of the trials"
		if len(y.plan.Parameters) > 0 {
			var paths []string
			for _, p := range y.plan.Parameters {
				paths = append(paths, p.Path)
			}
			text += ": " + strings.Join(paths, " · ")
		}
		return text + "."
	}
	axis := func(side string, parameter int, shown []int) string {
		text := fmt.Sprintf("%s are %s", side, y.plan.Parameters[parameter].Path)
		if all := len(y.plan.Parameters[parameter].Labels); all > len(shown) {
			text += fmt.Sprintf(" (%d of %d levels)", len(shown), all)
		}
		return text
	}
	text := axis("Columns", l.columns, l.columnLevels)
	if l.rows >= 0 {
		text += ", " + axis("rows", l.rows, l.rowLevels)
	}
	var held []string
	for _, i := range l.others {
		held = append(held, fmt.Sprintf("%s %s", y.plan.Parameters[i].Path, y.plan.label(l.first, i)))
	}
	if len(held) > 0 {
		text += "; all at " + strings.Join(held, ", ")
	}
	return text + "."
}

// grid returns an empty grid.
func (l layout) grid(title string) sheet.Grid {
	g := sheet.Grid{Title: title, Rows: sheet.Axis{Levels: []string{""}}}
	switch {
	case l.unlevelled:
		columns := min(len(l.settings), mostColumns/2)
		g.Columns.Levels = make([]string, columns)
		g.Rows.Levels = make([]string, (len(l.settings)+columns-1)/columns)
	default:
		g.Columns = axisOf(l.plan.Parameters[l.columns], l.columnLevels)
		if l.rows >= 0 {
			g.Rows = axisOf(l.plan.Parameters[l.rows], l.rowLevels)
		}
	}
	for range g.Rows.Levels {
		row := make([]sheet.Cell, len(g.Columns.Levels))
		for i := range row {
			if !l.unlevelled {
				row[i].Note = "not planned"
			}
		}
		g.Cells = append(g.Cells, row)
	}
	return g
}

func axisOf(p parameter, levels []int) sheet.Axis {
	axis := sheet.Axis{Name: p.Path}
	for _, level := range levels {
		axis.Levels = append(axis.Levels, p.Labels[level])
	}
	return axis
}

// place returns the cell of a trial, false if the grid does not show it.
func (l layout) place(t trial) (cellPlace, bool) {
	if l.unlevelled {
		name := l.plan.setting(t)
		i := slices.Index(l.settings, name)
		columns := min(len(l.settings), mostColumns/2)
		return cellPlace{max(i, 0) / columns, max(i, 0) % columns}, i >= 0
	}
	for _, i := range l.others {
		if t.point.Levels[i] != l.first.point.Levels[i] {
			return cellPlace{}, false
		}
	}
	at := cellPlace{column: slices.Index(l.columnLevels, t.point.Levels[l.columns])}
	if l.rows >= 0 {
		at.row = slices.Index(l.rowLevels, t.point.Levels[l.rows])
	}
	return at, at.row >= 0 && at.column >= 0
}
