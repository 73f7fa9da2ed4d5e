// Package worker is what a task of a sweep on Slurm does: it takes trials from the sweep's folder, makes them with a
// store of its own, and publishes copies of that. See docs/design/021-slurm.md.
package worker

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"runexp/experiments/executor/slurm/queue"
	"runexp/experiments/trial"
	"runexp/framework/store"
)

// Options of a task.
type Options struct {
	Life     queue.Life
	Host     string
	Alive    queue.Alive
	Deadline time.Time     // when a running trial is stopped with a checkpoint; zero for never
	Bundle   int           // trials to make before others have the task's place; 0 for as many as there are
	Retries  int           // of a trial that fails
	Every    time.Duration // between copies of the store while a trial runs, and looks at what others say about it
	Look     time.Duration // between looks at the claims of others when nothing is left to take
	Patience time.Duration // how long it looks before it ends; the others look too
	Log      *slog.Logger
}

// Defaults returns Options with the intervals of 021.
func Defaults() Options {
	return Options{Every: time.Minute, Look: 30 * time.Second, Patience: 5 * time.Minute, Log: slog.Default()}
}

// An Outcome is how an attempt ended.
type Outcome struct {
	Run        store.UID
	Status     store.Status // Finished, Pruned, Failed; Killed if it stopped before its end
	Err        error        // why it failed or stopped
	Unprepared bool         // there was no run, since what the trial reads is not as planned here
	Fatal      bool         // Err affects all trials of the task
}

// A TrialMaker makes trials and records them in a store of the task.
type TrialMaker interface {
	// Make makes an attempt at a trial. It calls commit when nothing but the end of the run is to be recorded
	// as finished or pruned; after an error it records that the run was stopped.
	Make(ctx context.Context, t queue.Trial, commit func(queue.Result) error) Outcome
	// Failed returns the result of a run that failed.
	Failed(Outcome) queue.Result
	// Publish publishes what is in the store. It may be called while a trial is made.
	Publish(context.Context) error
	// Recover is a queue.Recover.
	Recover(context.Context, queue.Claim, queue.Result) (bool, error)
}

// ErrDeadline is the cancellation cause of a trial that is stopped because the task's time is over. The
// next life of the task goes on with it.
var ErrDeadline = errors.New("the time of the task is over")

// A NodeError says why trials cannot be made where the task runs.
type NodeError struct {
	Trial int
	Err   error
}

func (e *NodeError) Error() string {
	return fmt.Sprintf("trial %d was given back to other tasks, since it cannot be prepared here: %v", e.Trial, e.Err)
}

func (e *NodeError) Unwrap() error { return e.Err }

type worker struct {
	*queue.Worker
	Options
	trials TrialMaker
	made   int
}

// Run makes trials until none is left, the sweep is stopped or the task's time or bundle is over. more reports that
// trials are left, for which the task is to be queued again.
//
// Errors: *NodeError; ctx's cause; a store or a folder that cannot be written.
func Run(ctx context.Context, q *queue.Queue, m TrialMaker, o Options) (more bool, err error) {
	joined, err := q.Join(o.Life, o.Host)
	if err != nil {
		return false, err
	}
	defer func() { err = errors.Join(err, joined.Leave()) }()
	if !o.Deadline.IsZero() {
		var cancel context.CancelFunc
		ctx, cancel = context.WithDeadlineCause(ctx, o.Deadline, ErrDeadline)
		defer cancel()
	}
	w := &worker{Worker: joined, Options: o, trials: m}
	err = w.run(ctx)
	switch {
	case errors.Is(err, queue.ErrStopped):
		return false, nil
	case errors.Is(err, ErrDeadline):
		return true, nil
	case err == nil && w.full():
		sum, err := q.Summary()
		return sum.Queued > 0, err
	}
	return false, err
}

// full reports whether the task has made its bundle.
func (w *worker) full() bool { return w.Bundle > 0 && w.made >= w.Bundle }

func (w *worker) run(ctx context.Context) error {
	claims, err := w.Adopt(ctx, w.trials.Recover)
	for err == nil {
		for _, c := range claims {
			if err := w.attempt(ctx, c); err != nil {
				return err
			}
			w.made++
		}
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		if w.full() {
			return nil
		}
		claims, err = w.take()
		if err != nil || len(claims) > 0 {
			continue
		}
		if more, err := w.lookAfter(ctx); err != nil || !more {
			return err
		}
	}
	return err
}

// take takes the next trial; none if nothing is left to take.
func (w *worker) take() ([]queue.Claim, error) {
	c, ok, err := w.Take()
	if err != nil || !ok {
		return nil, err
	}
	return []queue.Claim{c}, nil
}

// lookAfter looks at the claims of others until one is lost, or all have ended; then ok is false.
func (w *worker) lookAfter(ctx context.Context) (ok bool, cause error) {
	for began := time.Now(); ; {
		lost, open, err := w.Reap(ctx, w.Alive, w.trials.Recover)
		if err != nil {
			w.Log.Warn("the claims of others", "problem", err)
		}
		if lost > 0 {
			return true, nil
		}
		if sum, err := w.Summary(); err == nil && sum.Queued > 0 {
			return true, nil // others gave one back, or added one
		}
		if open == 0 || time.Since(began) > w.Patience {
			return false, nil
		}
		select {
		case <-ctx.Done():
			return false, context.Cause(ctx)
		case <-time.After(w.Look):
		}
	}
}

// attempt makes a trial. An error ends the task.
func (w *worker) attempt(ctx context.Context, c queue.Claim) error {
	t, err := w.Trial(c.Trial)
	if err != nil {
		return w.giveBack(c, err)
	}
	w.Log.Info("begin", "trial", c.Trial, "attempt", c.Attempt, "settings", t.Text)
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	end := w.watch(ctx, c, cancel)
	o := Outcome{Status: store.Failed}
	for try := 0; try <= w.Retries && o.Status == store.Failed && !o.Unprepared && !o.Fatal && ctx.Err() == nil; try++ {
		o = w.trials.Make(ctx, t, func(r queue.Result) error { return w.Finish(c, r) })
	}
	end()
	w.Log.Info("end", "trial", c.Trial, "status", o.Status, "problem", o.Err)
	return w.close(ctx, c, o)
}

// close ends a claim.
func (w *worker) close(ctx context.Context, c queue.Claim, o Outcome) error {
	cause := context.Cause(ctx)
	ctx = context.WithoutCancel(ctx)
	switch {
	case o.Fatal:
		return errors.Join(o.Err, w.Lose(c, o.Err.Error()))
	case o.Status == store.Finished || o.Status == store.Pruned:
		return w.publish(ctx, c)
	case errors.Is(o.Err, queue.ErrFenced) || errors.Is(cause, queue.ErrFenced):
		return w.Lose(c, queue.ErrFenced.Error())
	case errors.As(cause, new(*trial.PrunedError)): // before it had a picture
		return w.Lose(c, cause.Error())
	case cause != nil: // it keeps the claim, for its next life
		return errors.Join(cause, w.trials.Publish(ctx))
	case o.Unprepared:
		return w.giveBack(c, o.Err)
	case o.Status == store.Failed:
		err := w.Finish(c, w.trials.Failed(o))
		if errors.Is(err, queue.ErrFenced) {
			return w.Lose(c, err.Error())
		}
		if err != nil {
			return err
		}
		return w.publish(ctx, c)
	}
	return errors.Join(o.Err, w.Lose(c, fmt.Sprint(o.Err)))
}

// publish publishes the result of a claim.
func (w *worker) publish(ctx context.Context, c queue.Claim) error {
	if err := w.trials.Publish(ctx); err != nil {
		return err
	}
	return w.Publish(c)
}

func (w *worker) giveBack(c queue.Claim, reason error) error {
	return errors.Join(&NodeError{c.Trial, reason}, w.GiveBack(c, reason.Error()))
}

// watch publishes copies while a trial is made, and cancels it when others prune it or take it away. end returns
// when that is over.
func (w *worker) watch(ctx context.Context, c queue.Claim, cancel context.CancelCauseFunc) (end func()) {
	ended, stop := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		for {
			select {
			case <-stop:
				return
			case <-ctx.Done():
				return
			case <-time.After(w.Every):
			}
			if lost, err := w.Lost(c); err == nil && lost {
				cancel(queue.ErrFenced)
				return
			}
			if reason, pruned, err := w.Pruned(c.Trial); err == nil && pruned {
				cancel(&trial.PrunedError{Reason: reason})
				return
			}
			if err := w.trials.Publish(ctx); err != nil && ctx.Err() == nil {
				w.Log.Warn("the store could not be published; it is tried again", "problem", err)
			}
		}
	}()
	return func() { close(stop); <-ended }
}
