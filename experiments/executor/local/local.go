// Package local runs the trials of a plan concurrently in this process.
package local

import (
	"context"
	"slices"

	"runexp/experiments/executor"
	"runexp/experiments/plan"
	"runexp/experiments/trial"
)

// Limits bound the jobs that run at the same time. A job larger than Memory runs alone.
type Limits struct {
	Jobs   int   // at least 1
	Memory int64 // bound on the sum of the jobs' predicted memory, in bytes; 0 for none
}

// An Executor runs each job on a goroutine of its own.
type Executor struct {
	run    func(context.Context, plan.Trial) trial.Outcome
	limits Limits
	ended  chan ended

	queue   []*job
	running map[*job]bool
	bytes   int64 // of running jobs
}

// A job is running or queued.
type job struct {
	executor.Job
	ctx    context.Context
	cancel context.CancelCauseFunc
}

// ended is a job with its result.
type ended struct {
	*job
	result executor.Result
}

// New returns an Executor that runs trials with run, trial.Runner.Run for example.
func New(run func(context.Context, plan.Trial) trial.Outcome, l Limits) *Executor {
	return &Executor{run: run, limits: l, ended: make(chan ended), running: map[*job]bool{}}
}

var _ executor.Executor = (*Executor)(nil)

// Parallel returns the limit on jobs; memory may allow fewer.
func (e *Executor) Parallel() int { return e.limits.Jobs }

// Submit queues a job, a retry in front of the others. It inherits ctx's values, but
// only Cancel cancels it.
func (e *Executor) Submit(ctx context.Context, j executor.Job) error {
	queued := &job{Job: j}
	queued.ctx, queued.cancel = context.WithCancelCause(context.WithoutCancel(ctx))
	at := len(e.queue)
	if j.Try > 1 {
		at = 0
	}
	e.queue = slices.Insert(e.queue, at, queued)
	e.begin()
	return nil
}

// begin starts jobs from the front of the queue while they fit the limits.
func (e *Executor) begin() {
	for len(e.queue) > 0 && e.fits(e.queue[0]) {
		next := e.queue[0]
		e.queue = e.queue[1:]
		e.running[next] = true
		e.bytes += next.Trial.Bytes()
		go func() { e.ended <- next.do(e.run) }()
	}
}

// do runs the job, unless it was cancelled.
func (j *job) do(run func(context.Context, plan.Trial) trial.Outcome) ended {
	result := executor.Result{Job: j.Job}
	if j.ctx.Err() == nil {
		result.Outcome = run(j.ctx, j.Trial)
	}
	return ended{j, result}
}

// fits reports whether a job fits the limits now. A cancelled one needs no memory.
func (e *Executor) fits(j *job) bool {
	if len(e.running) == 0 || j.ctx.Err() != nil {
		return true
	}
	return len(e.running) < e.limits.Jobs && (e.limits.Memory == 0 || e.bytes+j.Trial.Bytes() <= e.limits.Memory)
}

// Wait returns the result of the next job to end. Its memory is reused only by the next
// call, so that the caller can cancel the queue first if the result requires it.
func (e *Executor) Wait(ctx context.Context) (executor.Result, error) {
	e.begin()
	select {
	case done := <-e.ended:
		done.cancel(nil)
		delete(e.running, done.job)
		e.bytes -= done.Trial.Bytes()
		return done.result, nil
	case <-ctx.Done():
		return executor.Result{}, context.Cause(ctx)
	}
}

// Cancel cancels all jobs.
func (e *Executor) Cancel(cause error) {
	for j := range e.running {
		j.cancel(cause)
	}
	for _, j := range e.queue {
		j.cancel(cause)
	}
}
