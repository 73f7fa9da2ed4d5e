package cmd

import (
	"bytes"
	"errors"
	"testing"

	"runexp/experiments/plan"
	"runexp/experiments/trial"
	"runexp/framework/config"
	"runexp/framework/store"
)

// Where a run begins is printed of a single experiment and of each trial of a sweep.
func TestWhereRunsBegin(t *testing.T) {
	at := trial.Start{
		Refused: []error{errors.New("the checkpoint of run 3 cannot be used")},
		Lost:    &store.RunSummary{RunRef: store.RunRef{Number: 2}},
		From:    &trial.Earlier{RunSummary: store.RunSummary{RunRef: store.RunRef{Number: 1}, Status: store.Killed}, Stage: 2, Iteration: 7},
	}
	single, sweep := &plan.Plan{Config: &config.Resolved{}}, &plan.Plan{Config: &config.Resolved{Sweep: &config.Sweep{}}, Trials: make([]plan.Trial, 9)}
	const text = "%the checkpoint of run 3 cannot be used\n%starting over: run 2 was lost and left no checkpoint\n%resuming run 1 (killed) at iteration 7 of stage 2\n"
	for prefix, p := range map[string]*plan.Plan{"": single, "trial 5: ": sweep} {
		var out bytes.Buffer
		newTrialProgress(&out, false, p).newObserver(plan.Trial{Point: plan.Point{Number: 5}}, at)
		if want := string(bytes.ReplaceAll([]byte(text), []byte("%"), []byte(prefix))); out.String() != want {
			t.Errorf("got\n%swant\n%s", out.String(), want)
		}
		out.Reset()
		if newTrialProgress(&out, true, p).newObserver(plan.Trial{}, at); out.Len() > 0 {
			t.Errorf("--quiet: %s", out.String())
		}
	}
}

// A single experiment whose files changed after planning is the user's to fix; a store or
// folder that cannot be written is not.
func TestSingleExperimentWithoutARun(t *testing.T) {
	for fatal, want := range map[bool]int{false: exitUsage, true: 0} {
		o := trial.Outcome{Status: store.Failed, Err: errors.New("content.image: the file has changed"), Fatal: fatal}
		err := summary{progress: &trialProgress{last: o}}.single(t.Context(), nil)
		coded, code := new(exit), 0
		if errors.As(err, &coded) {
			code = coded.code
		}
		if !errors.Is(err, o.Err) || code != want {
			t.Errorf("fatal %v: %v, code %d, want %d", fatal, err, code, want)
		}
	}
}

// Rows are no wider than the terminal, and all but the first are indented; words are broken
// only where they are wider.
func TestWrap(t *testing.T) {
	for columns, want := range map[int]string{
		0:  "the picture is grey\n  try losses.tv.weight=1",
		80: "the picture is grey\n  try losses.tv.weight=1",
		14: "the picture is\n  grey\n  try\n  losses.tv.we\n  ight=1",
	} {
		if got := wrap("the picture is grey\n  try losses.tv.weight=1", columns); got != want {
			t.Errorf("%d columns:\n%s", columns, got)
		}
	}
}
