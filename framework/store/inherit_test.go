package store

import (
	"errors"
	"math"
	"os"
	"runtime"
	"strings"
	"testing"
	"time"
)

// TestResumedRunInherits: the inherited and the repeated steps together equal those
// of an uninterrupted run.
func TestResumedRunInherits(t *testing.T) {
	ctx, s := t.Context(), openTest(t)
	step := func(r *Run, i int) {
		check(t, r.Event(ctx, "note", i, i))
		check(t, r.Artifact(ctx, Artifact{Kind: "picture", Name: "p", Step: i, Data: []byte{byte(i)}}))
		check(t, r.Log(ctx, i, []Value{{"loss/total", float64(10 - i)}, {"odd", []float64{math.NaN(), math.Inf(1)}[i%2]}}))
	}
	trial := NewRun{TrialHash: "h"}
	whole := begin(t, s, trial)
	for i := range 9 {
		step(whole, i)
	}
	check(t, whole.Finish(ctx, Finished, ""))

	first := begin(t, s, trial)
	for i := range 7 {
		step(first, i)
	}
	check(t, first.Finish(ctx, Killed, "by a test"))
	second := begin(t, s, NewRun{TrialHash: "h", Parent: first.UID(), ParentSteps: 5})
	for i := 5; i < 9; i++ {
		step(second, i)
	}
	check(t, second.Finish(ctx, Finished, ""))

	want, got := must(s.Summary(ctx, whole.Number()))(t), must(s.Summary(ctx, second.Number()))(t)
	if len(want) != 2 || len(got) != 2 {
		t.Fatalf("%d and %d metrics", len(want), len(got))
	}
	for i, w := range want {
		if g := got[i]; g.Name != w.Name || g.Count != w.Count || g.LastStep != w.LastStep || !same(g.Last, w.Last) || !same(g.Min, w.Min) || !same(g.Max, w.Max) || g.BestStep != w.BestStep {
			t.Errorf("summary %+v, want %+v", g, w)
		}
		if a, b := must(s.Series(ctx, whole.Number(), w.Name))(t), must(s.Series(ctx, second.Number(), w.Name))(t); !samePoints(a, b) {
			t.Errorf("%s: %v, want %v", w.Name, b, a)
		}
	}
	artifacts, events := must(s.Artifacts(ctx, second.Number()))(t), must(s.Events(ctx, second.Number()))(t)
	if len(artifacts) != 9 || len(events) != 9 {
		t.Fatalf("%d artifacts and %d events, want 9", len(artifacts), len(events))
	}
	for i := range 9 {
		if artifacts[i].Step != i || events[i].Step != i {
			t.Errorf("artifact and event %d are of steps %d and %d", i, artifacts[i].Step, events[i].Step)
		}
	}
	if d := must(s.FindRun(ctx, second.UID().String()))(t); d.Parent != first.UID() || d.Attempt != 3 {
		t.Errorf("parent %v, attempt %d", d.Parent, d.Attempt)
	}
	check(t, s.Check(ctx))
	none := begin(t, s, NewRun{Parent: first.UID()})
	if names := must(s.MetricNames(ctx, none.Number()))(t); len(names) != 0 {
		t.Errorf("it inherits %v, but no steps were requested", names)
	}
}

// The seconds of a resumed run are those of all the attempts that it goes on from; one that begins again has its own.
func TestResumedRunTakesTheTimeOfAllAttempts(t *testing.T) {
	ctx, s := t.Context(), openTest(t)
	attempt := func(parent UID, steps int) *Run {
		r := begin(t, s, NewRun{TrialHash: "h", Parent: parent, ParentSteps: steps})
		r.started = r.started.Add(-time.Hour) // as if it had run so long
		check(t, r.Log(ctx, steps, []Value{{"loss/total", 1}}))
		check(t, r.Flush(ctx))
		return r
	}
	var parent UID
	for i := range 3 {
		r := attempt(parent, i)
		for _, stage := range []func() error{func() error { return nil }, func() error { return r.Finish(ctx, Killed, "") }} {
			check(t, stage())
			if got := must(s.FindRun(ctx, r.UID().String()))(t).Elapsed.Round(time.Hour); got != time.Duration(i+1)*time.Hour {
				t.Errorf("attempt %d took %v", i+1, got)
			}
		}
		parent = r.UID()
	}
	if got := must(s.FindRun(ctx, attempt(parent, 0).UID().String()))(t).Elapsed.Round(time.Hour); got != time.Hour {
		t.Errorf("an attempt that begins again took %v", got)
	}
}

// TestInheritOnlyTheSameScorer: scores of another scorer are not inherited.
func TestInheritOnlyTheSameScorer(t *testing.T) {
	ctx, s := t.Context(), openTest(t)
	by := func(hash string) []Fact { return []Fact{{"scorer/hash", hash}} }
	first := begin(t, s, NewRun{TrialHash: "h", Env: by("a")})
	check(t, first.Log(ctx, 0, []Value{{"loss/total", 9}, {"eval/content", 1}}))
	check(t, first.Finish(ctx, Killed, "by a test"))
	for hash, want := range map[string]string{"a": "eval/content loss/total", "b": "loss/total"} {
		r := begin(t, s, NewRun{TrialHash: "h", Env: by(hash), Parent: first.UID(), ParentSteps: 1})
		if got := strings.Join(must(s.MetricNames(ctx, r.Number()))(t), " "); got != want {
			t.Errorf("scored by %s: it inherits %s, want %s", hash, got, want)
		}
		check(t, r.Finish(ctx, Killed, "by a test"))
	}
}

func TestConcurrentRunOfTrialFails(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("processes are only looked at on Linux")
	}
	ctx, s := t.Context(), openTest(t)
	alone := NewRun{Experiment: "a", TrialHash: "h", Exclusive: true}
	first := begin(t, s, alone)
	begin(t, s, NewRun{Experiment: "a", TrialHash: "other", Exclusive: true})
	begin(t, s, NewRun{Experiment: "another", TrialHash: "h", Exclusive: true})
	_, err := s.Begin(ctx, alone)
	var running *RunningError
	if !errors.As(err, &running) || running.Number != first.Number() || running.PID != os.Getpid() || !running.SameHost || !strings.Contains(err.Error(), "run 1 of the same trial is running") {
		t.Fatalf("error %v", err)
	}
	begin(t, s, NewRun{Experiment: "a", TrialHash: "h"}) // not exclusive
	// A dead process does not block, one on another machine may be alive.
	must(s.writer.Exec(`UPDATE runs SET pid = ?`, deadProcess(t)))(t)
	last := begin(t, s, alone)
	check(t, last.Finish(ctx, Finished, ""))
	must(s.writer.Exec(`UPDATE runs SET boot = 'elsewhere' WHERE id = 1`))(t)
	if _, err = s.Begin(ctx, alone); !errors.As(err, &running) || running.SameHost {
		t.Errorf("error %v", err)
	}
}

func TestCheckFindsDamage(t *testing.T) {
	ctx, s := t.Context(), openTest(t)
	check(t, begin(t, s, NewRun{}).Finish(ctx, Finished, ""))
	check(t, s.Check(ctx))
	must(s.writer.Exec(`PRAGMA foreign_keys = OFF; DELETE FROM experiments; PRAGMA foreign_keys = ON`))(t)
	if err := s.Check(ctx); err == nil || !strings.Contains(err.Error(), "a row of runs points nowhere") {
		t.Errorf("error %v", err)
	}
}
