// Package local runs the trials of a plan side by side in this process.
package local

import (
	"context"

	"runexp/experiments/executor"
	"runexp/experiments/plan"
	"runexp/experiments/trial"
)

// Limits bound what runs at once. A job that is larger than Memory runs alone.
type Limits struct {
	Jobs   int   // at once, at least 1
	Memory int64 // bytes that all jobs under way are predicted to take; 0 for no bound
}

// An Executor runs each job on a goroutine of its own.
type Executor struct {
	run    func(context.Context, plan.Trial) trial.Outcome
	limits Limits
	ended  chan ended

	queue   []*job
	running map[*job]bool
	bytes   int64 // of those running
}

// A job is one that runs or is queued.
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

// New returns an Executor that runs trials by run, trial.Runner.Run for one.
func New(run func(context.Context, plan.Trial) trial.Outcome, l Limits) *Executor {
	return &Executor{run: run, limits: l, ended: make(chan ended), running: map[*job]bool{}}
}

var _ executor.Executor = (*Executor)(nil)

// Submit queues a job. Only Cancel ends it; what else ctx has it has too.
func (e *Executor) Submit(ctx context.Context, j executor.Job) error {
	queued := &job{Job: j}
	queued.ctx, queued.cancel = context.WithCancelCause(context.WithoutCancel(ctx))
	e.queue = append(e.queue, queued)
	e.begin()
	return nil
}

// begin begins the jobs at the front of the queue that there is room for.
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

// fits reports whether there is room for a job. One that was cancelled takes none.
func (e *Executor) fits(j *job) bool {
	if len(e.running) == 0 || j.ctx.Err() != nil {
		return true
	}
	return len(e.running) < e.limits.Jobs && (e.limits.Memory == 0 || e.bytes+j.Trial.Bytes() <= e.limits.Memory)
}

// Wait returns how the next job ended. Its room is free for another when Wait is called
// again: whoever learns from the result that no job may begin any more can say so.
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

// Cancel ends all jobs.
func (e *Executor) Cancel(cause error) {
	for j := range e.running {
		j.cancel(cause)
	}
	for _, j := range e.queue {
		j.cancel(cause)
	}
}
