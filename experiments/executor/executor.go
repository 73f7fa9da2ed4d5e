// Package executor declares what runs the trials of a plan somewhere: in this process,
// as package local does, or in others.
package executor

import (
	"context"

	"runexp/experiments/plan"
	"runexp/experiments/trial"
)

// A Job is one try at a trial.
type Job struct {
	Trial plan.Trial
	Try   int // from 1; a trial that failed may be tried again
}

// A Result is how a job ended. The Status of a job that was cancelled before it began is "".
type Result struct {
	Job
	trial.Outcome
}

// An Executor runs jobs. A trial is run at least once: an executor that cannot tell
// whether a job still runs may run it again, as may another process with the same
// plan. Each attempt writes rows of its own, under the number that the store gives it
// (store.Run.Attempt), and the newest that has finished stands for the trial; so an
// attempt that was given up changes nothing if it is alive after all.
//
// Its methods are called by one goroutine.
type Executor interface {
	// Submit queues a job and returns at once. Jobs begin in the order of their
	// submission, as soon as there is room.
	Submit(ctx context.Context, job Job) error
	// Wait returns how the next job ended, in whatever order they do. It is called once
	// for each job that was submitted. Errors: ctx's cause; what keeps every job from running.
	Wait(ctx context.Context) (Result, error)
	// Cancel asks every job that has not ended to end: one that is queued never begins,
	// one that runs stops after its iteration, with cause as the reason. Wait returns
	// them all the same.
	Cancel(cause error)
}
