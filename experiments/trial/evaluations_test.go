package trial

import (
	"context"
	"errors"
	"path/filepath"
	"slices"
	"testing"

	"runexp/experiments/plan"
	"runexp/experiments/testbed"
	"runexp/framework/run"
	"runexp/framework/store"
)

// stopAt is an observer that stops the run at a row.
func stopAt(at int, stop func()) run.Observer {
	return run.ObserverFunc(func(e run.Event) error {
		if row, is := e.(run.Row); is && row.Step == at {
			stop()
		}
		return nil
	})
}

// Evaluations are counted over all stages, also where a step needs several, and a run resumed
// from any row counts as an uninterrupted one does.
func TestEvaluationsAreCountedOverTheRun(t *testing.T) {
	b := testbed.New(t)
	p, err := plan.NewPlanner(b.Plugins, b.Engine).New(t.Context(), b.Load(t, "",
		"stages: [{size: {height: 24}, iterations: 4, optimizer: {name: adam, lr: 0.05}}]",
		`stages:
  - {size: {height: 16}, iterations: 3, optimizer: {name: lbfgs}}
  - {size: {height: 20}, iterations: 2, optimizer: {name: adam, lr: 0.05}}
  - {size: {height: 24}, iterations: 3, optimizer: {name: lbfgs}}`), plan.Options{})
	if err != nil {
		t.Fatal(err)
	}
	execute := func(ctx context.Context, s *store.Store, fresh bool, watch run.Observer) ([]store.Point, int64, error) {
		began := func(plan.Trial, Start) run.Observer { return watch }
		r, err := NewRunner(p, s, Options{Out: filepath.Join(b.Dir, "runs"), Fresh: fresh, NewObserver: began})
		if err != nil {
			t.Fatal(err)
		}
		o := r.Run(ctx, p.Trials[0])
		points, err := s.Series(t.Context(), o.Run.Number, "evaluations")
		if err != nil {
			t.Fatal(err)
		}
		return points, o.Run.Number, o.Err
	}
	deaf := run.ObserverFunc(func(run.Event) error { return nil })
	uninterrupted, _, err := execute(t.Context(), b.Store, true, deaf)
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(uninterrupted, store.Cumulative(uninterrupted)) || len(uninterrupted) != 11 || uninterrupted[10].Value < 11 {
		t.Errorf("evaluations of the uninterrupted run: %v", uninterrupted)
	}
	for at := range 9 { // row 9 is the last
		other := testbed.New(t).Store // without a finished run
		ctx, stop := context.WithCancel(t.Context())
		if _, _, err := execute(ctx, other, true, stopAt(at, stop)); !errors.Is(err, context.Canceled) {
			t.Errorf("stopped at row %d: %v", at, err)
		}
		got, number, err := execute(t.Context(), other, false, deaf)
		if err != nil || !slices.Equal(got, uninterrupted) {
			t.Errorf("stopped at row %d: %v, want %v; %v", at, got, uninterrupted, err)
		}
		r, err := other.FindRun(t.Context(), "last")
		if err != nil || r.Number != number || r.Iterations != 8 {
			t.Errorf("stopped at row %d: run %d has %d iterations, want 8; %v", at, r.Number, r.Iterations, err)
		}
	}
}
