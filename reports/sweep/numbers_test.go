package sweep

import (
	"encoding/json"
	"math"
	"slices"
	"testing"

	"runexp/framework/store"
)

// The numbers are those of the report: every trial with its settings, scores and time, what
// is missing with the reason, and the cost.
func TestNumbers(t *testing.T) {
	s := openTest(t)
	f := fixture{question: "why?", ends: ending{3: store.Failed, 47: neverBegun}}
	w := f.make(t, s)
	study, err := Read(t.Context(), s, w, nil)
	if err != nil {
		t.Fatal(err)
	}
	n, err := study.Numbers(t.Context(), s)
	if err != nil {
		t.Fatal(err)
	}
	if n.Question != "why?" || n.UID != w.UID || n.Scorer == nil || n.Scorer.Hash != "5c0e" || len(n.Trials) != 48 || len(n.Metrics) < 4 || !n.Metrics[0].Claimed || len(n.Environment) == 0 {
		t.Errorf("got %+v", n)
	}
	if len(n.Missing) != 2 || n.Missing[0].Trial != 3 || n.Missing[0].Status != "failed" || n.Missing[1].Trial != 47 || n.Missing[1].Status != missing {
		t.Errorf("missing %+v", n.Missing)
	}
	seconds, finished := 0.0, 0
	for i, trial := range n.Trials {
		if trial.Trial != i || len(trial.Settings) != 2 || trial.Content == "" || trial.StyleHash == "" {
			t.Fatalf("trial %d: %+v", i, trial)
		}
		if trial.Seconds != nil {
			seconds += *trial.Seconds
		}
		if trial.Status != "finished" {
			if len(trial.Scores) > 0 {
				t.Errorf("trial %d: %s, with scores", i, trial.Status)
			}
			continue
		}
		finished++
		for _, want := range plant(i/24, i/8%3, i%8) {
			if !slices.ContainsFunc(trial.Scores, func(s ScoreNumbers) bool { return s.Name == want.Name && s.Value != nil && *s.Value == want.Value }) {
				t.Errorf("trial %d: %s is not %g", i, want.Name, want.Value)
			}
		}
	}
	if finished != 46 || math.Abs(seconds-n.Cost.Seconds) > 1e-9 || n.Cost.Began == nil || n.Cost.Median.Seconds == nil {
		t.Errorf("%d finished, %g seconds, %+v", finished, seconds, n.Cost)
	}
	text, err := json.Marshal(n)
	if err != nil {
		t.Fatal(err)
	}
	var read struct {
		Trials []struct {
			Settings []struct {
				Path  string
				Value any
			}
		}
	}
	if err := json.Unmarshal(text, &read); err != nil || read.Trials[24].Settings[0].Path != "losses.tv.weight" || read.Trials[24].Settings[0].Value != 10.0 {
		t.Errorf("%v: %s", err, text)
	}
}
