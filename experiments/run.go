// Package experiments runs plans: every trial that is not done is given to an executor,
// tried again where it failed, and counted.
package experiments

import (
	"context"
	"errors"
	"slices"

	"runexp/experiments/executor"
	"runexp/experiments/plan"
	"runexp/experiments/trial"
	"runexp/framework/store"
)

// A Listener hears how the trials of a plan go, on the goroutine that called Run.
type Listener interface {
	// Kept hears of a trial that was done before, by that run.
	Kept(plan.Trial, store.RunSummary)
	// Ended hears how a try ended, and whether the trial is tried again.
	Ended(t plan.Trial, o trial.Outcome, again bool)
}

// A Tally counts the trials of a plan by how they are after it.
type Tally struct {
	Kept      int `json:"kept"`      // finished or pruned before
	Meanwhile int `json:"meanwhile"` // finished or pruned by another process since
	Finished  int `json:"finished"`  // now
	Pruned    int `json:"pruned"`    // now
	Failed    int `json:"failed"`    // now, here or in another process
	Elsewhere int `json:"elsewhere"` // under way in another process
	Left      int `json:"left"`      // not begun, or stopped on the way
}

// ErrTooManyFailed is the cause of a sweep that ends for on_failure.max_failures.
var ErrTooManyFailed = errors.New("as many trials failed as sweep.on_failure.max_failures allows; mend what is wrong with them and run the same command again")

// running is a plan under way.
type running struct {
	*Recorded
	runner   *trial.Runner
	executor executor.Executor
	listener Listener

	tally     Tally
	submitted int   // jobs whose result is still to come
	away      []int // indices of the trials that another process had under way
	stopped   error // why no trial is begun any more
}

// Run runs the trials that are not done, each as a run of its own, on x; what is done
// gets the scores that it lacks. A trial that fails does not stop the others. When ctx
// is done the trials under way stop after their iteration, and the cause is returned.
//
// Errors: ctx's cause; too many failures; a store or folder that takes no more.
func (r *Recorded) Run(ctx context.Context, runner *trial.Runner, x executor.Executor, l Listener) (Tally, error) {
	s := &running{Recorded: r, runner: runner, executor: x, listener: l, tally: Tally{Left: len(r.Plan.Trials)}}
	todo, err := s.keepDone(ctx)
	if err != nil {
		return s.tally, err
	}
	for _, t := range todo {
		s.submit(ctx, executor.Job{Trial: t, Try: 1})
	}
	for s.submitted > 0 {
		s.wait(ctx)
	}
	return s.tally, errors.Join(s.stopped, s.lookAgain(context.WithoutCancel(ctx)))
}

// keepDone counts the trials that were done before, and returns the others.
func (s *running) keepDone(ctx context.Context) (todo []plan.Trial, err error) {
	runs, err := s.runs(ctx)
	if err != nil {
		return nil, err
	}
	for i, t := range s.Plan.Trials {
		made := runs[i]
		if made == nil || s.runner.Fresh() || !slices.Contains(s.Plan.DoneStatuses(), made.Status) {
			todo = append(todo, t)
			continue
		}
		s.tally.Kept++
		s.tally.Left--
		s.listener.Kept(t, *made)
		if _, err := s.runner.Reuse(ctx, t, *made); err != nil { // what cannot be scored the report counts
			return nil, err
		}
	}
	return todo, nil
}

// submit gives a job to the executor.
func (s *running) submit(ctx context.Context, job executor.Job) {
	if s.stopped != nil {
		return
	}
	if err := s.executor.Submit(ctx, job); err != nil {
		s.stop(err)
		return
	}
	s.submitted++
}

// stop cancels every job, for the first cause that there is.
func (s *running) stop(cause error) {
	if s.stopped == nil {
		s.stopped = cause
		s.executor.Cancel(cause)
	}
}

// wait waits for one job to end; when ctx is done, it stops all of them.
func (s *running) wait(ctx context.Context) {
	if s.stopped != nil {
		ctx = context.WithoutCancel(ctx)
	}
	result, err := s.executor.Wait(ctx)
	if err != nil {
		if s.stopped != nil { // and it cannot even be waited for
			s.submitted = 0
		}
		s.stop(err)
		return
	}
	s.submitted--
	if result.Status == "" {
		return // cancelled before it began
	}
	again := result.Status == store.Failed && !result.Fatal && s.stopped == nil && ctx.Err() == nil && result.Try <= s.retries()
	s.listener.Ended(result.Trial, result.Outcome, again)
	if again {
		s.submit(ctx, executor.Job{Trial: result.Trial, Try: result.Try + 1})
		return
	}
	s.count(result)
}

// retries is how often a trial that failed is tried again.
func (s *running) retries() int {
	if s.Plan.Config.Sweep == nil {
		return 0
	}
	return s.Plan.Config.Sweep.OnFailure.Retries
}

// count counts a trial, and stops the others when too much has failed.
func (s *running) count(result executor.Result) {
	if result.Fatal {
		s.stop(result.Err)
	}
	switch status := result.Status; {
	case result.Meanwhile:
		s.tally.Meanwhile++
	case status == store.Finished:
		s.tally.Finished++
	case status == store.Pruned:
		s.tally.Pruned++
	case status == store.Running:
		s.tally.Elsewhere++
		s.away = append(s.away, slices.IndexFunc(s.Plan.Trials, func(t plan.Trial) bool { return t.Number == result.Trial.Number }))
	case status == store.Failed:
		s.tally.Failed++
		if sweep := s.Plan.Config.Sweep; sweep != nil && sweep.OnFailure.MaxFailures > 0 && s.tally.Failed >= sweep.OnFailure.MaxFailures {
			s.stop(ErrTooManyFailed)
		}
	default:
		return // stopped on the way
	}
	s.tally.Left--
}

// lookAgain counts the trials that another process had under way by how they are now.
func (s *running) lookAgain(ctx context.Context) error {
	if len(s.away) == 0 {
		return nil
	}
	runs, err := s.runs(ctx)
	if err != nil {
		return err
	}
	for _, i := range s.away {
		if runs[i] == nil {
			continue
		}
		switch status := runs[i].Status; {
		case status == store.Running:
			continue
		case slices.Contains(s.Plan.DoneStatuses(), status):
			s.tally.Meanwhile++
		case status == store.Failed:
			s.tally.Failed++
		default: // stopped on the way
			s.tally.Left++
		}
		s.tally.Elsewhere--
	}
	return nil
}
