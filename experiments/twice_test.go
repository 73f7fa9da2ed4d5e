package experiments

import (
	"context"
	"errors"
	"testing"

	"runexp/experiments/executor"
	"runexp/experiments/trial"
	"runexp/framework/store"
)

// twice is an executor that runs each job twice, as one does that presumes a live job lost,
// and returns the second outcome.
type twice struct {
	runner *trial.Runner
	queue  []executor.Job
	cause  error
}

func (*twice) Parallel() int { return 1 }

func (x *twice) Submit(_ context.Context, j executor.Job) error {
	x.queue = append(x.queue, j)
	return nil
}

func (x *twice) Wait(ctx context.Context) (executor.Result, error) {
	job := x.queue[0]
	x.queue = x.queue[1:]
	result := executor.Result{Job: job}
	if x.cause == nil {
		x.runner.Run(ctx, job.Trial)
		result.Outcome = x.runner.Run(ctx, job.Trial)
	}
	return result, nil
}

func (x *twice) Cancel(cause error) { x.cause = cause }

// A trial that an executor runs twice has one run: the second attempt finds it finished.
func TestTrialRunTwice(t *testing.T) {
	b := newBed(t)
	p, err := b.plan(t, "sweep:\n  parameters: [{path: losses.style.weight, values: [10, 100]}]\n")
	if err != nil {
		t.Fatal(err)
	}
	recorded, err := Record(t.Context(), p, b.Store)
	if err != nil {
		t.Fatal(err)
	}
	runner := b.runner(t, p, nil)
	tally, err := recorded.Run(t.Context(), runner, &twice{runner: runner}, &recordingListener{})
	if want := (Tally{Meanwhile: 2}); err != nil || tally != want {
		t.Errorf("%+v, want %+v; %v", tally, want, err)
	}
	runs, err := b.Store.Runs(t.Context(), store.Filter{})
	if err != nil || len(runs) != 2 {
		t.Errorf("%d runs of two trials; %v", len(runs), err)
	}
}

// flaky is an executor whose first job fails a number of times and whose third cannot be
// submitted.
type flaky struct {
	twice
	failures int
	run      int64 // the run of a failed job; 0 if none was started
	tries    []int
}

func (x *flaky) Submit(ctx context.Context, j executor.Job) error {
	if j.Trial.Number == 2 {
		return errors.New("the queue is closed")
	}
	return x.twice.Submit(ctx, j)
}

func (x *flaky) Wait(context.Context) (executor.Result, error) {
	job := x.queue[0]
	x.queue = x.queue[1:]
	result := executor.Result{Job: job}
	switch {
	case x.cause != nil:
	case x.failures > 0:
		x.failures--
		result.Outcome = trial.Outcome{Run: store.RunRef{Number: x.run}, Status: store.Failed, Err: errors.New("the node went away")}
	default:
		result.Outcome = trial.Outcome{Status: store.Finished}
	}
	if x.cause == nil {
		x.tries = append(x.tries, job.Try)
	}
	return result, nil
}

// A failed job is retried as often as the config says, unless no run was started: a file
// is missing or has changed. One that cannot be submitted ends the plan.
func TestRetriesAndAnExecutorThatRefuses(t *testing.T) {
	for name, c := range map[string]struct {
		values   string
		failures int
		run      int64
		want     Tally
		refused  bool
	}{
		"retried":                 {"10, 100", 2, 1, Tally{Finished: 2}, false},
		"retries used up":         {"10, 100", 9, 1, Tally{Failed: 2}, false},
		"refused by the executor": {"10, 100, 1000", 0, 1, Tally{Left: 3}, true},
		"no run was started":      {"10, 100", 1, 0, Tally{Finished: 1, Failed: 1}, false},
	} {
		b := newBed(t)
		p, err := b.plan(t, "sweep:\n  on_failure: {retries: 2}\n  parameters: [{path: losses.style.weight, values: ["+c.values+"]}]\n")
		if err != nil {
			t.Fatal(err)
		}
		recorded, err := Record(t.Context(), p, b.Store)
		if err != nil {
			t.Fatal(err)
		}
		x := &flaky{failures: c.failures, run: c.run}
		tally, err := recorded.Run(t.Context(), b.runner(t, p, nil), x, &recordingListener{})
		if tally != c.want || (err != nil) != c.refused {
			t.Errorf("%s: %+v, want %+v; tries %v; %v", name, tally, c.want, x.tries, err)
		}
	}
}
