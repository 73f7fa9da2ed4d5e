package queue

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"time"
)

// A Task is an element of an array of jobs.
type Task struct {
	Job   int64 `json:"job"`
	Index int   `json:"index"`
}

// String returns JOB_INDEX.
func (t Task) String() string { return fmt.Sprintf("%d_%d", t.Job, t.Index) }

// A Life is a task between two restarts.
type Life struct {
	Task
	Restart int `json:"restart"`
}

// A Claim is an attempt at a trial.
type Claim struct {
	Trial   int `json:"-"` // these two are its name
	Attempt int `json:"-"`
	Life
	Host    string    `json:"host"`
	Started time.Time `json:"started"` // when the life began
}

func (c Claim) id() id { return id{c.Trial, c.Attempt} }

// String returns N.T.
func (c Claim) String() string { return c.id().String() }

// ErrStopped is that the sweep was stopped, with the reason.
var ErrStopped = errors.New("the sweep was stopped")

// A Worker takes trials for one life of a task. It is to be used by one goroutine, but for Finish,
// Lost, Publish and Pruned.
type Worker struct {
	*Queue
	Life

	claim    Claim // its content
	identity string
}

// Join returns a Worker. Leave removes what it leaves in the folder.
func (q *Queue) Join(l Life, host string) (*Worker, error) {
	w := &Worker{Queue: q, Life: l, claim: Claim{Life: l, Host: host, Started: time.Now().UTC().Truncate(time.Second)}}
	return w, w.identify()
}

// identify writes the content of the worker's claims: each is a link to the same file, so that taking a
// trial is one operation.
func (w *Worker) identify() error {
	data, err := json.Marshal(w.claim)
	if err != nil {
		return err
	}
	w.identity, err = w.disk.temporary(w.path(claimsDir), data)
	return err
}

// Leave is called at the end of a life.
func (w *Worker) Leave() error { return os.Remove(w.identity) }

const (
	// fresh is for how long the folder is not listed again while trials are left.
	fresh = 30 * time.Second
	// tries is how many claims of others are met, one after another, before the folder is listed again.
	tries = 256
)

// Take claims the first trial that has no claim, or whose newest attempt is lost. ok is false if there is none.
// Errors: ErrStopped; a folder that cannot be written.
func (w *Worker) Take() (c Claim, ok bool, err error) {
	if reason, stopped, err := w.Stopped(); err != nil || stopped {
		if err == nil {
			err = fmt.Errorf("%w: %s", ErrStopped, reason)
		}
		return c, false, err
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if time.Since(w.looked) < fresh {
		if c, ok, err = w.takeKnown(tries); ok || err != nil {
			return c, ok, err
		}
	}
	if err := w.look(); err != nil {
		return c, false, err
	}
	return w.takeKnown(len(w.order))
}

// takeKnown claims the first trial that is free as far as is known, and gives up after so many that were not.
func (w *Worker) takeKnown(tries int) (c Claim, ok bool, err error) {
	for ; w.next < len(w.order); w.next++ {
		number := w.order[w.next]
		s := w.states[number]
		if !s.free() {
			continue
		}
		if s.pruned, err = w.disk.exists(w.prunePath(number)); err != nil {
			return c, false, err
		}
		if s.pruned {
			continue
		}
		if c, ok, err = w.take(number, s.claimed+1); ok || err != nil {
			return c, ok, err
		}
		s.claimed++
		if tries--; tries < 0 {
			return c, false, nil
		}
	}
	return c, false, nil
}

// take claims an attempt; ok is false if another worker has it.
func (w *Worker) take(trial, attempt int) (c Claim, ok bool, err error) {
	c = w.claim
	c.Trial, c.Attempt = trial, attempt
	path := w.file(claimsDir, c.id())
	if there, err := w.disk.exists(path); err != nil || there { // cheaper than a link that fails
		return c, false, err
	}
	err = w.disk.link(w.identity, path)
	if err != nil && !errors.Is(err, fs.ErrExist) { // as many links as a file can have
		if err = w.identify(); err == nil {
			err = w.disk.link(w.identity, path)
		}
	}
	if errors.Is(err, fs.ErrExist) {
		return c, false, nil
	}
	if err != nil {
		return c, false, fmt.Errorf("claim trial %d: %w", trial, err)
	}
	s := w.state(trial)
	s.claimed = max(s.claimed, attempt)
	w.claims[c.id()] = c
	return c, true, nil
}

// claimOf reads a claim; q.mu is held.
func (q *Queue) claimOf(a id) (Claim, error) {
	if c, known := q.claims[a]; known {
		return c, nil
	}
	c := Claim{}
	path := q.file(claimsDir, a)
	if err := q.disk.readJSON(path, &c); err != nil {
		return c, err
	}
	if c.Job == 0 && c.Host == "" {
		return c, damaged(path, errors.New("it names no task"))
	}
	c.Trial, c.Attempt = a.trial, a.attempt
	q.claims[a] = c
	return c, nil
}

// Stop makes all tasks start nothing more. The first reason is kept.
func (q *Queue) Stop(reason string) error {
	return ignoreExist(q.disk.create(q.path(stopFile), []byte(reason+"\n")))
}

// Stopped returns the reason of Stop.
func (q *Queue) Stopped() (reason string, stopped bool, err error) { return q.text(q.path(stopFile)) }

// Prune stops a trial, running or not. The first reason is kept.
func (q *Queue) Prune(trial int, reason string) error {
	return ignoreExist(q.disk.create(q.prunePath(trial), []byte(reason+"\n")))
}

// Pruned returns the reason of Prune.
func (q *Queue) Pruned(trial int) (reason string, pruned bool, err error) {
	return q.text(q.prunePath(trial))
}

// text returns the text of a file that may not exist.
func (q *Queue) text(path string) (text string, there bool, err error) {
	data, err := q.disk.read(path)
	if errors.Is(err, fs.ErrNotExist) {
		return "", false, nil
	}
	return strings.TrimSpace(string(data)), err == nil, err
}

func ignoreExist(err error) error {
	if errors.Is(err, fs.ErrExist) {
		return nil
	}
	return err
}
