package store

import (
	"encoding/json"
	"fmt"
	"testing"
)

// A trial without a run says why: in the views, and to programs.
func TestTrialsWithoutARun(t *testing.T) {
	ctx, s := t.Context(), openTest(t)
	var trials []PlannedTrial
	for i := range 4 {
		trials = append(trials, PlannedTrial{Number: i, Hash: fmt.Sprint("h", i), Point: json.RawMessage(`{}`)})
	}
	sweep := must(s.PlanSweep(ctx, NewSweep{Experiment: "e", Method: "grid", Plan: json.RawMessage(`{}`), Trials: trials}))(t)
	deleted := true
	for i := range 2 {
		r := begin(t, s, NewRun{Experiment: "e", TrialHash: fmt.Sprint("h", i)})
		check(t, r.Finish(ctx, Finished, ""))
		if i == 1 {
			check(t, s.Mark(ctx, []int64{r.Number()}, MarksChange{Deleted: &deleted}))
		}
	}
	check(t, s.Unbegun(ctx, "e", "h2", "the image has gone"))
	check(t, s.Unbegun(ctx, "other", "h3", "of another experiment"))
	status := func() (list []string) {
		for _, view := range []string{`SELECT status || ': ' || problem FROM trial_list ORDER BY trial`, fmt.Sprintf(`SELECT status FROM %s ORDER BY trial`, SweepView(sweep.Number))} {
			check(t, s.Query(ctx, view, func(_ []string, values []any) error {
				if values != nil {
					list = append(list, values[0].(string))
				}
				return nil
			}))
		}
		return list
	}
	if got, want := fmt.Sprint(status()), "[finished:  deleted:  not begun: the image has gone not begun:  finished deleted not begun not begun]"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if list := must(s.SweepTrials(ctx, sweep.Number))(t); list[2].Problem != "the image has gone" || list[3].Problem != "" {
		t.Errorf("problems %q, %q", list[2].Problem, list[3].Problem)
	}
	begin(t, s, NewRun{Experiment: "e", TrialHash: "h2"})
	if got := status()[2]; got != "running: " {
		t.Errorf("a trial that has begun is %s", got)
	}
}
