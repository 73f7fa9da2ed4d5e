package experiments

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"runtime/debug"
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
	Begin(SweepTrial, *Attempt) run.Observer
	End(SweepTrial, Ended)
}

// Ended is how a trial ended.
type Ended struct {
	Run    int64 // 0 if none was begun
	Status store.Status
	Err    error // of one that failed or was stopped
	Again  bool  // it is tried once more

	before bool // another process had made the run
}

// A Tally counts the trials of a sweep by how they are after it.
type Tally struct {
	Kept      int `json:"kept"`      // finished or pruned before
	Finished  int `json:"finished"`  // now
	Pruned    int `json:"pruned"`    // now
	Failed    int `json:"failed"`    // now
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
}

// errTooManyFailed is the cause of a sweep that ends for on_failure.max_failures.
var errTooManyFailed = errors.New("as many trials failed as sweep.on_failure.max_failures allows; mend what is wrong with them and run the same command again")

// Conduct runs the trials of a recorded sweep that have neither finished nor been
// pruned, each as a run of its own, and scores those that another scorer scored.
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
	var tasks []local.Task
	for i, t := range s.Trials {
		before := known[i].Run
		if before != nil && !how.Fresh && (before.Status == store.Finished || before.Status == store.Pruned) {
			if err := c.keep(ctx, t, *before); err != nil {
				return c.tally, err
			}
			continue
		}
		tasks = append(tasks, local.Task{Bytes: t.Bytes(), Do: func(ctx context.Context) { c.do(ctx, t) }})
	}
	free, _ := freeMemory()
	c.tally.Left = len(tasks)
	local.Run(ctx, tasks, local.Limits{Jobs: how.Jobs, Memory: free})
	return c.tally, context.Cause(ctx)
}

// keep counts a trial that was done before.
func (c *conduct) keep(ctx context.Context, t SweepTrial, before store.RunSummary) error {
	c.tally.Kept++
	return c.know(ctx, t, before)
}

// know makes sure that this sweep's scorer and rule know of a run.
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
	if err != nil || len(scores) > 0 {
		return err
	}
	if err := c.score(ctx, t, before.Number); err != nil {
		return fmt.Errorf("score run %d: %w", before.Number, err)
	}
	return nil
}

// recall tells the rule what an earlier run of a trial had on its way.
func (c *conduct) recall(ctx context.Context, t SweepTrial, number int64) error {
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
		if err != nil {
			return err
		}
		picture, err := imaging.DecodeReader(bytes.NewReader(data), a.Name)
		if err != nil {
			return err
		}
		values, err := c.judge.score(ctx, trial.Plan, t.Config.Experiment.Style, picture)
		if err != nil {
			return err
		}
		return c.store.Score(ctx, number, c.judge.by, values)
	}
	return fmt.Errorf("it has no %s", finalPicture)
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
		err = errors.New("one of its files has changed since the sweep was planned; run the same command again")
	}
	if err != nil {
		return Ended{Status: store.Failed, Err: err}
	}
	trial.judge, trial.rule, trial.unit = c.judge, c.rule, t.unit
	trial.once = true
	trial.Plan.Sample(c.sampleEvery())
	attempt, err := trial.Begin(context.WithoutCancel(ctx), c.store, c.Fresh)
	if running := new(store.RunningError); errors.As(err, &running) {
		return Ended{Run: running.Number, Status: store.Running}
	}
	if done := new(store.DoneError); errors.As(err, &done) { // by another process, meanwhile
		return Ended{Run: done.Run.Number, Status: done.Run.Status, before: true, Err: c.know(ctx, t, done.Run)}
	}
	if err != nil {
		c.stop(err)
		return Ended{Status: store.Failed, Err: err}
	}
	c.mu.Lock()
	observer := c.watch.Begin(t, attempt)
	c.mu.Unlock()
	result, err := attempt.Execute(ctx, observer)
	if failed := new(FailedError); result.Status == store.Failed && !errors.As(err, &failed) {
		c.stop(err) // the store or the folder, which the next trial needs as well
	}
	return Ended{Run: attempt.Run.Number(), Status: result.Status, Err: err}
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
		c.tally.Kept++
	case status == store.Finished:
		c.tally.Finished++
	case status == store.Pruned:
		c.tally.Pruned++
	case status == store.Running:
		c.tally.Elsewhere++
	case status == store.Failed:
		c.tally.Failed++
		if most := c.config.Sweep.OnFailure.MaxFailures; most > 0 && c.tally.Failed >= most {
			c.stop(errTooManyFailed)
		}
	default:
		return // stopped on the way
	}
	c.tally.Left--
}
