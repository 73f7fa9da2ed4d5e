package store

import (
	"fmt"
	"slices"
	"testing"
)

// The view and the program say the same of metrics: unit, direction, and what they are.
func TestMetricInfo(t *testing.T) {
	s := openTest(t)
	r := begin(t, s, NewRun{})
	for _, name := range []string{"loss/total", "loss/style/conv1_1", "time/iteration", "memory/peak", "rate", "evaluations", "other", "eval/content"} {
		check(t, r.Log(t.Context(), 0, []Value{{name, 1}}))
	}
	check(t, r.Finish(t.Context(), Finished, ""))
	for hash, description := range map[string]string{
		"aaaaaaaa1": `{"metrics": [{"name": "eval/ssim", "label": "SSIM", "doc": "similarity", "better": "higher"}, {"name": "eval/noise", "label": "noise", "unit": "levels of 255", "better": "lower"}]}`,
		"bbbbbbbb2": `{"metrics": [{"name": "eval/ssim", "label": "SSIM", "better": "higher"}]}`, "cccccccc3": `{}`,
	} {
		check(t, s.Score(t.Context(), r.Number(), Scorer{hash, []byte(description)}, []Value{{"eval/ssim", 1}}))
	}
	var want []string
	for _, m := range must(s.MetricInfo(t.Context()))(t) {
		want = append(want, fmt.Sprintf("%s|%s|%s|%s|%s|%s", m.Name, m.Source[:min(len(m.Source), 8)], m.Unit, m.Better, m.Label, m.Doc))
		if m.Source == "loss" {
			want[len(want)-1] = fmt.Sprintf("%s||%s|%s|%s|%s", m.Name, m.Unit, m.Better, m.Label, m.Doc)
		}
	}
	got := must(collect(t.Context(), s.writer, func(line *string) []any { return []any{line} },
		`SELECT name || '|' || coalesce(scorer, '') || '|' || unit || '|' || direction || '|' || label || '|' || what FROM metric_info ORDER BY name, scorer`))(t)
	if !slices.Equal(got, want) {
		t.Errorf("the view has %q, want %q", got, want)
	}
	for _, line := range []string{
		"eval/noise|aaaaaaaa|levels of 255|lower|noise|", "eval/ssim|bbbbbbbb||higher|SSIM|", "loss/total|||lower|total loss|the last loss/total of the run",
		"time/iteration||s|lower|time of an iteration|seconds that the iteration after the value took", "other|||neither|other|",
	} {
		if !slices.Contains(got, line) {
			t.Errorf("no row %q in %q", line, got)
		}
	}
}
