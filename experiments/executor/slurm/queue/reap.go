package queue

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"slices"
)

// An Alive returns the lives of tasks that may be running. An error is that the scheduler cannot be asked.
type Alive func(context.Context) (map[Life]bool, error)

// Recover records the end of a result's run in a published copy of its store, unless it is there. Its task is over,
// and has recorded all else. ok is false if the store is gone or lacks the run. An error is that this cannot be said now.
type Recover func(context.Context, Claim, Result) (ok bool, err error)

// Reap marks lost the attempts of tasks that are over without a result, and completes those with one. It returns how
// many were lost, and how many others are still open. A task that runs again looks after its own (see Adopt).
//
// Errors: those of alive and recover, after which it can be called again; files that are damaged, after all
// others were looked at.
func (q *Queue) Reap(ctx context.Context, alive Alive, rec Recover) (lost, open int, err error) {
	// Claims are read before the scheduler is asked: their tasks ran already.
	claims, problems := q.open()
	if len(claims) == 0 {
		return 0, 0, problems
	}
	lives, err := alive(ctx)
	if err != nil {
		return 0, len(claims), errors.Join(err, problems)
	}
	running := map[Task]bool{}
	for l, is := range lives {
		running[l.Task] = running[l.Task] || is
	}
	for _, c := range claims {
		if running[c.Task] {
			open++
			continue
		}
		kept, err := q.settle(ctx, c, rec)
		if err == nil && !kept {
			lost++
			err = q.Lose(c, fmt.Sprintf("task %s is over (restart %d, on %s)", c.Task, c.Restart, c.Host))
		}
		if err != nil {
			open++
		}
		problems = errors.Join(problems, err)
	}
	return lost, open, problems
}

// open returns the newest claims that are not lost and have no published result, and the files that are damaged.
func (q *Queue) open() (open []Claim, err error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if err := q.look(); err != nil {
		return nil, err
	}
	for _, number := range q.order {
		s := q.states[number]
		if !s.running() {
			continue
		}
		c, readErr := q.claimOf(id{number, s.claimed})
		if readErr != nil {
			err = errors.Join(err, readErr)
			continue
		}
		open = append(open, c)
	}
	return open, err
}

// settle decides about an attempt whose task is over: kept if it has a result, which is completed; or else it is
// fenced, so that it never will have one.
func (q *Queue) settle(ctx context.Context, c Claim, rec Recover) (kept bool, err error) {
	r, err := q.result(c.id())
	if errors.Is(err, fs.ErrNotExist) {
		r = Result{Reason: "the task is over"}
		fence, encodeErr := json.Marshal(r)
		if encodeErr != nil {
			return false, encodeErr
		}
		err = q.disk.create(q.file(doneDir, c.id()), fence)
		if errors.Is(err, fs.ErrExist) { // the result, or another's fence, came first
			r, err = q.result(c.id())
		}
	}
	if err != nil || r.fence() {
		return false, err
	}
	if kept, err = rec(ctx, c, r); err == nil && kept {
		err = q.Publish(c)
	}
	return kept, err
}

// Adopt claims the trials that earlier lives of the task had not finished, as their next attempts, and completes their
// results. They come first in the new life, which may have checkpoints of them.
func (w *Worker) Adopt(ctx context.Context, rec Recover) ([]Claim, error) {
	if w.Restart == 0 {
		return nil, nil
	}
	open, _ := w.open() // what is damaged is not the task's own
	open = slices.DeleteFunc(open, func(c Claim) bool { return c.Task != w.Task || c.Restart >= w.Restart })
	var adopted []Claim
	for _, c := range open {
		kept, err := w.settle(ctx, c, rec)
		if err != nil {
			return adopted, err
		}
		if kept {
			continue
		}
		w.mu.Lock()
		again, ok, err := w.take(c.Trial, c.Attempt+1)
		w.mu.Unlock()
		if err == nil {
			err = w.Lose(c, fmt.Sprintf("the task was restarted (%d)", w.Restart))
		}
		if err != nil {
			return adopted, err
		}
		if ok {
			adopted = append(adopted, again)
		}
	}
	return adopted, nil
}

// result reads a result.
func (q *Queue) result(a id) (Result, error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if r, known := q.results[a]; known {
		return r, nil
	}
	r := Result{}
	if err := q.disk.readJSON(q.file(doneDir, a), &r); err != nil {
		return r, err
	}
	r.Trial, r.Attempt = a.trial, a.attempt
	q.results[a] = r
	return r, nil
}
