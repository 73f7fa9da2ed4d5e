package local

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"runexp/experiments/executor"
	"runexp/experiments/plan"
	"runexp/experiments/trial"
	"runexp/framework/run"
	"runexp/framework/store"
)

// A log records the order in which trials start and the most that ran at once.
type log struct {
	mu           sync.Mutex
	order        []int
	jobs, most   int
	bytes, heavy int64
}

// run returns a trial that takes this long, unless it is cancelled.
func (l *log) run(took time.Duration) func(context.Context, plan.Trial) trial.Outcome {
	return func(ctx context.Context, t plan.Trial) trial.Outcome {
		l.mu.Lock()
		l.order = append(l.order, t.Number)
		l.jobs++
		l.bytes += t.Bytes()
		l.most, l.heavy = max(l.most, l.jobs), max(l.heavy, l.bytes)
		l.mu.Unlock()
		o := trial.Outcome{Status: store.Finished}
		select {
		case <-time.After(took):
		case <-ctx.Done():
			o = trial.Outcome{Status: store.Killed, Err: context.Cause(ctx)}
		}
		l.mu.Lock()
		l.jobs--
		l.bytes -= t.Bytes()
		l.mu.Unlock()
		return o
	}
}

// jobOf is job number i, whose trial needs this many bytes.
func jobOf(i int, bytes int64) executor.Job {
	return executor.Job{Trial: plan.Trial{Point: plan.Point{Number: i}, Predictions: []run.Prediction{{Bytes: bytes}}}, Try: 1}
}

func TestJobsAndMemoryAreLimits(t *testing.T) {
	for name, c := range map[string]struct {
		limits Limits
		bytes  []int64
		most   int
		heavy  int64
		took   time.Duration // with jobs of one second
	}{
		"one after another": {Limits{Jobs: 1}, []int64{1, 1, 1, 1}, 1, 1, 4 * time.Second},
		"two at once":       {Limits{Jobs: 2}, []int64{1, 1, 1, 1}, 2, 2, 2 * time.Second},
		"more than jobs":    {Limits{Jobs: 9}, []int64{1, 1, 1, 1}, 4, 4, time.Second},
		"memory":            {Limits{Jobs: 4, Memory: 10}, []int64{5, 5, 5, 5}, 2, 10, 2 * time.Second},
		"too large":         {Limits{Jobs: 4, Memory: 10}, []int64{1, 99, 1, 1}, 2, 99, 3 * time.Second},
		"nothing to do":     {Limits{Jobs: 2}, nil, 0, 0, 0},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var l log
				e := New(l.run(time.Second), c.limits)
				began := time.Now()
				for i, b := range c.bytes {
					if err := e.Submit(t.Context(), jobOf(i, b)); err != nil {
						t.Fatal(err)
					}
				}
				var ended []int
				for range c.bytes {
					result, err := e.Wait(t.Context())
					if err != nil || result.Status != store.Finished {
						t.Fatalf("%+v, %v", result, err)
					}
					ended = append(ended, result.Trial.Number)
				}
				if took := time.Since(began); l.most != c.most || l.heavy != c.heavy || took != c.took || !slices.IsSorted(l.order) && c.limits.Jobs == 1 {
					t.Errorf("at most %d and %d bytes at once, %v, order %v", l.most, l.heavy, took, l.order)
				}
				if slices.Sort(ended); len(slices.Compact(ended)) != len(c.bytes) {
					t.Errorf("ended: %v", ended)
				}
			})
		})
	}
}

// On Cancel a running job ends with the cause and a waiting one never starts; Wait returns
// all of them.
func TestCancel(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var l log
		e := New(l.run(2*time.Second), Limits{Jobs: 2})
		for i := range 6 {
			if err := e.Submit(t.Context(), jobOf(i, 1)); err != nil {
				t.Fatal(err)
			}
		}
		enough := errors.New("enough")
		statuses := map[store.Status]int{}
		for i := range 6 {
			if i == 2 { // two have ended; the next call starts two more
				ctx, cancel := context.WithTimeout(t.Context(), time.Second)
				if _, err := e.Wait(ctx); !errors.Is(err, context.DeadlineExceeded) {
					t.Fatalf("no job should end in the third second: %v", err)
				}
				cancel()
				e.Cancel(enough)
			}
			result, err := e.Wait(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			statuses[result.Status]++
			if result.Status == store.Killed && !errors.Is(result.Err, enough) {
				t.Errorf("killed for %v", result.Err)
			}
		}
		if statuses[store.Finished] != 2 || statuses[store.Killed] != 2 || statuses[""] != 2 || len(l.order) != 4 {
			t.Errorf("%v; started: %v", statuses, l.order)
		}
	})
}

// A job's slot is free only when the caller has its result and waits for the next.
func TestNoJobStartsBeforeTheResultIsHandled(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var l log
		e := New(l.run(time.Second), Limits{Jobs: 1})
		for i := range 2 {
			if err := e.Submit(t.Context(), jobOf(i, 1)); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := e.Wait(t.Context()); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Second)
		e.Cancel(errors.New("the disk is full"))
		if result, err := e.Wait(t.Context()); err != nil || result.Status != "" || len(l.order) != 1 {
			t.Errorf("%+v, %v; started: %v", result, err, l.order)
		}
	})
}

// A trial that failed is retried before others start, so that sweep.on_failure.max_failures
// stops a sweep after exactly that many trials.
func TestRetriesComeFirst(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var l log
		e := New(l.run(time.Second), Limits{Jobs: 1})
		for i := range 3 {
			if err := e.Submit(t.Context(), jobOf(i, 1)); err != nil {
				t.Fatal(err)
			}
		}
		for range 4 {
			result, err := e.Wait(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if result.Trial.Number == 0 && result.Try == 1 {
				if err := e.Submit(t.Context(), executor.Job{Trial: result.Trial, Try: 2}); err != nil {
					t.Fatal(err)
				}
			}
		}
		if !slices.Equal(l.order, []int{0, 0, 1, 2}) {
			t.Errorf("started: %v", l.order)
		}
	})
}
