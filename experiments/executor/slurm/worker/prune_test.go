package worker

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"runexp/experiments/executor/slurm/queue"
	"runexp/experiments/plan"
	"runexp/experiments/trial"
	"runexp/framework/run"
	"runexp/framework/store"
)

// A task leaves pruning to others: without their word it makes all trials whole.
func TestOthersPrune(t *testing.T) {
	r := newReal(t, fourTrials+"  early_stop: {type: median, metric: eval/style, warmup: 1, every: 1}\n")
	life := queue.Life{Task: queue.Task{Job: 7, Index: 1}}
	pruning := func(p plan.Trial, _ trial.Start) run.Observer {
		return run.ObserverFunc(func(e run.Event) error {
			row, is := e.(run.Row)
			if !is || row.Iteration != 2 || row.Last || p.Number != 1 {
				return nil
			}
			return r.queue.Prune(1, "the median of others is better")
		})
	}
	q, m, o := r.task(t, life, pruning)
	slow := m.options.NewObserver
	m.options.NewObserver = func(p plan.Trial, s trial.Start) run.Observer {
		own := slow(p, s)
		return run.ObserverFunc(func(e run.Event) error {
			err := own.Observe(e)
			if row, is := e.(run.Row); is && p.Number == 1 && row.Iteration >= 2 && !row.Last {
				time.Sleep(10 * o.Every) // until the task looks
			}
			return err
		})
	}
	if more, err := Run(t.Context(), q, m, o); err != nil || more {
		t.Fatalf("more: %v, %v", more, err)
	}
	r.merge(t)
	results, err := r.queue.Results()
	if err != nil || len(results) != 4 {
		t.Fatalf("%v, %v", results, err)
	}
	for _, result := range results {
		want := store.Finished
		if result.Trial == 1 {
			want = store.Pruned
		}
		made, err := r.Store.FindRun(t.Context(), result.Run.String())
		if err != nil || made.Status != want || result.Status != want {
			t.Errorf("trial %d: %s, %s, %v", result.Trial, result.Status, made.Status, err)
		}
		if want == store.Pruned && made.Message != "the median of others is better" {
			t.Errorf("pruned: %q", made.Message)
		}
	}
}

// A node without the images gives the trial back; another that has them makes it.
func TestANodeWithoutAnImage(t *testing.T) {
	r := newReal(t, fourTrials)
	content := filepath.Join(r.Dir, "content.png")
	q, m, o := r.task(t, queue.Life{Task: queue.Task{Job: 7, Index: 1}}, nil)
	if err := os.Rename(content, content+".away"); err != nil {
		t.Fatal(err)
	}
	problem := new(NodeError)
	if _, err := Run(t.Context(), q, m, o); !errors.As(err, &problem) || !strings.Contains(err.Error(), "content.png") {
		t.Fatal(err)
	}
	if sum, err := r.queue.Summary(); err != nil || sum.Queued != 4 || sum.Lost != 1 {
		t.Errorf("%+v, %v", sum, err)
	}
	if err := os.Rename(content+".away", content); err != nil {
		t.Fatal(err)
	}
	q, m, o = r.task(t, queue.Life{Task: queue.Task{Job: 7, Index: 2}}, nil)
	m.stores.most = 2
	if more, err := Run(t.Context(), q, m, o); err != nil || more {
		t.Fatalf("more: %v, %v", more, err)
	}
	if copies, err := Copies(r.queue); err != nil || len(copies) != 2 {
		t.Errorf("stores of two runs: %v, %v", copies, err)
	}
	r.merge(t)
	pictures(t, r.Store, r.plan.Trials)
}
