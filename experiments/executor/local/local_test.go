package local

import (
	"context"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// A log notes when tasks begin and end.
type log struct {
	mu           sync.Mutex
	order        []int
	tasks, most  int
	bytes, heavy int64
}

func (l *log) task(i int, bytes int64, took time.Duration) Task {
	return Task{bytes, func(context.Context) {
		l.mu.Lock()
		l.order = append(l.order, i)
		l.tasks++
		l.bytes += bytes
		l.most, l.heavy = max(l.most, l.tasks), max(l.heavy, l.bytes)
		l.mu.Unlock()
		time.Sleep(took)
		l.mu.Lock()
		l.tasks--
		l.bytes -= bytes
		l.mu.Unlock()
	}}
}

func TestJobsAndMemoryAreBounds(t *testing.T) {
	for name, c := range map[string]struct {
		limits Limits
		bytes  []int64
		most   int
		heavy  int64
		took   time.Duration // of tasks that take a second each
	}{
		"one after another": {Limits{Jobs: 1}, []int64{1, 1, 1, 1}, 1, 1, 4 * time.Second},
		"two at once":       {Limits{Jobs: 2}, []int64{1, 1, 1, 1}, 2, 2, 2 * time.Second},
		"more than tasks":   {Limits{Jobs: 9}, []int64{1, 1, 1, 1}, 4, 4, time.Second},
		"memory":            {Limits{Jobs: 4, Memory: 10}, []int64{5, 5, 5, 5}, 2, 10, 2 * time.Second},
		"too large":         {Limits{Jobs: 4, Memory: 10}, []int64{1, 99, 1, 1}, 2, 99, 3 * time.Second},
		"nothing to do":     {Limits{Jobs: 2}, nil, 0, 0, 0},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var l log
				var tasks []Task
				for i, b := range c.bytes {
					tasks = append(tasks, l.task(i, b, time.Second))
				}
				began := time.Now()
				begun := Run(context.Background(), tasks, c.limits)
				if took := time.Since(began); begun != len(c.bytes) || l.most != c.most || l.heavy != c.heavy || took != c.took || !slices.IsSorted(l.order) && c.limits.Jobs == 1 {
					t.Errorf("%d begun, at most %d and %d bytes at once, %v, order %v", begun, l.most, l.heavy, took, l.order)
				}
			})
		})
	}
}

func TestACancelledContextBeginsNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(context.Background())
		var l log
		tasks := make([]Task, 6)
		for i := range tasks {
			tasks[i] = l.task(i, 1, 2*time.Second)
		}
		go func() { time.Sleep(3 * time.Second); cancel() }()
		if begun := Run(ctx, tasks, Limits{Jobs: 2}); begun != 4 || l.tasks != 0 {
			t.Errorf("%d begun, %d still under way", begun, l.tasks)
		}
	})
}
