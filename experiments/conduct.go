package experiments

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"slices"
	"strings"
	"sync"

	"runexp/experiments/executor/local"
	"runexp/framework/imaging"
	"runexp/framework/run"
	"runexp/framework/store"
)

// Conditions say how a sweep is run: nothing of it changes a picture.
type Conditions struct {
	Jobs  int  // trials at once, at least 1; they share the threads
	Fresh bool // run again what has finished before
}

// A Watcher hears how the trials of a sweep go. Its methods are called from
// several goroutines, one at a time; the Observer that Begin returns on the
// trial's own.
type Watcher interface {
	Keep(SweepTrial) // it was done before
	Begin(SweepTrial, *Attempt) run.Observer
	End(SweepTrial, Ended)
}

// Ended is how a trial ended.
type Ended struct {
	Run    int64 // 0 if none was begun
	Status store.Status
	Err    error // of one that failed or was stopped
	Again  bool  // it is tried once more

	Unscored error // why a finished picture has no scores

	before bool // another process had made the run
}

// A Tally counts the trials of a sweep by how they are after it.
type Tally struct {
	Kept      int `json:"kept"`      // finished or pruned before
	Meanwhile int `json:"meanwhile"` // finished or pruned by another process since
	Finished  int `json:"finished"`  // now
	Pruned    int `json:"pruned"`    // now
	Failed    int `json:"failed"`    // now, here or in another process
	Elsewhere int `json:"elsewhere"` // under way in another process
	Left      int `json:"left"`      // not begun, or stopped on the way
}

// conduct is a sweep under way.
type conduct struct {
	*Sweep
	Conditions
	store *store.Store
	sweep store.Sweep
	rule  *medianRule // nil for none
	stop  context.CancelCauseFunc

	mu    sync.Mutex
	watch Watcher
	tally Tally
	away  []int // numbers of the trials that another process had under way
}

// ErrTooManyFailed is the cause of a sweep that ends for on_failure.max_failures.
var ErrTooManyFailed = errors.New("as many trials failed as sweep.on_failure.max_failures allows; mend what is wrong with them and run the same command again")

// Conduct runs the trials of a recorded sweep that have not finished, nor been pruned
// while there is a rule, each as a run of its own, and scores those that another scorer scored.
// A trial that fails does not stop the others. When ctx is done the trials under
// way stop after their iteration, and the cause is returned.
//
// Errors: ctx's cause; too many failures; a store or folder that takes no more.
func (s *Sweep) Conduct(ctx context.Context, st *store.Store, recorded store.Sweep, how Conditions, watch Watcher) (Tally, error) {
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	c := &conduct{Sweep: s, Conditions: how, store: st, sweep: recorded, stop: stop, watch: watch}
	if early := s.config.Sweep.EarlyStop; early != nil {
		c.rule = newMedianRule(*early)
	}
	known, err := st.SweepTrials(ctx, recorded.Number)
	if err != nil {
		return c.tally, err
	}
	c.tally.Left = len(s.Trials)
	var tasks []local.Task
	for i, t := range s.Trials {
		before := known[i].Run
		if before != nil && !how.Fresh && slices.Contains(c.done(), before.Status) {
			if err := c.keep(ctx, t, *before); err != nil {
				return c.tally, err
			}
			continue
		}
		tasks = append(tasks, local.Task{Bytes: t.Bytes(), Do: func(ctx context.Context) { c.do(ctx, t) }})
	}
	free, _ := freeMemory()
	local.Run(ctx, tasks, local.Limits{Jobs: how.Jobs, Memory: free})
	if err := c.lookAgain(context.WithoutCancel(ctx)); err != nil {
		return c.tally, errors.Join(context.Cause(ctx), err)
	}
	return c.tally, context.Cause(ctx)
}

// lookAgain counts the trials that another process had under way by how they are now.
func (c *conduct) lookAgain(ctx context.Context) error {
	if len(c.away) == 0 {
		return nil
	}
	now, err := c.store.SweepTrials(ctx, c.sweep.Number)
	if err != nil {
		return err
	}
	for _, t := range now {
		if !slices.Contains(c.away, t.Number) || t.Run == nil {
			continue
		}
		switch status := t.Run.Status; {
		case status == store.Running:
			continue
		case slices.Contains(c.done(), status):
			c.tally.Meanwhile++
		case status == store.Failed:
			c.tally.Failed++
		default: // stopped on the way
			c.tally.Left++
		}
		c.tally.Elsewhere--
	}
	return nil
}

// done are the statuses of a run that is all that the sweep wants of its trial. One
// that a rule stopped is not where there is no rule any more.
func (c *conduct) done() []store.Status {
	if c.rule == nil {
		return []store.Status{store.Finished}
	}
	return []store.Status{store.Finished, store.Pruned}
}

// An unscoredError is a picture that the metrics cannot be computed of, which is no
// reason to go without the others.
type unscoredError struct{ error }

func (e unscoredError) Unwrap() error { return e.error }

// keep counts a trial that was done before.
func (c *conduct) keep(ctx context.Context, t SweepTrial, before store.RunSummary) error {
	c.tally.Kept++
	c.tally.Left--
	c.watch.Keep(t)
	err := c.know(ctx, t, before)
	if errors.As(err, new(unscoredError)) {
		return nil // the report counts it
	}
	return err
}

// know makes sure that this sweep's scorer and rule know of a run. Errors: an
// unscoredError; the store's.
func (c *conduct) know(ctx context.Context, t SweepTrial, before store.RunSummary) error {
	if c.rule != nil {
		if err := c.recall(ctx, t, before.Number); err != nil {
			return err
		}
	}
	if before.Status != store.Finished {
		return nil
	}
	scores, err := c.store.Scores(ctx, before.Number, c.judge.by.Hash)
	if err != nil || c.judge.scoredBy(scores) {
		return err
	}
	if err := c.score(ctx, t, before.Number); err != nil {
		return fmt.Errorf("score run %d: %w", before.Number, err)
	}
	return nil
}

// recall tells the rule what an earlier run of a trial had on its way.
func (c *conduct) recall(ctx context.Context, t SweepTrial, number int64) error {
	if strings.HasPrefix(c.rule.Metric, "eval/") {
		facts, err := c.store.Env(ctx, number)
		if err != nil || !slices.Contains(facts, store.Fact{Name: scorerFact, Value: c.judge.by.Hash}) {
			return err // numbers of another scorer
		}
	}
	points, err := c.store.Series(ctx, number, c.rule.Metric)
	if errors.Is(err, store.ErrNotFound) {
		return nil // evaluated at its end only
	}
	for _, p := range points {
		c.rule.tell(t.unit, t.Hash, p.Step, p.Value)
	}
	return err
}

// score scores the picture that the store has of a run.
func (c *conduct) score(ctx context.Context, t SweepTrial, number int64) error {
	trial, err := c.lab.prepare(ctx, t.Config)
	if err != nil {
		return err
	}
	artifacts, err := c.store.Artifacts(ctx, number)
	if err != nil {
		return err
	}
	for _, a := range artifacts {
		if a.Name != finalPicture {
			continue
		}
		data, err := c.store.Blob(ctx, a.Hash)
		if errors.Is(err, store.ErrDamaged) {
			return unscoredError{err}
		}
		if err != nil {
			return err
		}
		picture, err := imaging.DecodeReader(bytes.NewReader(data), a.Name)
		if err != nil {
			return unscoredError{err}
		}
		values, err := c.judge.score(ctx, trial.Plan, t.Config.Experiment.Style, picture)
		if err != nil && ctx.Err() == nil {
			err = unscoredError{err}
		}
		if err != nil {
			return err
		}
		return c.store.Score(ctx, number, c.judge.by, values)
	}
	return unscoredError{fmt.Errorf("it has no %s", finalPicture)}
}

// do runs one trial, again if it fails and may be.
func (c *conduct) do(ctx context.Context, t SweepTrial) {
	for try := 0; ctx.Err() == nil; try++ {
		ended := c.try(ctx, t)
		ended.Again = ended.Status == store.Failed && try < c.config.Sweep.OnFailure.Retries && ctx.Err() == nil
		c.count(t, ended)
		if !ended.Again {
			return
		}
	}
}

// try makes one run of a trial.
func (c *conduct) try(ctx context.Context, t SweepTrial) Ended {
	defer debug.FreeOSMemory() // its memory is garbage now, and the next one wants as much
	trial, err := c.lab.prepare(ctx, t.Config)
	if err == nil && trial.Hash != t.Hash {
		err = errors.New("one of its files has changed since the sweep was planned; the same command plans it with the files as they are")
	}
	if err != nil {
		return Ended{Status: store.Failed, Err: err}
	}
	trial.judge, trial.rule, trial.unit = c.judge, c.rule, t.unit
	trial.unless = c.done()
	trial.Plan.Sample(c.sampleEvery())
	attempt, err := trial.Begin(context.WithoutCancel(ctx), c.store, c.Fresh)
	if running := new(store.RunningError); errors.As(err, &running) {
		return Ended{Run: running.Number, Status: store.Running}
	}
	if done := new(store.DoneError); errors.As(err, &done) { // by another process, meanwhile
		ended := Ended{Run: done.Run.Number, Status: done.Run.Status, before: true}
		if err := c.know(ctx, t, done.Run); errors.As(err, new(unscoredError)) {
			ended.Unscored = err
		} else if err != nil && ctx.Err() == nil {
			ended.Err = err
			c.stop(err)
		}
		return ended
	}
	if err != nil {
		c.stop(err)
		return Ended{Status: store.Failed, Err: err}
	}
	if c.rule != nil && attempt.From != nil {
		err = c.recall(context.WithoutCancel(ctx), t, attempt.Run.Number()) // what it has taken over
	}
	if err != nil {
		c.stop(err)
		return Ended{Run: attempt.Run.Number(), Status: store.Failed, Err: errors.Join(err, attempt.Run.Finish(context.WithoutCancel(ctx), store.Failed, err.Error()))}
	}
	c.mu.Lock()
	observer := c.watch.Begin(t, attempt)
	c.mu.Unlock()
	result, err := attempt.Execute(ctx, observer)
	if failed := new(FailedError); result.Status == store.Failed && !errors.As(err, &failed) {
		c.stop(err) // the store or the folder, which the next trial needs as well
	}
	return Ended{Run: attempt.Run.Number(), Status: result.Status, Err: err, Unscored: result.Unscored}
}

// count tells the watcher, and ends the sweep when too much has failed.
func (c *conduct) count(t SweepTrial, e Ended) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.watch.End(t, e)
	if e.Again {
		return
	}
	switch status := e.Status; {
	case e.before:
		c.tally.Meanwhile++
	case status == store.Finished:
		c.tally.Finished++
	case status == store.Pruned:
		c.tally.Pruned++
	case status == store.Running:
		c.tally.Elsewhere++
		c.away = append(c.away, t.Number)
	case status == store.Failed:
		c.tally.Failed++
		if most := c.config.Sweep.OnFailure.MaxFailures; most > 0 && c.tally.Failed >= most {
			c.stop(ErrTooManyFailed)
		}
	default:
		return // stopped on the way
	}
	c.tally.Left--
}
