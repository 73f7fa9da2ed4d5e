package store

import (
	"errors"
	"strings"
	"testing"
)

func TestMarks(t *testing.T) {
	ctx, s := t.Context(), searched(t)
	marks := must(s.Marks(ctx))(t)
	if m := marks[3]; len(marks) != 2 || !m.Star || m.Note != "a note of 🖼" || strings.Join(m.Tags, " ") != "good" || !m.Deleted.IsZero() {
		t.Errorf("%+v", marks)
	}
	if tags := must(s.Tags(ctx))(t); len(tags) != 2 || tags[0] != (TagCount{"good", 2}) || tags[1] != (TagCount{"seen", 1}) {
		t.Errorf("tags %v", tags)
	}
	star, note := false, ""
	check(t, s.Mark(ctx, []int64{3}, MarksChange{Star: &star, Note: &note}))
	if m := must(s.Marks(ctx, 3))(t)[3]; m.Star || m.Note != "" || len(m.Tags) != 1 {
		t.Errorf("%+v", m)
	}
}

// A deleted run is in no listing, "last" and no trial, and comes back whole.
func TestDelete(t *testing.T) {
	ctx, s := t.Context(), openTest(t)
	deleted, kept := true, false
	trial := NewRun{Experiment: "e", TrialHash: "h", UnlessDone: []Status{Finished}, Params: []Param{{"seed", []byte(`1`)}}}
	first := begin(t, s, trial)
	check(t, first.Artifact(ctx, Artifact{Kind: "picture", Name: "picture.png", Data: []byte("p")}))
	check(t, first.Log(ctx, 0, []Value{{"loss/total", 1}}))
	if err := s.Mark(ctx, []int64{first.Number()}, MarksChange{Deleted: &deleted}); !errors.As(err, new(*RunningError)) {
		t.Errorf("a run that is running was deleted: %v", err)
	}
	check(t, first.Finish(ctx, Finished, ""))
	w := must(s.PlanSweep(ctx, NewSweep{Experiment: "e", Method: "grid", Plan: []byte(`{}`), Trials: []PlannedTrial{{Hash: "h", Point: []byte(`{}`)}}}))(t)
	other := begin(t, s, NewRun{Experiment: "e"})
	check(t, other.Finish(ctx, Finished, ""))

	check(t, s.Mark(ctx, []int64{first.Number(), other.Number()}, MarksChange{Deleted: &deleted}))
	if got := list(t, s, Filter{}); got != "" {
		t.Errorf("listed %s", got)
	}
	if got := list(t, s, Filter{Deleted: true}); got != "2 1" {
		t.Errorf("deleted are %s", got)
	}
	if trials := must(s.SweepTrials(ctx, w.Number))(t); trials[0].Run != nil || trials[0].Deleted != first.Number() {
		t.Errorf("the trial has run %v, and %d is deleted", trials[0].Run, trials[0].Deleted)
	}
	if _, err := s.FindRun(ctx, "last"); !errors.Is(err, ErrNotFound) {
		t.Errorf("last: %v", err)
	}
	if run := must(s.FindRun(ctx, "1"))(t); run.Number != 1 {
		t.Errorf("found %v", run)
	}
	check(t, s.Score(ctx, first.Number(), Scorer{"aaaaaaaaaa", []byte(`{}`)}, []Value{{"eval/noise", 1}}))
	for view, want := range map[string]int{
		"run_list": 0, "trial_list WHERE run IS NOT NULL": 0, "trial_list": 1,
		"run_losses": 0, "run_metrics": 0, "run_scores": 0, "run_params": 0, "run_pictures": 0, "run_environment": 0, "metrics": 1, "scores": 1, "params": 1, "artifacts": 1,
	} {
		var n int
		check(t, s.writer.QueryRow("SELECT count(*) FROM "+view).Scan(&n))
		if n != want {
			t.Errorf("%s has %d rows, want %d", view, n, want)
		}
	}
	again := begin(t, s, trial) // it is not done any more
	check(t, again.Finish(ctx, Finished, ""))
	if trials := must(s.SweepTrials(ctx, w.Number))(t); trials[0].Deleted != 0 {
		t.Errorf("the trial was run again, and has run %d deleted", trials[0].Deleted)
	}

	check(t, s.Mark(ctx, []int64{1}, MarksChange{Deleted: &kept}))
	if got := list(t, s, Filter{}); got != "3 1" {
		t.Errorf("after it was restored: %s", got)
	}
	check(t, readAll(t, s))
}

// All runs are marked, or none.
func TestMarkErrors(t *testing.T) {
	ctx, s := t.Context(), searched(t)
	star, long := true, strings.Repeat("n", longestNote+1)
	many := MarksChange{}
	for i := range mostTags + 1 {
		many.AddTags = append(many.AddTags, strings.Repeat("t", i%longestTag+1)+strings.Repeat("u", i/longestTag))
	}
	for want, change := range map[string]MarksChange{
		"write \"two words\" as one word":      {AddTags: []string{"fine", "two words"}},
		"1 to 64 characters":                   {AddTags: []string{""}},
		"a note has at most 65536 bytes":       {Note: &long},
		"too many tags: a run has at most 100": many,
	} {
		if err := s.Mark(ctx, []int64{1}, change); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %s", err, want)
		}
	}
	wantError(t, s.Mark(ctx, []int64{1, 99}, MarksChange{Star: &star}), ErrNotFound)
	if marks := must(s.Marks(ctx, 1))(t); len(marks) != 0 {
		t.Errorf("run 1 has %+v", marks)
	}
}

// A store from before there were marks is read.
func TestMarksOfOlderStores(t *testing.T) {
	path := atVersion(t, marksVersion-1)
	s := must(OpenReadOnly(t.Context(), path))(t)
	defer s.Close()
	if marks := must(s.Marks(t.Context()))(t); len(marks) > 0 {
		t.Errorf("%v", marks)
	}
	if tags := must(s.Tags(t.Context()))(t); len(tags) > 0 {
		t.Errorf("%v", tags)
	}
	if got := list(t, s, Filter{}) + "/" + list(t, s, Filter{Deleted: true}); got != "1/" {
		t.Errorf("runs %s", got)
	}
	if run := must(s.FindRun(t.Context(), "last"))(t); run.Number != 1 {
		t.Errorf("last is %v", run)
	}
}
