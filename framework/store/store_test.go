package store

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"
)

// openTest returns a new store that is closed at the end of the test.
func openTest(t *testing.T) *Store {
	t.Helper()
	return openAt(t, filepath.Join(t.TempDir(), "runs", "runexp.db"))
}

func openAt(t *testing.T, path string) *Store {
	t.Helper()
	s, err := Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { check(t, s.Close()) })
	return s
}

func begin(t *testing.T, s *Store, n NewRun) *Run {
	t.Helper()
	if n.Experiment == "" {
		n.Experiment = "layers"
	}
	r, err := s.Begin(t.Context(), n)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func must[T any](value T, err error) func(*testing.T) T {
	return func(t *testing.T) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return value
	}
}

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func wantError(t *testing.T, err, want error) {
	t.Helper()
	if !errors.Is(err, want) {
		t.Fatalf("got error %v, want %v", err, want)
	}
}

// samePoints reports whether points are equal, NaN being equal to itself.
func samePoints(a, b []Point) bool {
	return slices.EqualFunc(a, b, func(a, b Point) bool { return a.Step == b.Step && same(a.Value, b.Value) })
}

func same(a, b float64) bool { return a == b || math.IsNaN(a) && math.IsNaN(b) }

func TestRunRoundTrip(t *testing.T) {
	ctx, s := t.Context(), openTest(t)
	parent := begin(t, s, NewRun{})
	check(t, parent.Finish(ctx, Failed, "no weights"))
	began := time.Now()
	r := begin(t, s, NewRun{
		ConfigWritten: "experiment: layers\n", ConfigResolved: "experiment: layers\nseed: 7\n",
		Overrides: []string{"seed=7"}, Seed: 7, TrialHash: "abc", Parent: parent.UID(),
		Params: []Param{{"losses.tv.weight", json.RawMessage("10")}, {"backbone.name", json.RawMessage(`"vgg19"`)}},
		Env:    []Fact{{"version/go", "go1.26"}, {"machine/cores", "2"}},
	})
	check(t, r.Log(ctx, 0, []Value{{"loss/total", 8}, {"loss/style", 7}}))
	check(t, r.Event(ctx, "stage", 0, map[string]int{"height": 150}))
	check(t, r.Log(ctx, 1, []Value{{"loss/total", 4}}))
	check(t, r.Event(ctx, "signal", 1, "interrupt"))
	check(t, r.Finish(ctx, Killed, "interrupted"))

	d := must(s.FindRun(ctx, fmt.Sprint(r.Number())))(t)
	if d.UID != r.UID() || d.Number != r.Number() || d.Experiment != "layers" || d.Status != Killed ||
		d.Message != "interrupted" || d.Seed != 7 || d.TrialHash != "abc" || d.Parent != parent.UID() ||
		d.ConfigWritten != "experiment: layers\n" || d.ConfigResolved != "experiment: layers\nseed: 7\n" ||
		!slices.Equal(d.Overrides, []string{"seed=7"}) || d.Iterations != 1 || d.Loss != 4 || d.PID != os.Getpid() {
		t.Errorf("got %+v", d)
	}
	if d.Started.Before(began.Add(-time.Millisecond)) || d.Ended.Before(d.Started) || d.Elapsed <= 0 || d.Elapsed > time.Minute {
		t.Errorf("started %v, ended %v, elapsed %v; began %v", d.Started, d.Ended, d.Elapsed, began)
	}
	params := must(s.Params(ctx, r.Number()))(t)
	if len(params) != 2 || params[0].Path != "backbone.name" || string(params[0].Value) != `"vgg19"` || string(params[1].Value) != "10" {
		t.Errorf("got params %v", params)
	}
	env := must(s.Env(ctx, r.Number()))(t)
	if len(env) != 3 || env[0] != (Fact{"machine/cores", "2"}) || env[2].Name != "version/sqlite" || env[2].Value[:2] != "3." {
		t.Errorf("got environment %v", env)
	}
	events := must(s.Events(ctx, r.Number()))(t)
	if len(events) != 2 || events[0].Kind != "stage" || string(events[0].Data) != `{"height":150}` || events[1].Step != 1 || events[0].At.IsZero() {
		t.Errorf("got events %v", events)
	}
	if names := must(s.MetricNames(ctx, r.Number()))(t); !slices.Equal(names, []string{"loss/style", "loss/total"}) {
		t.Errorf("got names %v", names)
	}
}

func TestNonFiniteNumbers(t *testing.T) {
	ctx, s := t.Context(), openTest(t)
	r := begin(t, s, NewRun{})
	values := []float64{math.NaN(), math.Inf(1), 3, math.Inf(-1), math.NaN(), math.MaxFloat64, math.SmallestNonzeroFloat64, 1.0 / 3}
	var want []Point
	for i, v := range values {
		check(t, r.Log(ctx, i, []Value{{"loss/total", v}, {"nothing", math.NaN()}}))
		want = append(want, Point{i, v})
	}
	check(t, r.Flush(ctx))
	if got := must(s.Series(ctx, r.Number(), "loss/total"))(t); !samePoints(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	sums := must(s.Summary(ctx, r.Number()))(t)
	if m := sums[0]; m.Count != 8 || m.LastStep != 7 || m.Last != 1.0/3 || !math.IsInf(m.Min, -1) || !math.IsInf(m.Max, 1) || m.BestStep != 3 {
		t.Errorf("got %+v", m)
	}
	if m := sums[1]; m.Count != 8 || !math.IsNaN(m.Last) || !math.IsNaN(m.Min) || !math.IsNaN(m.Max) || m.BestStep != -1 {
		t.Errorf("got %+v", m)
	}
}

// A summary matches its series in whatever order the values were recorded.
func TestSummaryMatchesSeries(t *testing.T) {
	ctx, s := t.Context(), openTest(t)
	var in summary
	in.append([]Point{{0, 5}, {1, 2}, {2, 2}, {3, math.NaN()}, {7, 4}})
	if in.MetricSummary != (MetricSummary{Count: 5, LastStep: 7, Last: 4, Min: 2, Max: 5, BestStep: 1}) {
		t.Errorf("got %+v", in)
	}
	for name, flushes := range map[string][][]Point{
		"in order":        {{{0, 5}, {1, 2}}, {{2, 2}, {3, math.NaN()}}, {{4, 9}}},
		"again":           {{{0, 5}, {1, 1}}, {{1, 7}, {2, 6}}},
		"again at once":   {{{0, 5}, {0, 4}, {1, 3}, {1, 8}}},
		"late":            {{{3, 5}}, {{1, 2}}},
		"NaN, then value": {{{0, math.NaN()}}, {{1, 3}}},
	} {
		t.Run(name, func(t *testing.T) {
			r := begin(t, s, NewRun{})
			for _, points := range flushes {
				for _, p := range points {
					check(t, r.Log(ctx, p.Step, []Value{{"x", p.Value}}))
				}
				check(t, r.Flush(ctx))
			}
			var want summary
			want.append(must(s.Series(ctx, r.Number(), "x"))(t))
			got := must(s.Summary(ctx, r.Number()))(t)[0]
			if got.Count != want.Count || got.LastStep != want.LastStep || !same(got.Last, want.Last) ||
				!same(got.Min, want.Min) || !same(got.Max, want.Max) || got.BestStep != want.BestStep {
				t.Errorf("got %+v, want %+v", got, want.MetricSummary)
			}
		})
	}
	r := begin(t, s, NewRun{})
	check(t, r.Log(ctx, 0, []Value{{"x", 2}}))
	check(t, r.Log(ctx, 0, []Value{{"x", 3}}))
	check(t, r.Flush(ctx))
	if got := must(s.Series(ctx, r.Number(), "x"))(t); !samePoints(got, []Point{{0, 3}}) {
		t.Errorf("the second value for a step must replace the first; got %v", got)
	}
}

func TestArtifactsAreStoredOnceAndReplaced(t *testing.T) {
	ctx, s := t.Context(), openTest(t)
	a, b := begin(t, s, NewRun{}), begin(t, s, NewRun{})
	picture := Artifact{Kind: "picture", Name: "final", Stage: 1, Step: 500, MIME: "image/png", Data: []byte("pixels"), Width: 3, Height: 2}
	check(t, a.Artifact(ctx, picture))
	check(t, b.Artifact(ctx, picture))
	check(t, b.Artifact(ctx, Artifact{Kind: "plot", Name: "empty"}))

	got := must(s.Artifacts(ctx, a.Number()))(t)[0]
	hash := fmt.Sprintf("%x", sha256.Sum256([]byte("pixels")))
	if got.Hash != hash || got.Size != 6 || got.Stage != 1 || got.Step != 500 || got.Width != 3 || got.Height != 2 || got.MIME != "image/png" || got.Data != nil || got.Created.IsZero() {
		t.Errorf("got %+v", got)
	}
	if data := must(s.Blob(ctx, hash))(t); string(data) != "pixels" {
		t.Errorf("got %q", data)
	}
	if n := count(t, s, "blobs"); n != 2 {
		t.Errorf("%d blobs, want 2: equal contents are stored once", n)
	}
	picture.Data = []byte("other pixels")
	check(t, a.Artifact(ctx, picture))
	if n := count(t, s, "blobs"); n != 3 {
		t.Errorf("%d blobs, want 3: the other run still has the old content", n)
	}
	check(t, b.Artifact(ctx, picture))
	_, err := s.Blob(ctx, hash)
	wantError(t, err, ErrNotFound)
	if n := len(must(s.Artifacts(ctx, b.Number()))(t)); n != 2 {
		t.Errorf("%d artifacts, want 2: the same kind, name, stage and step is the same artifact", n)
	}
}

func count(t *testing.T, s *Store, table string) (n int) {
	t.Helper()
	check(t, s.writer.QueryRow("SELECT count(*) FROM "+table).Scan(&n))
	return n
}

func TestFinish(t *testing.T) {
	s := openTest(t)
	ctx, cancel := context.WithCancel(t.Context())
	r := begin(t, s, NewRun{})
	check(t, r.Log(ctx, 0, []Value{{"x", 1}}))
	if err := r.Finish(ctx, Running, ""); err == nil {
		t.Error("running was accepted as a final status")
	}
	cancel() // as Ctrl-C does
	check(t, r.Flush(ctx))
	if n := count(t, s, "metrics"); n != 1 {
		t.Errorf("%d values, want 1: they are written after an interrupt too", n)
	}
	check(t, r.Finish(ctx, Killed, "interrupted"))
	check(t, r.Finish(ctx, Finished, "again"))
	check(t, r.Flush(t.Context()))
	if d := must(s.FindRun(t.Context(), "last"))(t); d.Status != Killed || d.Message != "interrupted" {
		t.Errorf("the first final status must stay; got %s %q", d.Status, d.Message)
	}
	wantError(t, r.Log(ctx, 1, []Value{{"x", 1}}), ErrEnded)
	wantError(t, r.Event(ctx, "late", 1, nil), ErrEnded)
	wantError(t, r.Artifact(ctx, Artifact{Kind: "plot"}), ErrEnded)
	if n := count(t, s, "metrics"); n != 1 {
		t.Errorf("%d values, want 1", n)
	}
}

func TestFlusherWritesPending(t *testing.T) {
	s := openTest(t)
	r := begin(t, s, NewRun{})
	wait := func(what string, done func() bool) {
		t.Helper()
		for deadline := time.Now().Add(10 * flushEvery); !done(); time.Sleep(flushEvery / 20) {
			if time.Now().After(deadline) {
				t.Fatal(what)
			}
		}
	}
	check(t, r.Log(t.Context(), 0, []Value{{"x", 1}}))
	wait("nobody wrote the value", func() bool { return count(t, s, "metrics") == 1 })

	var before, seen string
	const seenAt = "SELECT seen_at FROM runs"
	check(t, s.writer.QueryRow(seenAt).Scan(&before))
	wait("an idle run gave no sign of life", func() bool {
		r.mu.Lock() // each time: the flush above may end only now, and set it
		r.lastFlush = time.Now().Add(-heartbeat)
		r.mu.Unlock()
		check(t, s.writer.QueryRow(seenAt).Scan(&seen))
		return seen > before
	})
}

func TestCloseWritesPending(t *testing.T) {
	path := filepath.Join(t.TempDir(), "runexp.db")
	s := openAt(t, path)
	r := begin(t, s, NewRun{})
	check(t, r.Log(t.Context(), 0, []Value{{"x", 1}}))
	check(t, s.Close())
	if entries, _ := os.ReadDir(filepath.Dir(path)); len(entries) != 1 {
		t.Errorf("a closed store is one file, not %v", entries)
	}
	if n := count(t, openAt(t, path), "metrics"); n != 1 {
		t.Errorf("%d values, want 1", n)
	}
}

func TestAttemptsAndNumbers(t *testing.T) {
	s := openTest(t)
	for i, want := range []struct {
		experiment, hash string
		attempt          int
	}{{"a", "h", 1}, {"a", "h", 2}, {"a", "i", 1}, {"b", "h", 3}, {"a", "", 1}, {"a", "", 1}} {
		r := begin(t, s, NewRun{Experiment: want.experiment, TrialHash: want.hash})
		if r.Attempt() != want.attempt || r.Number() != int64(i+1) {
			t.Errorf("run %d: got number %d, attempt %d, want attempt %d", i+1, r.Number(), r.Attempt(), want.attempt)
		}
		if i == 5 { // a number is not used again
			check(t, r.Finish(t.Context(), Finished, ""))
			must(s.writer.Exec("DELETE FROM runs WHERE id = ?", r.Number()))(t)
			if again := begin(t, s, NewRun{}); again.Number() != 7 {
				t.Errorf("got number %d, want 7", again.Number())
			}
		}
	}
}

func TestBeginInvalid(t *testing.T) {
	ctx, s := t.Context(), openTest(t)
	for name, n := range map[string]NewRun{
		"no experiment": {},
		"no JSON":       {Experiment: "a", Params: []Param{{"x", json.RawMessage("{")}}},
		"no parent":     {Experiment: "a", Parent: NewUID()},
		"a path twice":  {Experiment: "a", Params: []Param{{"x", json.RawMessage("1")}, {"x", json.RawMessage("2")}}},
	} {
		if _, err := s.Begin(ctx, n); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	if n := count(t, s, "runs") + count(t, s, "experiments"); n != 0 {
		t.Errorf("%d rows stayed", n)
	}
}

func TestViews(t *testing.T) {
	ctx, s := t.Context(), openTest(t)
	r := begin(t, s, NewRun{})
	check(t, r.Log(ctx, 0, []Value{{"loss/total", 8}, {"loss/style", 6}, {"time/iteration", 0.1}}))
	check(t, r.Log(ctx, 1, []Value{{"loss/total", 9}}))
	check(t, r.Finish(ctx, Finished, ""))
	var experiment, loss string
	var last, best float64
	var values int
	check(t, s.writer.QueryRow(`SELECT experiment, loss, last, best FROM run_losses LIMIT 1`).Scan(&experiment, &loss, &last, &best))
	check(t, s.writer.QueryRow(`SELECT count(*) FROM run_metrics WHERE run = 1`).Scan(&values))
	if experiment != "layers" || loss != "total" || last != 9 || best != 8 || values != 4 {
		t.Errorf("got %s %s %v %v %v", experiment, loss, last, best, values)
	}
	var short string
	check(t, s.writer.QueryRow(`SELECT short FROM run_list WHERE loss = 9 AND iterations = 1`).Scan(&short))
	if short != r.UID().Short() {
		t.Errorf("got %s, want %s", short, r.UID().Short())
	}
}

// The views count iterations as ls does: without the first row of the second stage.
func TestViewsCountIterations(t *testing.T) {
	ctx, s := t.Context(), openTest(t)
	r := begin(t, s, NewRun{})
	for row, stage := range []int{0, 0, 0, 1, 1} { // 2 iterations, then 1
		if row == 0 || row == 3 {
			check(t, r.Event(ctx, "stage", row, map[string]int{"stage": stage}))
			check(t, r.Event(ctx, "stage", row, map[string]int{"stage": stage})) // resumed
		}
		values := []Value{{"loss/total", float64(9 - row)}}
		if row != 2 && row != 4 {
			values = append(values, Value{"time/iteration", 0.1})
		}
		check(t, r.Log(ctx, row, values))
	}
	check(t, r.Finish(ctx, Finished, ""))
	made := must(s.Runs(ctx, Filter{}))(t)[0].Iterations
	var listed, best, last int
	check(t, s.writer.QueryRow(`SELECT iterations FROM run_list`).Scan(&listed))
	check(t, s.writer.QueryRow(`SELECT best_step, last_step FROM run_losses`).Scan(&best, &last))
	if made != 3 || listed != 3 || best != 3 || last != 3 {
		t.Errorf("%d iterations, in the views %d, best at %d, last at %d; want 3", made, listed, best, last)
	}
}

func TestUID(t *testing.T) {
	u := NewUID()
	if back := must(ParseUID(u.String()))(t); back != u || len(u.String()) != 32 || len(u.Short()) != 8 || NewUID() == u {
		t.Errorf("got %v from %v", back, u)
	}
	for _, bad := range []string{"", "12", u.String() + "00", "g" + u.String()[1:]} {
		if _, err := ParseUID(bad); err == nil {
			t.Errorf("%q: no error", bad)
		}
	}
	if text := must(json.Marshal(u))(t); string(text) != `"`+u.String()+`"` {
		t.Errorf("got %s", text)
	}
	var _ sql.Scanner = &u
}
