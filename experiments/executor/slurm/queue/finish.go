package queue

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"

	"runexp/framework/store"
)

// A Result is how an attempt ended.
type Result struct {
	Trial   int `json:"-"` // these two are its name
	Attempt int `json:"-"`

	Run    store.UID    `json:"run"`
	Status store.Status `json:"status"` // "" for a fence
	Store  string       `json:"store"`  // file of the run's store, in the folder of the task
	Reason string       `json:"reason,omitempty"`
}

func (r Result) fence() bool { return r.Status == "" }

// ErrFenced is that an attempt was given up by others, who may have begun another one.
var ErrFenced = errors.New("the task was taken for dead, and its trial given to another")

// Finish makes this the result of a claim, before the end of its run is recorded: all else of the run must be in its
// store, so that Recover can record the end if the task does not. It may be repeated.
// Errors: ErrFenced; a folder that cannot be written.
func (q *Queue) Finish(c Claim, r Result) error {
	data, err := json.Marshal(r)
	if err != nil {
		return err
	}
	path := q.file(doneDir, c.id())
	err = q.disk.create(path, data)
	if errors.Is(err, fs.ErrExist) {
		var there Result
		if err = q.disk.readJSON(path, &there); err == nil && (there.fence() || there.Run != r.Run) {
			err = ErrFenced
		}
	}
	if err != nil {
		return fmt.Errorf("trial %d: %w", c.Trial, err)
	}
	return nil
}

// Lost reports whether a claim is lost.
func (q *Queue) Lost(c Claim) (bool, error) { return q.disk.exists(q.file(lostDir, c.id())) }

// Publish records that a published copy of a store has the run of a claim's result, with its end.
func (q *Queue) Publish(c Claim) error {
	if err := q.disk.link(q.file(doneDir, c.id()), q.file(publishedDir, c.id())); err != nil {
		return ignoreExist(err)
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	s := q.state(c.Trial)
	s.published = max(s.published, c.Attempt)
	return nil
}

// A problem is the reason of an attempt that is lost.
type problem struct {
	Reason string `json:"reason"`
	Task   Task   `json:"task"`
	Node   bool   `json:"node,omitempty"` // the trial could not be prepared there
}

// Lose gives a claim back: its attempt has no result and will have none. It is no error if it is lost already.
func (q *Queue) Lose(c Claim, reason string) error {
	return q.lose(c, problem{Reason: reason, Task: c.Task})
}

func (q *Queue) lose(c Claim, p problem) error {
	data, err := json.Marshal(p)
	if err != nil {
		return err
	}
	if err := q.disk.create(q.file(lostDir, c.id()), data); ignoreExist(err) != nil {
		return err
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	s := q.state(c.Trial)
	s.lost = max(s.lost, c.Attempt)
	q.next = 0
	return nil
}

// sameProblem is how many tasks have a problem before it is taken for the sweep's.
const sameProblem = 3

// GiveBack gives a claim back because its trial cannot be prepared where the task runs, which is no failure of the
// trial. The same problem of three tasks stops the sweep.
func (q *Queue) GiveBack(c Claim, reason string) error {
	if err := q.lose(c, problem{reason, c.Task, true}); err != nil {
		return err
	}
	all, err := q.disk.names(q.path(lostDir))
	if err != nil {
		return err
	}
	tasks := map[Task]bool{}
	for _, name := range all {
		a, ok := parseID(name)
		if !ok {
			continue
		}
		if p, err := q.problem(a); err == nil && p.Node && p.Reason == reason {
			tasks[p.Task] = true
		}
	}
	if len(tasks) < sameProblem {
		return nil
	}
	return q.Stop(fmt.Sprintf("%d tasks have the same problem: %s", len(tasks), reason))
}

// problem reads the reason of a lost attempt.
func (q *Queue) problem(a id) (problem, error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	p, known := q.problems[a]
	if known {
		return p, nil
	}
	err := q.disk.readJSON(q.file(lostDir, a), &p)
	if err == nil {
		q.problems[a] = p
	}
	return p, err
}
