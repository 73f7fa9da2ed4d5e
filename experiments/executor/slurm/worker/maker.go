package worker

import (
	"context"
	"fmt"
	"path/filepath"

	"runexp/experiments/executor/slurm/queue"
	"runexp/experiments/plan"
	"runexp/experiments/trial"
	"runexp/framework/config"
	"runexp/framework/store"
)

// A Sweep is the plan in the folder of a sweep.
type Sweep struct {
	UID        store.UID   `json:"uid"`
	Experiment string      `json:"experiment"`
	Frozen     plan.Frozen `json:"frozen"`
}

// Freeze returns a trial as it is written into the folder.
func Freeze(t plan.Trial) queue.Trial {
	p := t.Planned()
	return queue.Trial{
		Number: p.Number, Hash: p.Hash, Config: p.Config, Point: p.Point, Text: t.String(),
		Bytes: t.Bytes(), Seconds: t.Longest().Seconds(),
	}
}

// A Maker is the TrialMaker of real trials.
type Maker struct {
	queue   *queue.Queue
	task    queue.Task
	plan    *plan.Plan
	loader  config.Loader
	options trial.Options
	stores  *stores
}

// NewMaker returns a Maker for a task of the sweep in q. Of o Version, Command and NewObserver are used; the loader
// is for configs with absolute paths.
//
// Errors: a sweep whose plan cannot be restored here; a store that cannot be opened.
func NewMaker(ctx context.Context, q *queue.Queue, task queue.Task, p *plan.Planner, l config.Loader, o trial.Options) (*Maker, error) {
	m := &Maker{queue: q, task: task, loader: l, options: o}
	var s Sweep
	if err := q.Plan(&s); err != nil {
		return nil, err
	}
	resolved, err := l.Load(filepath.Join(q.Dir(), queue.ConfigFile), nil)
	if err != nil {
		return nil, err
	}
	numbers, err := q.Trials()
	if err != nil {
		return nil, err
	}
	if len(numbers) == 0 || resolved.Sweep == nil {
		return nil, fmt.Errorf("%s has no trials", q.Dir())
	}
	first, err := q.Trial(numbers[0])
	if err != nil {
		return nil, err
	}
	sample, err := plan.LoadTrial(l, first.Config)
	if err != nil {
		return nil, fmt.Errorf("trial %d: %w", first.Number, err)
	}
	if m.plan, err = p.Thaw(ctx, resolved, s.Frozen, sample); err != nil {
		return nil, err
	}
	m.options.Out, m.options.PrunedElsewhere = filepath.Join(q.TaskDir(task), picturesDir), true
	m.stores, err = openStores(ctx, q.TaskDir(task), mostRuns)
	return m, err
}

var _ TrialMaker = (*Maker)(nil)

// Retries is how often a trial that failed is made again.
func (m *Maker) Retries() int { return m.plan.Config.Sweep.OnFailure.Retries }

// Close closes the store.
func (m *Maker) Close() error { return m.stores.Close() }

// Make makes a trial, or goes on with it from the checkpoint of an earlier life.
func (m *Maker) Make(ctx context.Context, q queue.Trial, commit func(queue.Result) error) Outcome {
	if err := m.stores.rotate(ctx); err != nil {
		return Outcome{Status: store.Failed, Err: err, Fatal: true}
	}
	t, err := m.plan.ThawTrial(ctx, m.loader, store.PlannedTrial{Number: q.Number, Hash: q.Hash, Config: q.Config, Point: q.Point})
	if err != nil {
		return Outcome{Status: store.Failed, Err: err, Unprepared: true}
	}
	o := m.options
	o.Commit = func(_ context.Context, ref store.RunRef, status store.Status, message string) error {
		return commit(m.result(ref.UID, status, message))
	}
	runner, err := trial.NewRunner(m.plan, m.stores.Store, o)
	if err != nil {
		return Outcome{Status: store.Failed, Err: err, Fatal: true}
	}
	made := runner.Run(ctx, t)
	if made.Meanwhile && !made.Fatal { // by an earlier attempt of this task
		if err := commit(m.result(made.Run.UID, made.Status, "")); err != nil {
			return Outcome{Run: made.Run.UID, Status: store.Killed, Err: err}
		}
	}
	return Outcome{
		Run: made.Run.UID, Status: made.Status, Err: made.Err, Fatal: made.Fatal,
		Unprepared: made.Status == store.Failed && made.Run.Number == 0 && !made.Fatal,
	}
}

func (m *Maker) result(uid store.UID, status store.Status, reason string) queue.Result {
	return queue.Result{Run: uid, Status: status, Store: name(m.stores.number), Reason: reason}
}

// Failed returns the result of a run that failed.
func (m *Maker) Failed(o Outcome) queue.Result {
	return m.result(o.Run, store.Failed, fmt.Sprint(o.Err))
}

// Publish publishes a copy of the store.
func (m *Maker) Publish(ctx context.Context) error { return m.stores.publish(ctx) }

// Recover completes a result of a task that is over: of an earlier life in the store itself, or else in a copy.
func (m *Maker) Recover(ctx context.Context, c queue.Claim, r queue.Result) (bool, error) {
	if c.Task != m.task || r.Store != name(m.stores.number) {
		return Recover(ctx, m.queue, c, r)
	}
	ok, err := m.stores.Complete(ctx, r.Run, r.Status, r.Reason)
	if err == nil && ok {
		err = m.Publish(ctx)
	}
	return ok && err == nil, err
}
