package worker

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"runexp/experiments/executor/slurm/queue"
	"runexp/experiments/trial"
	"runexp/framework/store"
)

// A fake is a TrialMaker whose trials take a while and end as they are told.
type fake struct {
	took  time.Duration
	makes func(trial int) Outcome // nil: all finish

	mu        sync.Mutex
	made      []int
	published int
	causes    []error // why trials stopped before their end
}

func (f *fake) Make(ctx context.Context, t queue.Trial, commit func(queue.Result) error) Outcome {
	o := Outcome{Status: store.Finished}
	if f.makes != nil {
		o = f.makes(t.Number)
	}
	o.Run = store.NewUID()
	if o.Unprepared {
		return o
	}
	select {
	case <-time.After(f.took):
	case <-ctx.Done():
		cause := context.Cause(ctx)
		f.mu.Lock()
		f.causes = append(f.causes, cause)
		f.mu.Unlock()
		if !errors.As(cause, new(*trial.PrunedError)) {
			return Outcome{Run: o.Run, Status: store.Killed, Err: cause}
		}
		o.Status = store.Pruned
	}
	f.mu.Lock()
	f.made = append(f.made, t.Number)
	f.mu.Unlock()
	if o.Status == store.Finished || o.Status == store.Pruned {
		if err := commit(queue.Result{Run: o.Run, Status: o.Status, Store: "1.db"}); err != nil {
			return Outcome{Run: o.Run, Status: store.Killed, Err: err}
		}
	}
	return o
}

func (f *fake) Failed(o Outcome) queue.Result {
	return queue.Result{Run: o.Run, Status: store.Failed, Reason: o.Err.Error()}
}

func (f *fake) Publish(context.Context) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.published++
	return nil
}

func (f *fake) Recover(context.Context, queue.Claim, queue.Result) (bool, error) { return true, nil }

// newQueue returns the folder of a sweep of n trials.
func newQueue(t *testing.T, n int) *queue.Queue {
	t.Helper()
	q, err := queue.Create(filepath.Join(t.TempDir(), "slurm-1"), nil, Sweep{})
	if err != nil {
		t.Fatal(err)
	}
	for i := range n {
		if err := q.Add(queue.Trial{Number: i, Hash: fmt.Sprint(i), Config: "x"}); err != nil {
			t.Fatal(err)
		}
	}
	return q
}

// options are those of a task whose life is the only one.
func options(index, restart int) Options {
	o := Defaults()
	o.Life, o.Host = queue.Life{Task: queue.Task{Job: 7, Index: index}, Restart: restart}, "node"
	o.Log = slog.New(slog.NewTextHandler(io.Discard, nil))
	o.Alive = func(context.Context) (map[queue.Life]bool, error) { return map[queue.Life]bool{o.Life: true}, nil }
	return o
}

func results(t *testing.T, q *queue.Queue) (statuses []store.Status) {
	t.Helper()
	list, err := q.Results()
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range list {
		statuses = append(statuses, r.Status)
	}
	return statuses
}

func TestATrialIsStoppedAtTheDeadlineAndGoesOnInTheNextLife(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q := newQueue(t, 3)
		f := &fake{took: 10 * time.Minute}
		o := options(1, 0)
		o.Deadline = time.Now().Add(15 * time.Minute)
		if more, err := Run(t.Context(), q, f, o); err != nil || !more || !slices.Equal(f.made, []int{0}) || !slices.Equal(f.causes, []error{ErrDeadline}) {
			t.Fatalf("more: %v, %v; made %v, stopped by %v", more, err, f.made, f.causes)
		}
		if f.published < 14 {
			t.Errorf("published %d times in 15 minutes", f.published)
		}
		o = options(1, 1)
		if more, err := Run(t.Context(), q, f, o); err != nil || more || !slices.Equal(f.made, []int{0, 1, 2}) {
			t.Errorf("more: %v, %v; made %v", more, err, f.made)
		}
		if sum, err := q.Summary(); err != nil || sum.Done != 3 || sum.Lost != 1 {
			t.Errorf("%+v, %v", sum, err)
		}
	})
}

func TestFailedTrialsAreRetriedAndCounted(t *testing.T) {
	q := newQueue(t, 2)
	f := &fake{makes: func(trial int) Outcome {
		if trial == 0 {
			return Outcome{Status: store.Failed, Err: errors.New("not finite")}
		}
		return Outcome{Status: store.Finished}
	}}
	o := options(1, 0)
	o.Retries = 2
	if more, err := Run(t.Context(), q, f, o); err != nil || more || !slices.Equal(f.made, []int{0, 0, 0, 1}) {
		t.Errorf("more: %v, %v; made %v", more, err, f.made)
	}
	if got := results(t, q); !slices.Equal(got, []store.Status{store.Failed, store.Finished}) {
		t.Error(got)
	}
}

// A full disk is no result of a trial.
func TestAFatalErrorGivesTheTrialBack(t *testing.T) {
	q := newQueue(t, 1)
	f := &fake{makes: func(int) Outcome { return Outcome{Status: store.Failed, Err: store.ErrFull, Fatal: true} }}
	if _, err := Run(t.Context(), q, f, options(1, 0)); !errors.Is(err, store.ErrFull) {
		t.Error(err)
	}
	if sum, err := q.Summary(); err != nil || sum.Queued != 1 || sum.Lost != 1 {
		t.Errorf("%+v, %v", sum, err)
	}
}

func TestATrialThatCannotBePreparedIsGivenBack(t *testing.T) {
	q := newQueue(t, 2)
	missing := &fake{makes: func(int) Outcome {
		return Outcome{Status: store.Failed, Err: errors.New("vgg19.pth: no such file"), Unprepared: true}
	}}
	problem := new(NodeError)
	if _, err := Run(t.Context(), q, missing, options(1, 0)); !errors.As(err, &problem) || problem.Trial != 0 {
		t.Fatal(err)
	}
	fine := &fake{}
	if _, err := Run(t.Context(), q, fine, options(2, 0)); err != nil || !slices.Equal(fine.made, []int{0, 1}) {
		t.Errorf("another task: made %v, %v", fine.made, err)
	}
	q = newQueue(t, 2)
	for index := range 3 {
		if _, err := Run(t.Context(), q, missing, options(index, 0)); !errors.As(err, &problem) {
			t.Fatal(err)
		}
	}
	if reason, stopped, err := q.Stopped(); !stopped || !strings.Contains(reason, "vgg19.pth") || err != nil {
		t.Errorf("after three tasks: %v, %q, %v", stopped, reason, err)
	}
	if more, err := Run(t.Context(), q, fine, options(4, 0)); more || err != nil || len(fine.made) != 2 {
		t.Errorf("a stopped sweep: more %v, %v, made %v", more, err, fine.made)
	}
}

func TestARunningTrialIsPrunedOrTakenAway(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q := newQueue(t, 1)
		f := &fake{took: time.Hour}
		go func() {
			time.Sleep(10 * time.Minute)
			if err := q.Prune(0, "the median is better"); err != nil {
				t.Error(err)
			}
		}()
		began := time.Now()
		if more, err := Run(t.Context(), q, f, options(1, 0)); err != nil || more || time.Since(began) > 12*time.Minute {
			t.Errorf("more: %v, %v after %v", more, err, time.Since(began))
		}
		if got := results(t, q); !slices.Equal(got, []store.Status{store.Pruned}) || f.causes[0].Error() != "the median is better" {
			t.Errorf("%v, %v", got, f.causes)
		}

		q = newQueue(t, 1)
		f = &fake{took: time.Hour}
		other := options(2, 0)
		go func() { // by the scheduler's word the first task is over
			time.Sleep(10 * time.Minute)
			if _, err := Run(t.Context(), q, &fake{}, other); err != nil {
				t.Error(err)
			}
		}()
		if more, err := Run(t.Context(), q, f, options(1, 0)); err != nil || more || len(f.made) != 0 || !errors.Is(f.causes[0], queue.ErrFenced) {
			t.Errorf("more: %v, %v, made %v", more, err, f.made)
		}
		if got := results(t, q); !slices.Equal(got, []store.Status{store.Finished}) {
			t.Error(got)
		}
	})
}

// A task with nothing left to take stays for a while to take over from others that end.
func TestATaskTakesOverFromOneThatEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q := newQueue(t, 1)
		dead := options(1, 0)
		w, err := q.Join(dead.Life, "node")
		if err != nil {
			t.Fatal(err)
		}
		if _, ok, err := w.Take(); !ok || err != nil {
			t.Fatal(ok, err)
		}
		o, began := options(2, 0), time.Now()
		o.Alive = func(context.Context) (map[queue.Life]bool, error) {
			switch took := time.Since(began); {
			case took < 50*time.Second:
				return map[queue.Life]bool{dead.Life: true, o.Life: true}, nil
			case took < 80*time.Second:
				return nil, errors.New("squeue: cannot connect")
			}
			return map[queue.Life]bool{o.Life: true}, nil
		}
		f := &fake{}
		if more, err := Run(t.Context(), q, f, o); err != nil || more || !slices.Equal(f.made, []int{0}) || time.Since(began) != 90*time.Second {
			t.Errorf("more: %v, %v, made %v after %v", more, err, f.made, time.Since(began))
		}

		q = newQueue(t, 1)
		if w, err = q.Join(dead.Life, "node"); err != nil {
			t.Fatal(err)
		}
		if _, ok, err := w.Take(); !ok || err != nil {
			t.Fatal(ok, err)
		}
		o.Alive = func(context.Context) (map[queue.Life]bool, error) { return map[queue.Life]bool{dead.Life: true}, nil }
		began = time.Now()
		if more, err := Run(t.Context(), q, f, o); err != nil || more || time.Since(began) > 6*time.Minute {
			t.Errorf("more: %v, %v after %v", more, err, time.Since(began))
		}
	})
}
