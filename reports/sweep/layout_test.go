package sweep

import (
	"fmt"
	"testing"

	"runexp/framework/store"
	"runexp/framework/store/record"
	"runexp/reports/effects"
)

// levelsOf names n levels of a parameter.
func levelsOf(path string, n int) parameter {
	p := parameter{Parameter: record.Parameter{Path: path}}
	for i := range n {
		p.Labels = append(p.Labels, fmt.Sprint(path, i))
	}
	return p
}

// full is a study of every combination of the parameters' levels, all finished.
func full(parameters ...parameter) *Study {
	y := &Study{plan: plan{Parameters: parameters}}
	y.units = []effects.Unit{{Label: "a × b"}}
	levels := make([]int, len(parameters))
	for {
		t := trial{point: point{record.Point{Levels: append([]int{}, levels...)}}}
		t.Number = len(y.trials)
		t.Run = &store.RunSummary{RunRef: store.RunRef{Number: int64(len(y.trials))}, Status: store.Finished}
		y.trials = append(y.trials, t)
		i := len(levels) - 1
		for ; i >= 0; i-- {
			if levels[i]++; levels[i] < len(parameters[i].Labels) {
				break
			}
			levels[i] = 0
		}
		if i < 0 {
			return y
		}
	}
}

// The two factors with the most levels are the axes, the others are held, and no
// more is shown than there is room for.
func TestGridLayout(t *testing.T) {
	y := full(levelsOf("a", 2), levelsOf("b", 12), levelsOf("c", 3))
	l := y.gridLayout()
	if got, want := l.text(y), "Columns are b (8 of 12 levels), rows are c; all at a a0."; got != want {
		t.Errorf("%s, want %s", got, want)
	}
	g := l.grid("")
	if len(g.Cells) != 3 || len(g.Cells[0]) != 8 || g.Columns.Levels[7] != "b11" || g.Rows.Levels[2] != "c2" || g.Cells[2][7].Note != "not planned" {
		t.Errorf("the grid is %+v", g)
	}
	seen := map[cellPlace]bool{}
	for _, trial := range y.trials {
		at, shown := l.place(trial)
		if !shown {
			continue
		}
		if seen[at] || trial.point.Levels[0] != 0 || g.Columns.Levels[at.column] != y.plan.label(trial, 1) || g.Rows.Levels[at.row] != y.plan.label(trial, 2) {
			t.Errorf("trial %v is at %+v", trial.point.Levels, at)
		}
		seen[at] = true
	}
	if len(seen) != 24 {
		t.Errorf("%d cells are filled", len(seen))
	}
	one := full(levelsOf("a", 2))
	if l := one.gridLayout(); l.text(one) != "Columns are a." || len(l.grid("").Cells) != 1 {
		t.Errorf("one factor: %s", l.text(one))
	}
}

// Where values were drawn the settings follow each other, four to a row.
func TestUnlevelledLayout(t *testing.T) {
	p := levelsOf("a", 6)
	p.drawn = true
	y := full(p)
	l := y.gridLayout()
	if g := l.grid(""); len(g.Cells) != 2 || len(g.Cells[0]) != 4 {
		t.Errorf("%d rows of %d", len(g.Cells), len(g.Cells[0]))
	}
	if at, shown := l.place(y.trials[5]); !shown || at != (cellPlace{1, 1}) {
		t.Errorf("the last is at %+v, %t", at, shown)
	}
}

// Levels that an effect does not have are gaps in a unit's line.
func TestUnitLines(t *testing.T) {
	e := &effects.Effect{Levels: []effects.LevelSummary{{Label: "a2", Units: []float64{3, 4}}, {Label: "a0", Units: []float64{1, 2}}}}
	if got := fmt.Sprint(unitLines(e, parameter{Parameter: record.Parameter{Labels: []string{"a0", "a1", "a2"}}})); got != "[[1 NaN 3] [2 NaN 4]]" {
		t.Errorf("lines %s", got)
	}
}
