// Package executor declares the interface of executors, which run the trials of a plan:
// in this process, as package local does, or in others.
package executor

import (
	"context"

	"runexp/experiments/plan"
	"runexp/experiments/trial"
)

// A Job is one attempt at a trial.
type Job struct {
	Trial plan.Trial
	Try   int // number of the attempt in this command, from 1
}

// A Result is how a job ended. Status is "" if it was cancelled before it started.
type Result struct {
	Job
	trial.Outcome
}

// An Executor runs jobs, with at-least-once semantics: an executor that does not know
// whether a job is still running may run it again, as may another process with the same
// plan. Each attempt writes its own rows, under the number that the store assigns
// (store.Run.Attempt), and the newest finished one represents the trial. So an attempt
// that was presumed dead but is alive does no harm.
//
// Its methods are called by one goroutine.
type Executor interface {
	// Parallel returns how many jobs can run at the same time, at least 1: an adaptive sweep
	// suggests no more settings ahead of results than keep so many running.
	Parallel() int
	// Submit queues a job and returns at once. Jobs start as soon as there is capacity:
	// retries first, the others in order of submission.
	Submit(ctx context.Context, job Job) error
	// Wait returns the result of the next job to end, in any order. It is called once
	// per submitted job. Errors: ctx's cause; the executor can run no jobs.
	Wait(ctx context.Context) (Result, error)
	// Cancel cancels all jobs, with cause as the reason: queued ones never start, running
	// ones stop after their current iteration. Wait still returns them.
	Cancel(cause error)
}
