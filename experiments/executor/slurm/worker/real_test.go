package worker

import (
	"context"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"runexp/experiments"
	"runexp/experiments/executor/local"
	"runexp/experiments/executor/slurm/queue"
	"runexp/experiments/plan"
	"runexp/experiments/testbed"
	"runexp/experiments/trial"
	"runexp/framework/config"
	"runexp/framework/run"
	"runexp/framework/store"
)

const fourTrials = "sweep:\n  metrics: [eval/style]\n  parameters: [{path: losses.style.weight, values: [10, 30, 100, 300]}]\n"

// A real is a sweep of real trials, planned and recorded.
type real struct {
	testbed.Bed
	plan     *plan.Plan
	recorded *experiments.Recorded
	queue    *queue.Queue
}

func newReal(t *testing.T, section string) real {
	t.Helper()
	r := real{Bed: testbed.New(t)}
	var err error
	if r.plan, err = plan.NewPlanner(r.Plugins, r.Engine).New(t.Context(), r.Load(t, section), plan.Options{}); err != nil {
		t.Fatal(err)
	}
	if r.recorded, err = experiments.Record(t.Context(), r.plan, r.Store); err != nil {
		t.Fatal(err)
	}
	text, err := r.plan.Config.YAML()
	if err != nil {
		t.Fatal(err)
	}
	sweep := Sweep{UID: store.NewUID(), Experiment: "x", Frozen: r.plan.Freeze()}
	if r.queue, err = queue.Create(filepath.Join(r.Dir, "slurm-1"), text, sweep); err != nil {
		t.Fatal(err)
	}
	for _, p := range r.plan.Trials {
		if err := r.queue.Add(Freeze(p)); err != nil {
			t.Fatal(err)
		}
	}
	return r
}

// task is what a process of a task has: a planner, and a view of the folder, of its own.
func (r real) task(t *testing.T, l queue.Life, began func(plan.Trial, trial.Start) run.Observer) (*queue.Queue, *Maker, Options) {
	t.Helper()
	q, err := queue.Open(r.queue.Dir())
	if err != nil {
		t.Fatal(err)
	}
	m, err := NewMaker(t.Context(), q, l.Task, plan.NewPlanner(r.Plugins, r.Engine), config.Loader{Plugins: r.Plugins}, trial.Options{Version: "test", NewObserver: began})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = m.Close() }) // again, for some
	o := Defaults()
	o.Life, o.Host, o.Retries, o.Log = l, "node", m.Retries(), slog.New(slog.NewTextHandler(io.Discard, nil))
	o.Every, o.Look = 20*time.Millisecond, 20*time.Millisecond
	o.Alive = func(context.Context) (map[queue.Life]bool, error) { return map[queue.Life]bool{l: true}, nil }
	return q, m, o
}

// merge merges all published copies into the sweep's store.
func (r real) merge(t *testing.T) {
	t.Helper()
	copies, err := Copies(r.queue)
	if err != nil || len(copies) == 0 {
		t.Fatal(copies, err)
	}
	for _, c := range copies {
		if err := c.Check(); err != nil {
			t.Error(err)
		}
		if _, err := r.Store.Merge(t.Context(), c.Path); err != nil {
			t.Error(err)
		}
	}
}

// pictures returns the hashes of the trials' pictures, and checks that each trial has finished once.
func pictures(t *testing.T, s *store.Store, trials []plan.Trial) (hashes []string) {
	t.Helper()
	for _, p := range trials {
		runs, err := s.Runs(t.Context(), store.Filter{TrialHash: p.Hash, Status: store.Finished})
		if err != nil || len(runs) != 1 {
			t.Fatalf("trial %d: %d finished runs, %v", p.Number, len(runs), err)
		}
		made, err := s.Artifacts(t.Context(), runs[0].Number)
		if err != nil {
			t.Fatal(err)
		}
		i := slices.IndexFunc(made, func(a store.StoredArtifact) bool { return a.Name == trial.FinalPicture })
		if i < 0 {
			t.Fatalf("run %d has no picture", runs[0].Number)
		}
		png, err := s.Blob(t.Context(), made[i].Hash)
		if err != nil {
			t.Fatal(err)
		}
		hashes = append(hashes, pixels(t, png))
	}
	return hashes
}

// Two tasks share a sweep; the second one is stopped within a trial and restarted, and the first one's store
// loses the end of a run, as if its process had ended there.
func TestTwoTasksMakeASweep(t *testing.T) {
	r := newReal(t, fourTrials)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	first := queue.Life{Task: queue.Task{Job: 7, Index: 1}}
	stopping := func(plan.Trial, trial.Start) run.Observer {
		return run.ObserverFunc(func(e run.Event) error {
			if row, is := e.(run.Row); is && row.Iteration == 2 {
				cancel()
			}
			return nil
		})
	}
	q, m, o := r.task(t, first, stopping)
	if _, err := Run(ctx, q, m, o); err == nil {
		t.Fatal("it was not stopped")
	}
	if err := m.Close(); err != nil {
		t.Fatal(err)
	}

	q, m, o = r.task(t, queue.Life{Task: queue.Task{Job: 7, Index: 2}}, nil)
	o.Bundle = 2
	alive := o.Alive
	o.Alive = func(ctx context.Context) (map[queue.Life]bool, error) {
		lives, err := alive(ctx)
		lives[queue.Life{Task: first.Task, Restart: 1}] = true
		return lives, err
	}
	if more, err := Run(t.Context(), q, m, o); err != nil || !more {
		t.Fatalf("more: %v, %v", more, err)
	}
	resumed := 0
	first.Restart = 1
	q, m, o = r.task(t, first, func(_ plan.Trial, s trial.Start) run.Observer {
		if s.From != nil {
			resumed = s.From.Iteration
		}
		return run.ObserverFunc(func(run.Event) error { return nil })
	})
	if more, err := Run(t.Context(), q, m, o); err != nil || more {
		t.Fatalf("more: %v, %v", more, err)
	}
	if resumed != 3 {
		t.Errorf("the restarted task resumed at iteration %d", resumed)
	}
	r.merge(t)
	r.merge(t) // changes nothing
	results, err := r.queue.Results()
	if err != nil || len(results) != 4 {
		t.Fatalf("%v, %v", results, err)
	}
	for _, result := range results {
		if made, err := r.Store.FindRun(t.Context(), result.Run.String()); err != nil || made.Status != store.Finished {
			t.Errorf("trial %d: %+v, %v", result.Trial, made, err)
		}
	}
	got := pictures(t, r.Store, r.plan.Trials)

	here, err := store.Open(t.Context(), filepath.Join(t.TempDir(), "local.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer here.Close()
	recorded, err := experiments.Record(t.Context(), r.plan, here)
	if err != nil {
		t.Fatal(err)
	}
	runner, err := trial.NewRunner(r.plan, here, trial.Options{Out: t.TempDir(), Version: "test"})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := recorded.Run(t.Context(), runner, local.New(runner.Run, local.Limits{Jobs: 1}), silent{}); err != nil {
		t.Fatal(err)
	}
	if want := pictures(t, here, r.plan.Trials); !slices.Equal(got, want) {
		t.Errorf("the pictures are not those of a local run")
	}
	scores := func(s *store.Store) (list [][]store.Value) {
		for _, p := range r.plan.Trials {
			runs, err := s.Runs(t.Context(), store.Filter{TrialHash: p.Hash, Status: store.Finished})
			if err != nil {
				t.Fatal(err)
			}
			values, err := s.Scores(t.Context(), runs[0].Number, r.plan.Scorer.Stored().Hash)
			if err != nil || len(values) == 0 {
				t.Fatalf("%v, %v", values, err)
			}
			list = append(list, values)
		}
		return list
	}
	if a, b := scores(r.Store), scores(here); !slices.EqualFunc(a, b, slices.Equal) {
		t.Errorf("scores %v, want %v", a, b)
	}
}

type silent struct{}

func (silent) Kept(plan.Trial, store.RunSummary)     {}
func (silent) Ended(plan.Trial, trial.Outcome, bool) {}

// A task that ends between its result and the end of its run leaves a result that others complete in a copy.
func TestAResultIsCompletedInACopy(t *testing.T) {
	r := newReal(t, fourTrials)
	dead := queue.Life{Task: queue.Task{Job: 7, Index: 1}}
	q, m, _ := r.task(t, dead, nil)
	w, err := q.Join(dead, "node")
	if err != nil {
		t.Fatal(err)
	}
	c, _, err := w.Take()
	if err != nil {
		t.Fatal(err)
	}
	planned, err := q.Trial(c.Trial)
	if err != nil {
		t.Fatal(err)
	}
	died := t.TempDir()
	o := m.Make(t.Context(), planned, func(result queue.Result) error {
		if err := w.Finish(c, result); err != nil {
			return err
		}
		return copyStore(m.stores.Path(), filepath.Join(died, "1.db")) // as the process leaves it
	})
	if o.Status != store.Finished {
		t.Fatal(o)
	}
	if err := m.Close(); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(filepath.Join(died, "1.db"), m.stores.Path()); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(filepath.Join(died, "1.db-wal"), m.stores.Path()+"-wal"); err != nil {
		t.Fatal(err)
	}
	q, m, options := r.task(t, queue.Life{Task: queue.Task{Job: 7, Index: 2}}, nil)
	if more, err := Run(t.Context(), q, m, options); err != nil || more {
		t.Fatalf("more: %v, %v", more, err)
	}
	r.merge(t)
	pictures(t, r.Store, r.plan.Trials)
	results, err := r.queue.Results()
	if err != nil || len(results) != 4 || results[0].Run != o.Run {
		t.Errorf("%v, %v", results, err)
	}
}
