package experiments

import (
	"context"
	"errors"
	"slices"
	"testing"

	"runexp/framework/run"
	"runexp/framework/store"
)

// stopping is an observer that stops the run at a row.
func stopping(at int, stop func()) run.Observer {
	return run.ObserverFunc(func(e run.Event) error {
		if row, is := e.(run.Row); is && row.Step == at {
			stop()
		}
		return nil
	})
}

// Evaluations go on from stage to stage, of a run that was stopped anywhere as of one that was
// not, and where an optimiser needs several for a step.
func TestEvaluationsGoOn(t *testing.T) {
	d := newDesk(t)
	s, err := d.plan(t, "sweep:\n  parameters: [{path: losses.style.weight, values: [100, 200]}]\n",
		"stages: [{size: {height: 24}, iterations: 4, optimizer: {name: adam, lr: 0.05}}]",
		`stages:
  - {size: {height: 16}, iterations: 3, optimizer: {name: lbfgs}}
  - {size: {height: 20}, iterations: 2, optimizer: {name: adam, lr: 0.05}}
  - {size: {height: 24}, iterations: 3, optimizer: {name: lbfgs}}`)
	if err != nil {
		t.Fatal(err)
	}
	execute := func(ctx context.Context, fresh bool, watch run.Observer) ([]store.Point, int64, error) {
		trial, err := d.prepare(t.Context(), s.Trials[0].Config)
		if err != nil {
			t.Fatal(err)
		}
		a, err := trial.Begin(t.Context(), d.store, fresh)
		if err != nil {
			t.Fatal(err)
		}
		_, err = a.Execute(ctx, watch)
		points, seriesErr := d.store.Series(t.Context(), a.Run.Number(), "evaluations")
		if seriesErr != nil {
			t.Fatal(seriesErr)
		}
		return points, a.Run.Number(), err
	}
	whole, _, err := execute(t.Context(), true, deaf())
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(whole, store.GoingOn(whole)) || len(whole) != 11 || whole[10].Value < 11 {
		t.Errorf("evaluations of the undisturbed run: %v", whole)
	}
	for at := range 9 { // behind row 9 is the end
		ctx, stop := context.WithCancel(t.Context())
		if _, _, err := execute(ctx, true, stopping(at, stop)); !errors.Is(err, context.Canceled) {
			t.Errorf("stopped at row %d: %v", at, err)
		}
		got, number, err := execute(t.Context(), false, deaf())
		if err != nil || !slices.Equal(got, whole) {
			t.Errorf("stopped at row %d: %v, want %v; %v", at, got, whole, err)
		}
		r, err := d.store.FindRun(t.Context(), "last")
		if err != nil || r.Number != number || r.Iterations != 8 {
			t.Errorf("stopped at row %d: run %d has %d iterations, want 8; %v", at, r.Number, r.Iterations, err)
		}
	}
}
