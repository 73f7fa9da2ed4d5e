package store

import (
	"fmt"
	"slices"
	"testing"
)

// What is read of many runs at once is what is read of each.
func TestManyRuns(t *testing.T) {
	ctx, s := t.Context(), openTest(t)
	var runs []int64
	for i := range 3 {
		r := begin(t, s, NewRun{Experiment: "e", Params: []Param{
			{"a", []byte(`1`)}, {"b", []byte(fmt.Sprint(i / 2))}, {"c", []byte(`"é"`)}, {"d", []byte(fmt.Sprintf(`[%d]`, i))},
		}[:4-i%2]})
		for _, kind := range []string{"picture", "content", "style", "plot"} {
			check(t, r.Artifact(ctx, Artifact{Kind: kind, Name: kind + ".png", Stage: 1, Step: i, MIME: "image/png", Width: 2, Height: 1, Data: []byte{byte(i), kind[0]}}))
		}
		check(t, r.Finish(ctx, Finished, ""))
		if i < 2 {
			check(t, s.Score(ctx, r.Number(), Scorer{"5c", []byte(`{}`)}, []Value{{"eval/z", 1}, {"eval/a", float64(i)}}))
		}
		check(t, s.Score(ctx, r.Number(), Scorer{"another", []byte(`{}`)}, []Value{{"eval/z", 9}}))
		runs = append(runs, r.Number())
	}
	pictures := must(s.Pictures(ctx, runs[1:]))(t)
	if len(pictures) != 2 {
		t.Errorf("pictures of %d runs", len(pictures))
	}
	for run, got := range pictures {
		all := must(s.Artifacts(ctx, run))(t)
		for i := range all {
			all[i].Created = got[min(i, len(got)-1)].Created
		}
		if len(got) != 3 || fmt.Sprint(got) != fmt.Sprint(all[:3]) { // the plot is none
			t.Errorf("run %d: %v, want %v", run, got, all[:3])
		}
	}
	scores := must(s.ScoresOf(ctx, runs, "5c"))(t)
	if len(scores) != 2 || !slices.Equal(scores[runs[1]], must(s.Scores(ctx, runs[1], "5c"))(t)) || len(scores[runs[1]]) != 2 {
		t.Errorf("scores %v", scores)
	}
	var paths []string
	for _, d := range must(s.Differing(ctx, runs))(t) {
		paths = append(paths, fmt.Sprintf("%s %s %s %s", d.Path, d.Values[runs[0]], d.Values[runs[1]], d.Values[runs[2]]))
	}
	if want := []string{"b 0 0 1", `d [0]  [2]`}; !slices.Equal(paths, want) {
		t.Errorf("differing %q, want %q", paths, want)
	}
	if got := must(s.Differing(ctx, nil))(t); len(got) != 0 {
		t.Errorf("of no run differ %v", got)
	}
}
