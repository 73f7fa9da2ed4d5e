// Package experiments runs plans: it submits every trial that is not done to an executor,
// retries failed ones and counts the results.
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

// A Listener is notified of the progress of a plan, on the goroutine that called Run.
type Listener interface {
	// Kept is called for a trial that was already done, with its run.
	Kept(plan.Trial, store.RunSummary)
	// Ended is called after each attempt; again says that the trial is retried.
	Ended(t plan.Trial, o trial.Outcome, again bool)
}

// A Tally counts the trials of a plan by outcome.
type Tally struct {
	Kept      int `json:"kept"`      // finished or pruned before this command
	Meanwhile int `json:"meanwhile"` // finished or pruned by another process during it
	Finished  int `json:"finished"`  // by this command
	Pruned    int `json:"pruned"`    // by this command
	Failed    int `json:"failed"`    // in this command or another process
	Elsewhere int `json:"elsewhere"` // still running in another process
	Left      int `json:"left"`      // not started, or stopped before their end
}

// ErrTooManyFailed is the cause of a sweep stopped by on_failure.max_failures.
var ErrTooManyFailed = errors.New("as many trials failed as sweep.on_failure.max_failures allows; fix the cause and run the same command again")

// running is the state of Run.
type running struct {
	*Recorded
	runner   *trial.Runner
	executor executor.Executor
	listener Listener

	tally     Tally
	submitted int             // jobs without a result yet
	active    map[string]bool // hashes of trials whose last attempt has not ended
	elsewhere []int           // indices of the trials that another process was running
	stopped   error           // why no more trials are started
}

// Run runs the trials that are not done on x, each attempt as a run of its own, and adds
// missing scores to those that are. A failed trial does not stop the others. When ctx is
// done the running trials stop after their current iteration.
//
// Errors: ctx's cause; ErrTooManyFailed; a store or folder that cannot be written.
func (r *Recorded) Run(ctx context.Context, runner *trial.Runner, x executor.Executor, l Listener) (Tally, error) {
	s := &running{Recorded: r, runner: runner, executor: x, listener: l, active: map[string]bool{}}
	runs, err := s.Runs(ctx)
	if err == nil {
		err = s.begin(ctx, r.Trials, runs, &s.tally.Kept)
	}
	if err != nil {
		return s.tally, err
	}
	for s.extend(ctx); s.submitted > 0; s.extend(ctx) {
		s.wait(ctx)
	}
	return s.tally, errors.Join(s.stopped, s.recountElsewhere(context.WithoutCancel(ctx)))
}

// begin submits the trials that are not done; runs are those that represent them. The others
// are added to done.
func (s *running) begin(ctx context.Context, trials []plan.Trial, runs []*store.RunSummary, done *int) error {
	var todo []plan.Trial
	for i, t := range trials {
		made := runs[i]
		s.tally.Left++
		if made == nil || s.runner.Fresh() || !slices.Contains(s.Plan.DoneStatuses(), made.Status) {
			todo = append(todo, t)
			continue
		}
		*done++
		s.tally.Left--
		s.listener.Kept(t, *made)
		if _, err := s.runner.Reuse(ctx, t, *made); err != nil { // the report counts unscored trials
			return err
		}
	}
	for _, t := range todo {
		s.submit(ctx, executor.Job{Trial: t, Try: 1})
	}
	return nil
}

// submit submits a job, unless the plan was stopped.
func (s *running) submit(ctx context.Context, job executor.Job) {
	if s.stopped != nil {
		return
	}
	if err := s.executor.Submit(ctx, job); err != nil {
		s.stop(err)
		return
	}
	s.submitted++
	s.active[job.Trial.Hash] = true
}

// stop cancels every job; the first cause is kept.
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
		if s.stopped != nil { // the executor failed: no result will come
			s.submitted = 0
		}
		s.stop(err)
		return
	}
	s.submitted--
	delete(s.active, result.Trial.Hash)
	if result.Status == "" {
		return // cancelled before it started
	}
	begun := result.Run.Number > 0 // otherwise a file is missing or has changed, and a retry would fail too
	again := result.Status == store.Failed && begun && !result.Fatal && s.stopped == nil && ctx.Err() == nil && result.Try <= s.retries()
	s.listener.Ended(result.Trial, result.Outcome, again)
	if again {
		s.submit(ctx, executor.Job{Trial: result.Trial, Try: result.Try + 1})
		return
	}
	s.count(result)
}

// retries is how often a failed trial is retried.
func (s *running) retries() int {
	if s.Plan.Config.Sweep == nil {
		return 0
	}
	return s.Plan.Config.Sweep.OnFailure.Retries
}

// count counts a trial, and stops the plan after a fatal error or too many failures.
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
		s.elsewhere = append(s.elsewhere, slices.IndexFunc(s.Trials, func(t plan.Trial) bool { return t.Number == result.Trial.Number }))
	case status == store.Failed:
		s.tally.Failed++
		if sweep := s.Plan.Config.Sweep; sweep != nil && sweep.OnFailure.MaxFailures > 0 && s.tally.Failed >= sweep.OnFailure.MaxFailures {
			s.stop(ErrTooManyFailed)
		}
	default:
		return // stopped before its end
	}
	s.tally.Left--
}

// recountElsewhere counts the trials of other processes by their current status.
func (s *running) recountElsewhere(ctx context.Context) error {
	if len(s.elsewhere) == 0 {
		return nil
	}
	runs, err := s.Runs(ctx)
	if err != nil {
		return err
	}
	for _, i := range s.elsewhere {
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
		default: // stopped before its end
			s.tally.Left++
		}
		s.tally.Elsewhere--
	}
	return nil
}
