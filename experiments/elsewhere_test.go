package experiments

import (
	"context"
	"testing"

	"runexp/experiments/executor/local"
	"runexp/experiments/plan"
	"runexp/experiments/trial"
	"runexp/framework/store"
)

// elsewhere is a Listener that ends the other process's run once a trial was found running.
type elsewhere struct {
	recordingListener
	end func()
}

func (e *elsewhere) Ended(t plan.Trial, o trial.Outcome, again bool) {
	e.recordingListener.Ended(t, o, again)
	if o.Status == store.Running {
		e.end()
	}
}

// A trial that another process was running is counted by its status when the sweep ends.
func TestTrialsElsewhereAreCheckedAgain(t *testing.T) {
	for status, want := range map[store.Status]Tally{
		store.Running:  {Finished: 1, Elsewhere: 1},
		store.Finished: {Finished: 1, Meanwhile: 1},
		store.Failed:   {Finished: 1, Failed: 1},
		store.Killed:   {Finished: 1, Left: 1},
		store.Pruned:   {Finished: 1, Left: 1}, // without a pruner it has yet to be finished
	} {
		t.Run(string(status), func(t *testing.T) {
			b := newBed(t)
			p, err := b.plan(t, "sweep:\n  parameters: [{path: losses.style.weight, values: [10, 100]}]\n")
			if err != nil {
				t.Fatal(err)
			}
			other, err := b.Store.Begin(t.Context(), store.NewRun{Experiment: "x", TrialHash: p.Trials[0].Hash})
			if err != nil {
				t.Fatal(err)
			}
			end := func(status store.Status) {
				if err := other.Finish(context.WithoutCancel(t.Context()), status, ""); err != nil {
					t.Error(err)
				}
			}
			l := &elsewhere{end: func() {
				if status != store.Running {
					end(status)
				}
			}}
			recorded, err := Record(t.Context(), p, b.Store)
			if err != nil {
				t.Fatal(err)
			}
			runner := b.runner(t, p, nil)
			tally, err := recorded.Run(t.Context(), runner, local.New(runner.Run, local.Limits{Jobs: 1}), l)
			if err != nil || tally != want {
				t.Errorf("%+v, want %+v; %v", tally, want, err)
			}
			if status == store.Running {
				end(store.Killed)
			}
		})
	}
}
