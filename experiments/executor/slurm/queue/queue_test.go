package queue

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"runexp/framework/store"
)

// newTest returns the folder of a sweep of n trials.
func newTest(t testing.TB, n int) *Queue {
	t.Helper()
	q, err := Create(filepath.Join(t.TempDir(), "slurm-1"), []byte("experiment: x\n"), map[string]int{"trials": n})
	if err != nil {
		t.Fatal(err)
	}
	for i := range n {
		if err := q.Add(Trial{Number: i, Hash: fmt.Sprint("hash ", i), Config: "experiment: x\n"}); err != nil {
			t.Fatal(err)
		}
	}
	return q
}

// join is a life of a task with its own view of the folder, as on a host of its own.
func join(t testing.TB, q *Queue, index, restart int) *Worker {
	t.Helper()
	own, err := Open(q.Dir())
	if err != nil {
		t.Fatal(err)
	}
	w, err := own.Join(Life{Task{7, index}, restart}, "node")
	if err != nil {
		t.Fatal(err)
	}
	return w
}

func (w *Worker) mustTake(t testing.TB) Claim {
	t.Helper()
	c, ok, err := w.Take()
	if err != nil || !ok {
		t.Fatalf("%v, %v", ok, err)
	}
	return c
}

func finished() Result { return Result{Run: store.NewUID(), Status: store.Finished, Store: "1.db"} }

// alive is the scheduler's word.
func alive(lives ...Life) Alive {
	return func(context.Context) (map[Life]bool, error) {
		m := map[Life]bool{}
		for _, l := range lives {
			m[l] = true
		}
		return m, nil
	}
}

func recorded(yes bool) Recover {
	return func(context.Context, Claim, Result) (bool, error) { return yes, nil }
}

func TestTrialsAreTakenInOrderAndOnce(t *testing.T) {
	q := newTest(t, 3)
	a, b := join(t, q, 0, 0), join(t, q, 1, 0)
	for want, w := range []*Worker{a, b, a} {
		if c := w.mustTake(t); c.Trial != want || c.Attempt != 1 {
			t.Errorf("claim %v, want trial %d", c, want)
		}
	}
	if c, ok, err := b.Take(); ok || err != nil {
		t.Errorf("%v, %v", c, err)
	}
	sum, err := q.Summary()
	if err != nil || sum.Trials != 3 || len(sum.Running) != 3 || sum.Running[1].Life != b.Life || sum.Left() != 3 {
		t.Errorf("%+v, %v", sum, err)
	}
	if err := q.Add(Trial{Number: 3, Hash: "hash 3", Config: "x"}); err != nil {
		t.Fatal(err)
	}
	if c := a.mustTake(t); c.Trial != 3 {
		t.Errorf("added, and then taken: %v", c)
	}
}

func TestAFolderIsMadeOnceAndTrialsAreNotReplaced(t *testing.T) {
	q := newTest(t, 1)
	if _, err := Create(q.Dir(), nil, 1); !errors.Is(err, fs.ErrExist) {
		t.Error(err)
	}
	if err := q.Add(Trial{Number: 0, Hash: "hash 0", Config: "experiment: x\n"}); err != nil {
		t.Errorf("the same trial again: %v", err)
	}
	if err := q.Add(Trial{Number: 0, Hash: "another"}); err == nil || !strings.Contains(err.Error(), q.trialPath(0)) {
		t.Errorf("another trial: %v", err)
	}
	var plan map[string]int
	if err := q.Plan(&plan); err != nil || plan["trials"] != 1 {
		t.Errorf("%v, %v", plan, err)
	}
	if _, err := Open(t.TempDir()); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a folder that is not one: %v", err)
	}
}

// A result counts once its run is in a published copy.
func TestFinish(t *testing.T) {
	q := newTest(t, 1)
	w := join(t, q, 0, 0)
	c, r := w.mustTake(t), finished()
	for range 2 { // it may be repeated
		if err := w.Finish(c, r); err != nil {
			t.Fatal(err)
		}
	}
	if list, err := q.Results(); len(list) != 0 || err != nil {
		t.Errorf("%v, %v", list, err)
	}
	for range 2 {
		if err := w.Publish(c); err != nil {
			t.Fatal(err)
		}
	}
	r.Attempt = 1
	if list, err := q.Results(); len(list) != 1 || list[0] != r || err != nil {
		t.Errorf("%v, %v, want %v", list, err, r)
	}
	if sum, err := q.Summary(); sum.Done != 1 || sum.Left() != 0 || err != nil {
		t.Errorf("%+v, %v", sum, err)
	}
	if _, ok, err := w.Take(); ok || err != nil {
		t.Error("a trial that is done was taken")
	}
}

func TestReapGivesTheTrialsOfTasksThatAreOverToOthers(t *testing.T) {
	q := newTest(t, 2)
	dead, other := join(t, q, 0, 0), join(t, q, 1, 0)
	c := dead.mustTake(t)
	kept := other.mustTake(t)
	unknown := errors.New("squeue: connection refused")
	if n, _, err := q.Reap(t.Context(), func(context.Context) (map[Life]bool, error) { return nil, unknown }, recorded(false)); n != 0 || !errors.Is(err, unknown) {
		t.Errorf("if the scheduler cannot be asked nothing is lost: %d, %v", n, err)
	}
	if n, _, err := q.Reap(t.Context(), alive(other.Life), recorded(false)); n != 1 || err != nil {
		t.Fatalf("%d lost, %v", n, err)
	}
	if n, _, err := q.Reap(t.Context(), alive(other.Life), recorded(false)); n != 0 || err != nil {
		t.Errorf("lost again: %d, %v", n, err)
	}
	if again := other.mustTake(t); again.Trial != c.Trial || again.Attempt != 2 {
		t.Errorf("claim %v, want 0.2", again)
	}
	if err := dead.Finish(c, finished()); !errors.Is(err, ErrFenced) {
		t.Errorf("it was alive after all: %v", err)
	}
	if err := other.Finish(kept, finished()); err != nil {
		t.Error(err)
	}
	if sum, err := q.Summary(); sum.Lost != 1 || err != nil {
		t.Errorf("%+v, %v", sum, err)
	}
}

// The result of a task that ended before the end of its run was recorded is completed, unless its store is gone.
func TestAResultIsCompleted(t *testing.T) {
	for _, ended := range []bool{false, true} {
		q := newTest(t, 1)
		w := join(t, q, 0, 0)
		c := w.mustTake(t)
		if err := w.Finish(c, finished()); err != nil {
			t.Fatal(err)
		}
		unreadable := errors.New("busy")
		if n, _, err := q.Reap(t.Context(), alive(), func(context.Context, Claim, Result) (bool, error) { return false, unreadable }); n != 0 || !errors.Is(err, unreadable) {
			t.Errorf("%d, %v", n, err)
		}
		if _, _, err := q.Reap(t.Context(), alive(), recorded(ended)); err != nil {
			t.Fatal(err)
		}
		list, err := q.Results()
		if err != nil || (len(list) == 1) != ended {
			t.Errorf("ended %v: %v, %v", ended, list, err)
		}
		if _, ok, err := w.Take(); ok == ended || err != nil {
			t.Errorf("ended %v: taken again %v, %v", ended, ok, err)
		}
	}
}

// A restarted task goes on with its trial, although others find one that is free.
func TestAdopt(t *testing.T) {
	q := newTest(t, 1)
	first := join(t, q, 0, 0)
	c := first.mustTake(t)
	second := join(t, q, 0, 1)
	if n, _, err := q.Reap(t.Context(), alive(second.Life), recorded(false)); n != 0 || err != nil {
		t.Errorf("what a restarted task had is its own: %d, %v", n, err)
	}
	adopted, err := second.Adopt(t.Context(), recorded(false))
	if err != nil || len(adopted) != 1 || adopted[0].String() != "0.2" || adopted[0].Life != second.Life {
		t.Fatalf("%v, %v", adopted, err)
	}
	if again, err := second.Adopt(t.Context(), recorded(false)); len(again) != 0 || err != nil {
		t.Errorf("adopted twice: %v, %v", again, err)
	}
	if err := first.Finish(c, finished()); !errors.Is(err, ErrFenced) {
		t.Errorf("the earlier life: %v", err)
	}
	if err := second.Finish(adopted[0], finished()); err != nil {
		t.Error(err)
	}
}

func TestStopAndPrune(t *testing.T) {
	q := newTest(t, 3)
	w := join(t, q, 0, 0)
	w.mustTake(t)
	for _, reason := range []string{"median", "again"} {
		if err := q.Prune(1, reason); err != nil {
			t.Fatal(err)
		}
	}
	if reason, pruned, err := w.Pruned(1); reason != "median" || !pruned || err != nil {
		t.Errorf("%q, %v, %v", reason, pruned, err)
	}
	if c := w.mustTake(t); c.Trial != 2 {
		t.Errorf("trial %d, want 2", c.Trial)
	}
	if sum, err := q.Summary(); sum.Pruned != 1 || len(sum.Running) != 2 || err != nil {
		t.Errorf("%+v, %v", sum, err)
	}
	if err := q.Stop("enough"); err != nil {
		t.Fatal(err)
	}
	if _, _, err := w.Take(); !errors.Is(err, ErrStopped) || !strings.Contains(err.Error(), "enough") {
		t.Error(err)
	}
}

// A problem of a node moves its trial; the same of three tasks is not the nodes'.
func TestGiveBack(t *testing.T) {
	q := newTest(t, 1)
	give := func(index int, reason string) {
		t.Helper()
		w := join(t, q, index, 0)
		if err := w.GiveBack(w.mustTake(t), reason); err != nil {
			t.Fatal(err)
		}
	}
	const missing = "backbone: vgg19.pth: no such file"
	give(0, missing)
	give(0, missing)
	give(1, missing)
	give(2, "another")
	if _, stopped, err := q.Stopped(); stopped || err != nil {
		t.Fatalf("stopped by two tasks, %v", err)
	}
	give(3, missing)
	if reason, stopped, _ := q.Stopped(); !stopped || !strings.Contains(reason, missing) {
		t.Errorf("%v: %s", stopped, reason)
	}
}

// A torn or foreign file is named, and the others are used.
func TestTornAndForeignFiles(t *testing.T) {
	q := newTest(t, 3)
	w := join(t, q, 0, 0)
	for _, name := range []string{"claims/0.1", "claims/core.1234", "claims/01.1", "claims/1", "trials/readme", "trials/3.json", "lost/1.0", "done/1.1", "prune/x", "published/9999999999999999999999.1"} {
		if err := os.WriteFile(q.path(name), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	c := w.mustTake(t)
	if c.Trial != 1 {
		t.Errorf("claim %v", c)
	}
	if err := w.Finish(c, finished()); !errors.Is(err, ErrDamaged) || !strings.Contains(err.Error(), q.path("done/1.1")) {
		t.Errorf("a torn result: %v", err)
	}
	if _, err := q.Trial(3); !errors.Is(err, ErrDamaged) || !strings.Contains(err.Error(), q.path("trials/3.json")) {
		t.Errorf("a torn trial: %v", err)
	}
	_, _, err := q.Reap(t.Context(), alive(), recorded(false))
	for _, name := range []string{"claims/0.1", "done/1.1"} {
		if err == nil || !strings.Contains(err.Error(), q.path(name)) {
			t.Errorf("%s is not named: %v", name, err)
		}
	}
	if _, err := q.Summary(); !errors.Is(err, ErrDamaged) {
		t.Error(err)
	}
	if problems := q.Problems(); len(problems) != 7 {
		t.Errorf("%d problems: %v", len(problems), problems)
	}
}
