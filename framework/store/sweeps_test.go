package store

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"testing"
)

// sweepOf returns a plan of n trials, whose hashes are "h0", "h1", ….
func sweepOf(n int, scorer string) NewSweep {
	s := NewSweep{Experiment: "layers", Method: "grid", Plan: json.RawMessage(`{"method":"grid"}`), Metrics: []string{"eval/content"}, Scorer: scorer}
	for i := range n {
		s.Trials = append(s.Trials, PlannedTrial{i, fmt.Sprint("h", i), "experiment: layers\n", json.RawMessage(fmt.Sprintf(`{"levels":[%d]}`, i))})
	}
	return s
}

func TestPlanSweepIsIdempotent(t *testing.T) {
	s, ctx := openTest(t), t.Context()
	first := must(s.PlanSweep(ctx, sweepOf(2, "a")))(t)
	again := must(s.PlanSweep(ctx, sweepOf(2, "a")))(t)
	if first.Number != again.Number || first.UID != again.UID || first.UID.IsZero() {
		t.Errorf("the same sweep is %d (%s), then %d (%s)", first.Number, first.UID, again.Number, again.UID)
	}
	more := must(s.PlanSweep(ctx, sweepOf(3, "a")))(t)
	other := must(s.PlanSweep(ctx, sweepOf(3, "b")))(t)
	if more.Number == first.Number || other.Number == more.Number {
		t.Errorf("another plan or scorer is another sweep, not %d, %d, %d", first.Number, more.Number, other.Number)
	}
	list := must(s.Sweeps(ctx, "layers"))(t)
	if len(list) != 3 || list[0].Number != other.Number || list[2].Trials != 2 || list[0].Scorer != "b" || list[0].Metrics[0] != "eval/content" || string(list[0].Plan) != `{"method":"grid"}` {
		t.Errorf("got %+v", list)
	}
	if none := must(s.Sweeps(ctx, "weights"))(t); len(none) != 0 {
		t.Errorf("another experiment has %v", none)
	}
	if all := must(s.Sweeps(ctx, ""))(t); len(all) != 3 {
		t.Errorf("all of them are %v", all)
	}
}

// The definitions of metrics do not distinguish sweeps: those of a newer program replace
// older ones or none.
func TestDefinitionsDoNotDistinguishSweeps(t *testing.T) {
	s, ctx := openTest(t), t.Context()
	n := sweepOf(2, "a")
	first := must(s.PlanSweep(ctx, n))(t)
	for _, definitions := range []string{`[{"name":"eval/red"}]`, `[]`, `[{"name":"eval/red","label":"redness"}]`} {
		n.Plan = json.RawMessage(`{"method":"grid","definitions":` + definitions + `}`)
		if again := must(s.PlanSweep(ctx, n))(t); again.Number != first.Number {
			t.Errorf("%s makes sweep %d, want %d", definitions, again.Number, first.Number)
		}
		if list := must(s.Sweeps(ctx, "layers"))(t); len(list) != 1 || string(list[0].Plan) != string(n.Plan) {
			t.Errorf("the store has %s, want %s", list[0].Plan, n.Plan)
		}
	}
	n.Plan = json.RawMessage(`{"method":"random","definitions":[]}`)
	if other := must(s.PlanSweep(ctx, n))(t); other.Number == first.Number {
		t.Error("another plan is the same sweep")
	}
}

func TestRunOfTrial(t *testing.T) {
	s, ctx := openTest(t), t.Context()
	sweep := must(s.PlanSweep(ctx, sweepOf(4, "")))(t)
	end := func(hash, experiment string, status Status) int64 {
		r := must(s.Begin(ctx, NewRun{Experiment: experiment, TrialHash: hash}))(t)
		check(t, r.Finish(ctx, status, ""))
		return r.Number()
	}
	finished := end("h0", "layers", Finished)
	end("h0", "layers", Failed) // newer, and worth less
	end("h1", "layers", Killed)
	newest := end("h1", "layers", Failed)
	end("h2", "weights", Finished) // of another experiment
	trials := must(s.SweepTrials(ctx, sweep.Number))(t)
	if len(trials) != 4 {
		t.Fatalf("%d trials", len(trials))
	}
	for i, want := range []int64{finished, newest, 0, 0} {
		got := trials[i]
		if got.Number != i || got.Hash != fmt.Sprint("h", i) || string(got.Point) != fmt.Sprintf(`{"levels":[%d]}`, i) || got.Config == "" {
			t.Errorf("trial %d is %+v", i, got)
		}
		if (got.Run == nil) != (want == 0) || want != 0 && got.Run.Number != want {
			t.Errorf("trial %d: run %+v, want %d", i, got.Run, want)
		}
	}
	_, err := s.SweepTrials(ctx, 99)
	wantError(t, err, ErrNotFound)
}

// An attempt that was given up and is alive after all writes only rows of its own: the
// newer attempt stands for the trial, whichever ends first.
func TestAnAttemptThatWasGivenUp(t *testing.T) {
	for _, first := range []int{0, 1} {
		s, ctx := openTest(t), t.Context()
		sweep := must(s.PlanSweep(ctx, sweepOf(1, "")))(t)
		runs := []*Run{begin(t, s, NewRun{TrialHash: "h0"}), begin(t, s, NewRun{TrialHash: "h0"})}
		for _, i := range []int{first, 1 - first} {
			check(t, runs[i].Log(ctx, 0, []Value{{"x", float64(i)}}))
			check(t, runs[i].Finish(ctx, Finished, ""))
		}
		trial := must(s.SweepTrials(ctx, sweep.Number))(t)[0]
		if trial.Run.Number != runs[1].Number() || trial.Run.Attempt != 2 {
			t.Errorf("attempt %d ends first: run %d, attempt %d", first+1, trial.Run.Number, trial.Run.Attempt)
		}
		if points := must(s.Series(ctx, runs[1].Number(), "x"))(t); len(points) != 1 || points[0].Value != 1 {
			t.Errorf("attempt %d ends first: the other wrote %v", first+1, points)
		}
	}
}

func TestInvalidPlans(t *testing.T) {
	s := openTest(t)
	for what, n := range map[string]NewSweep{
		"no experiment": {Plan: json.RawMessage(`{}`)},
		"no plan":       {Experiment: "a", Plan: json.RawMessage(`{`)},
		"no point":      {Experiment: "a", Plan: json.RawMessage(`{}`), Trials: []PlannedTrial{{Hash: "h"}}},
		"twice":         {Experiment: "a", Plan: json.RawMessage(`{}`), Trials: []PlannedTrial{{0, "h", "", json.RawMessage(`{}`)}, {1, "h", "", json.RawMessage(`{}`)}}},
	} {
		if sweep, err := s.PlanSweep(t.Context(), n); err == nil {
			t.Errorf("%s: planned as %+v", what, sweep)
		}
	}
	if left := must(s.Sweeps(t.Context(), ""))(t); len(left) != 0 {
		t.Errorf("left behind: %v", left)
	}
}

func TestScoresOfSeveralScorers(t *testing.T) {
	s, ctx := openTest(t), t.Context()
	run := begin(t, s, NewRun{}).Number()
	a, b := Scorer{"a", json.RawMessage(`{"backbone":"lite"}`)}, Scorer{"b", json.RawMessage(`{}`)}
	check(t, s.Score(ctx, run, a, []Value{{"eval/style", 2}, {"eval/content", 1}}))
	check(t, s.Score(ctx, run, b, []Value{{"eval/style", math.NaN()}}))
	a.Description = json.RawMessage(`{"backbone":"lite","metrics":[]}`) // of a newer program
	check(t, s.Score(ctx, run, a, []Value{{"eval/style", 3}}))          // again
	got := must(s.Scores(ctx, run, "a"))(t)
	if len(got) != 2 || got[0] != (Value{"eval/style", 3}) || got[1] != (Value{"eval/content", 1}) {
		t.Errorf("a says %v", got)
	}
	if got := must(s.Scores(ctx, run, "b"))(t); len(got) != 1 || !math.IsNaN(got[0].Value) {
		t.Errorf("b says %v", got)
	}
	if got := must(s.Scores(ctx, run, "c"))(t); len(got) != 0 {
		t.Errorf("c says %v", got)
	}
	if got := must(s.FindScorer(ctx, "a"))(t); string(got.Description) != string(a.Description) {
		t.Errorf("a is %s", got.Description)
	}
	_, err := s.FindScorer(ctx, "c")
	wantError(t, err, ErrNotFound)
	if s.Score(ctx, run, Scorer{}, nil) == nil || s.Score(ctx, 99, a, []Value{{"eval/style", 1}}) == nil {
		t.Error("a scorer without a hash or an unknown run was accepted")
	}
}

func TestUnlessDone(t *testing.T) {
	s, ctx := openTest(t), t.Context()
	again := func() error {
		r, err := s.Begin(ctx, NewRun{Experiment: "layers", TrialHash: "h", UnlessDone: []Status{Finished, Pruned}})
		if err == nil {
			check(t, r.Finish(ctx, Failed, ""))
		}
		return err
	}
	check(t, again())
	check(t, again()) // one that failed is no reason
	for _, status := range []Status{Finished, Pruned} {
		r := must(s.Begin(ctx, NewRun{Experiment: "layers", TrialHash: "h"}))(t)
		check(t, r.Finish(ctx, status, ""))
		var done *DoneError
		if err := again(); !errors.As(err, &done) || done.Run.Number != r.Number() || done.Run.Status != status {
			t.Errorf("after one that is %s: %v", status, err)
		}
	}
	other := must(s.Begin(ctx, NewRun{Experiment: "weights", TrialHash: "h", UnlessDone: []Status{Finished, Pruned}}))(t)
	check(t, other.Finish(ctx, Finished, ""))
}

// A sweep that grows is the same whichever of its trials are known, with any run_cap, and
// gets those that are missing; trials are appended only by one who knows all of them.
func TestGrowingSweep(t *testing.T) {
	s, ctx := openTest(t), t.Context()
	of := func(n int, plan string) NewSweep {
		w := sweepOf(n, "a")
		w.Grows, w.Plan = true, json.RawMessage(plan)
		return w
	}
	const plan = `{"method":"tpe","run_cap":9}`
	first := must(s.PlanSweep(ctx, of(3, plan)))(t)
	check(t, s.AppendTrials(ctx, first.Number, 3, sweepOf(5, "").Trials[3:]))
	if err := s.AppendTrials(ctx, first.Number, 3, sweepOf(6, "").Trials[5:]); !errors.Is(err, ErrGrown) {
		t.Errorf("appended without knowledge of others: %v", err)
	}
	if err := s.AppendTrials(ctx, first.Number+1, 0, nil); !errors.Is(err, ErrNotFound) {
		t.Errorf("appended to no sweep: %v", err)
	}
	if err := s.AppendTrials(ctx, first.Number, 5, []PlannedTrial{{6, "h6", "", json.RawMessage(`{}`)}, {7, "h1", "", json.RawMessage(`{}`)}}); err == nil {
		t.Error("a trial is in the sweep twice")
	}
	for _, c := range []struct {
		n, want int
		plan    string
	}{{3, 5, plan}, {2, 5, plan}, {7, 7, `{"method":"tpe","run_cap":20}`}} {
		again := must(s.PlanSweep(ctx, of(c.n, c.plan)))(t)
		if again.Number != first.Number || again.Trials != c.want || len(must(s.SweepTrials(ctx, first.Number))(t)) != c.want {
			t.Errorf("planned with %d trials it is %+v", c.n, again)
		}
	}
	if list := must(s.Sweeps(ctx, "layers"))(t); len(list) != 1 || string(list[0].Plan) != `{"method":"tpe","run_cap":20}` {
		t.Errorf("sweeps %+v", list)
	}
	changed := of(7, `{"method":"tpe","run_cap":20}`)
	changed.Trials[4].Hash = "other"
	for name, n := range map[string]NewSweep{
		"options": of(7, `{"method":"tpe","run_cap":20,"options":{"gamma":0.2}}`), "a trial": changed,
	} {
		if other := must(s.PlanSweep(ctx, n))(t); other.Number == first.Number {
			t.Errorf("another sweep, by %s, is the same", name)
		}
	}
}
