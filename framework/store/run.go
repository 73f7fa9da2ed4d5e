package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"
)

// A Status is the state of a run.
type Status string

// The statuses. A run that is "running" in the file but whose process is dead is
// read as Lost.
const (
	Running  Status = "running"
	Finished Status = "finished"
	Failed   Status = "failed" // by an error
	Killed   Status = "killed" // by a signal, after a clean stop
	Pruned   Status = "pruned" // by the sweep's pruner
	Lost     Status = "lost"   // its process ended without Finish
)

// Statuses returns all of them.
func Statuses() []Status { return []Status{Running, Finished, Failed, Killed, Pruned, Lost} }

// A Value is one number of one step.
type Value struct {
	Name  string // loss/total, loss/<name>, loss/<name>/<layer>, time/iteration, …
	Value float64
}

// A Run records one run. Log and Event are buffered and written together about
// once a second and by Flush and Finish; Artifact is written immediately. The
// buffer is lost when the process is killed, and kept when a write fails: the next
// write retries.
type Run struct {
	store   *Store
	uid     UID
	number  int64
	attempt int
	started time.Time
	before  time.Duration // that the attempts took which it goes on from

	writing sync.Mutex // held while a batch is written

	mu        sync.Mutex // held for a moment, never during a write
	pending   batch
	ended     bool
	lastErr   error     // of the last write; nil if it succeeded
	lastFlush time.Time // last sign of life in the file

	flusher
}

// flushSize is the number of pending values at which Log flushes.
const flushSize = 4096

func newRun(ctx context.Context, s *Store) *Run {
	now := time.Now()
	return &Run{store: s, uid: NewUID(), started: now, lastFlush: now, flusher: newFlusher(ctx)}
}

// UID returns the run's name in every store; its Short form is for people.
func (r *Run) UID() UID { return r.uid }

// Number returns the run's number in this store: run 12.
func (r *Run) Number() int64 { return r.number }

// elapsed is the time that the run has taken so far, with that of the attempts that it goes on from.
func (r *Run) elapsed() time.Duration { return r.before + time.Since(r.started) }

// Attempt returns the number of this attempt at the trial, from 1.
func (r *Run) Attempt() int { return r.attempt }

// Log records the values of one step, which may be NaN or infinite. A second value
// for the same name and step replaces the first.
//
// It only waits for the disk when very many values are pending. ErrFull, ErrIO and
// the like (never ErrBusy) say that the last write failed: the values stay in the
// buffer, and the caller should write a checkpoint and stop. ErrEnded says that Finish
// was called.
func (r *Run) Log(ctx context.Context, step int, values []Value) error {
	pending, err := r.add(func(b *batch) {
		for _, v := range values {
			b.samples = append(b.samples, sample{v.Name, step, v.Value})
		}
	})
	if pending >= flushSize && err == nil {
		err = r.Flush(ctx)
	}
	return ignoreBusy(err)
}

// Event records an event: the start of a stage, a warning, a signal. data is
// anything that encoding/json can marshal. Errors: those of Log and of marshalling.
func (r *Run) Event(_ context.Context, kind string, step int, data any) error {
	text, err := json.Marshal(data)
	if err != nil {
		return fmt.Errorf("store: event %q: %w", kind, err)
	}
	_, err = r.add(func(b *batch) {
		b.events = append(b.events, event{time.Now(), kind, step, string(text)})
	})
	return ignoreBusy(err)
}

// add adds to the buffer. It returns the number of pending values and the error of
// the last write.
func (r *Run) add(fill func(*batch)) (pending int, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.ended {
		return 0, r.problem(ErrEnded)
	}
	fill(&r.pending)
	return len(r.pending.samples), r.lastErr
}

// ignoreBusy returns nil for ErrBusy: a store locked by another program is no
// reason to stop a run.
func ignoreBusy(err error) error {
	if errors.Is(err, ErrBusy) {
		return nil
	}
	return err
}

func (r *Run) problem(err error) error { return fmt.Errorf("store: run %d: %w", r.number, err) }

// Flush writes the buffer and a heartbeat. When it returns nil, everything recorded
// before survives a crash of the program and of the machine.
// Errors: ErrFull, ErrIO and ErrBusy, each after retries.
func (r *Run) Flush(ctx context.Context) error {
	return r.flush(ctx, false, func(ctx context.Context, tx *sql.Tx) error {
		// A run that was marked lost but is alive resets its status.
		_, err := tx.ExecContext(ctx, `UPDATE runs SET elapsed = ?, seen_at = ?, status = 'running',
				message = CASE status WHEN 'lost' THEN '' ELSE message END, ended_at = NULL
			WHERE id = ? AND status IN ('running', 'lost')`,
			r.elapsed().Seconds(), formatTime(time.Now()), r.number)
		return err
	})
}

// Finish writes the buffer and the run's final status, Finished, Failed, Killed or
// Pruned, with the reason. After an error it may be called again; after success it
// does nothing. It retries on a busy store even if ctx is done.
func (r *Run) Finish(ctx context.Context, status Status, message string) error {
	if !slices.Contains([]Status{Finished, Failed, Killed, Pruned}, status) {
		return r.problem(fmt.Errorf("%q is not a final status; use finished, failed, killed or pruned", status))
	}
	err := r.flush(context.WithoutCancel(ctx), true, func(ctx context.Context, tx *sql.Tx) error {
		now := formatTime(time.Now())
		_, err := tx.ExecContext(ctx, `UPDATE runs SET elapsed = ?, seen_at = ?, ended_at = ?, status = ?, message = ?
			WHERE id = ?`, r.elapsed().Seconds(), now, now, status, message, r.number)
		return err
	})
	if err != nil {
		return err
	}
	r.stopFlusher()
	r.store.removeRun(r)
	return nil
}

// flush writes the buffer and then calls updateRun, in one transaction. The last
// flush ends the run; after that it does nothing.
func (r *Run) flush(ctx context.Context, last bool, updateRun func(context.Context, *sql.Tx) error) error {
	r.writing.Lock()
	defer r.writing.Unlock()
	b, open := r.takePending(last)
	if !open {
		return nil
	}
	err := r.store.write(ctx, func(ctx context.Context, tx *sql.Tx) error {
		if err := b.write(ctx, tx, r.number); err != nil {
			return err
		}
		return updateRun(ctx, tx)
	})
	if err != nil {
		err = r.problem(err)
	}
	r.finishFlush(b, err)
	return err
}

// takePending empties the buffer and, if last, ends the run. It reports whether the
// run was open.
func (r *Run) takePending(last bool) (b batch, open bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.ended {
		return batch{}, false
	}
	b, r.pending, r.ended = r.pending, batch{}, last
	return b, true
}

// finishFlush records the result of a write. A batch that could not be written is put
// back before newer values.
func (r *Run) finishFlush(b batch, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.lastErr = err
	if err == nil {
		r.lastFlush = time.Now()
		return
	}
	r.ended = false
	r.pending.samples = append(b.samples, r.pending.samples...)
	r.pending.events = append(b.events, r.pending.events...)
}
