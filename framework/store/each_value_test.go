package store

import (
	"errors"
	"fmt"
	"math"
	"testing"
)

// All values of a run are read whatever the size of a page, each once, and none of another.
func TestEachValue(t *testing.T) {
	ctx, s := t.Context(), openTest(t)
	other, r := begin(t, s, NewRun{}), begin(t, s, NewRun{})
	var want []string
	for _, name := range []string{"loss/a", "loss/total", "rate"} {
		for step, value := range []float64{0.1 + 0.2, math.NaN(), math.Inf(1), math.Inf(-1), math.MaxFloat64} {
			check(t, r.Log(ctx, 7*step, []Value{{name, value}}))
			check(t, other.Log(ctx, step, []Value{{name, 9}}))
			want = append(want, fmt.Sprint(Logged{name, 7 * step, value}))
		}
	}
	check(t, r.Finish(ctx, Finished, ""))
	check(t, other.Finish(ctx, Finished, ""))
	for _, page := range []int{1, 2, 5, 14, 15, 16, valuesPage} {
		var got []string
		for v, err := range s.eachValue(ctx, r.Number(), page) {
			check(t, err)
			got = append(got, fmt.Sprint(v))
		}
		if fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("pages of %d: got %v, want %v", page, got, want)
		}
	}
	for _, err := range s.eachValue(ctx, r.Number(), 2) {
		check(t, err)
		break
	}
	for v, err := range s.EachValue(ctx, 99) {
		if !errors.Is(err, ErrNotFound) {
			t.Errorf("of no run: %v, %v", v, err)
		}
	}
}

func TestAllScores(t *testing.T) {
	s := openTest(t)
	must(s.PlanSweep(t.Context(), numbersSweep()))(t)
	finishTrial(t, s, "h0")
	got := must(s.AllScores(t.Context(), 1))(t)
	seen := map[string]float64{}
	for _, v := range got {
		seen[v.Scorer+" "+v.Name] = v.Value.Value
	}
	if len(got) != 4 || seen["5c eval/content"] != 0.25 || seen["other "+quotedMetric] != 99 {
		t.Errorf("got %v", got)
	}
	_, err := s.AllScores(t.Context(), 99)
	wantError(t, err, ErrNotFound)
}

// The rows of a sweep are those of its view, also where the user has a table of its name.
func TestSweepRows(t *testing.T) {
	for _, taken := range []string{`SELECT 1`, `CREATE TABLE sweep_1 (mine)`} {
		s := openTest(t)
		must(s.writer.Exec(taken))(t)
		must(s.PlanSweep(t.Context(), numbersSweep()))(t)
		finishTrial(t, s, "h1")
		columns, rows, err := s.SweepRows(t.Context(), 1)
		check(t, err)
		if len(rows) != 2 || columns[0] != "trial" || columns[len(columns)-1] != "loss/style" || rows[0][1] != nil || rows[1][1] != int64(1) || rows[1][len(columns)-1] != 7.0 {
			t.Errorf("got %v, %v", columns, rows)
		}
		_, _, err = s.SweepRows(t.Context(), 2)
		wantError(t, err, ErrNotFound)
	}
}
