package experiments

import (
	"context"
	"testing"

	"runexp/framework/store"
)

// elsewhere is a Watcher that ends the run of another process once the sweep has
// found it under way.
type elsewhere struct {
	heard
	end func()
}

func (e *elsewhere) End(t SweepTrial, ended Ended) {
	e.heard.End(t, ended)
	if ended.Status == store.Running {
		e.end()
	}
}

// What was under way elsewhere is counted by how it is when the sweep ends.
func TestTrialsElsewhereAreLookedAtAgain(t *testing.T) {
	for status, want := range map[store.Status]Tally{
		store.Running:  {Finished: 1, Elsewhere: 1},
		store.Finished: {Finished: 1, Meanwhile: 1},
		store.Failed:   {Finished: 1, Failed: 1},
		store.Killed:   {Finished: 1, Left: 1},
		store.Pruned:   {Finished: 1, Left: 1}, // there is no rule, so it is to be finished
	} {
		t.Run(string(status), func(t *testing.T) {
			d := newDesk(t)
			s, err := d.plan(t, "sweep:\n  parameters: [{path: losses.style.weight, values: [10, 100]}]\n")
			if err != nil {
				t.Fatal(err)
			}
			recorded, err := s.Record(t.Context(), d.store)
			if err != nil {
				t.Fatal(err)
			}
			trial, err := d.prepare(t.Context(), s.Trials[0].Config)
			if err != nil {
				t.Fatal(err)
			}
			other, err := trial.Begin(t.Context(), d.store, false)
			if err != nil {
				t.Fatal(err)
			}
			end := func(status store.Status) {
				if err := other.Run.Finish(context.WithoutCancel(t.Context()), status, ""); err != nil {
					t.Error(err)
				}
			}
			w := &elsewhere{end: func() {
				if status != store.Running {
					end(status)
				}
			}}
			tally, err := s.Conduct(t.Context(), d.store, recorded, Conditions{Jobs: 1}, w)
			if err != nil || tally != want {
				t.Errorf("%+v, want %+v; %v", tally, want, err)
			}
			if status == store.Running {
				end(store.Killed)
			}
		})
	}
}
