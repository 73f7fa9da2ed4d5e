package store

import "testing"

func TestMembership(t *testing.T) {
	s, ctx := openTest(t), t.Context()
	first := must(s.PlanSweep(ctx, sweepOf(2, "")))(t)
	second := must(s.PlanSweep(ctx, sweepOf(3, "")))(t)
	run := func(experiment, hash string, status Status) int64 {
		r := must(s.Begin(ctx, NewRun{Experiment: experiment, TrialHash: hash}))(t)
		check(t, r.Finish(ctx, status, ""))
		return r.Number()
	}
	both, one, none := run("layers", "h1", Finished), run("layers", "h2", Failed), run("weights", "h1", Finished)
	got := must(s.SweepsOf(ctx, both))(t)
	if len(got) != 2 || got[0] != (Membership{second.Number, 1, 3}) || got[1] != (Membership{first.Number, 1, 2}) {
		t.Errorf("a trial of two sweeps is in %+v", got)
	}
	if got := must(s.SweepsOf(ctx, one))(t); len(got) != 1 || got[0] != (Membership{second.Number, 2, 3}) {
		t.Errorf("a trial of one sweep is in %+v", got)
	}
	if got := must(s.SweepsOf(ctx, none))(t); len(got) != 0 {
		t.Errorf("a run of another experiment is in %+v", got)
	}
	_, err := s.SweepsOf(ctx, 99)
	wantError(t, err, ErrNotFound)
	progress := must(s.SweepProgress(ctx))(t)
	if got := progress[second.Number]; len(got) != 2 || got[Finished] != 1 || got[Failed] != 1 {
		t.Errorf("the second sweep is at %v", got)
	}
	if got := progress[99]; len(got) != 0 {
		t.Errorf("a sweep that does not exist is at %v", got)
	}
}
