package sweep

import (
	"encoding/json"
	"strings"
	"testing"

	"runexp/framework/store"
)

// A layout without axes has no headers: the settings are below each picture.
func TestUnlevelledCaptions(t *testing.T) {
	y := full(levelsOf("losses.style.weight", 3), levelsOf("losses.tv.weight + stages.0.optimizer.lr", 2))
	y.plan.Parameters[0].drawn = true
	l := y.gridLayout()
	want := "losses.style.weight2 style.weight\nlosses.tv.weight + stages.0.optimizer.lr0 tv.weight + optimizer.lr\nrun 4"
	if got := l.caption(y.trials[4], "run 4"); got != want {
		t.Errorf("%q, want %q", got, want)
	}
	y.plan.Parameters[0].drawn = false
	if got := y.gridLayout().caption(y.trials[4], "run 4"); got != "run 4" {
		t.Errorf("a grid with headers has %q below its pictures", got)
	}
	many := full(levelsOf("a", 1), levelsOf("b", 1), levelsOf("c", 1), levelsOf("d", 1), levelsOf("e", 1), levelsOf("f", 1))
	many.plan.Parameters[0].drawn = true
	if got := many.gridLayout().caption(many.trials[0], "run 0"); strings.Count(got, "\n") != 1 {
		t.Errorf("six settings take %q", got)
	}
}

// Drawn numbers have the axis of their distribution, others that of their spacing.
func TestAxesOfParameters(t *testing.T) {
	const plan = `{"method": "random", "parameters": [
		{"path": "a", "range": {"min": 1, "max": 100, "distribution": "log_uniform"}},
		{"path": "b", "range": {"min": 1, "max": 100, "distribution": "uniform"}},
		{"path": "c", "labels": ["1", "10", "100"], "numbers": [1, 10, 100]},
		{"path": "d", "labels": ["1", "2", "3"], "numbers": [1, 2, 3]},
		{"path": "e", "labels": ["max", "average"]}]}`
	p, err := readPlan(sweepOf(plan))
	if err != nil {
		t.Fatal(err)
	}
	p.Parameters[0].Numbers, p.Parameters[1].Numbers = []float64{50, 60, 70}, []float64{1, 10, 100} // as the draw would have it
	for i, want := range []bool{true, false, true, false, false} {
		if got := p.Parameters[i].log(); got != want {
			t.Errorf("%s: logarithmic %t", p.Parameters[i].Path, got)
		}
	}
}

func sweepOf(plan string) store.Sweep { return store.Sweep{Plan: json.RawMessage(plan)} }
