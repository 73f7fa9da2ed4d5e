package store

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"time"
)

// write runs work in a transaction of the one writer and tries again while the
// store is locked or the disk is full or failing: work may run several times
// and must start from the same state each time. Errors are classified.
//
// ctx ends the waiting, not an attempt, and the first attempt is always made:
// a run that was interrupted still records how it ended.
func (s *Store) write(ctx context.Context, work func(context.Context, *sql.Tx) error) error {
	whole := context.WithoutCancel(ctx)
	err := s.retry(ctx, func() error {
		s.writeLock.Lock()
		defer s.writeLock.Unlock()
		s.checkFile()
		s.swap.RLock()
		defer s.swap.RUnlock()
		if s.writer == nil {
			return cmp.Or(s.movedErr, ErrReadOnly)
		}
		if s.opened.file != nil {
			defer s.recordFile()
		}
		tx, err := s.writer.BeginTx(whole, nil)
		if err != nil {
			return err
		}
		defer tx.Rollback() // does nothing after Commit
		if err := work(whole, tx); err != nil {
			return err
		}
		return tx.Commit()
	})
	s.writeLock.Lock()
	defer s.writeLock.Unlock()
	s.checkFile()
	return err
}

// read runs work on a connection that can only read. work may run several
// times, and sets its results afresh each time.
func (s *Store) read(ctx context.Context, work func(*sql.DB) error) error {
	return s.retry(ctx, func() error {
		s.swap.RLock()
		defer s.swap.RUnlock()
		return s.readers.with(work)
	})
}

const (
	firstPause = 10 * time.Millisecond
	maxPause   = time.Second
)

// retry calls attempt until it succeeds, its error is not one that passes, or
// the retryTimeout for that kind of error is over.
func (s *Store) retry(ctx context.Context, attempt func() error) error {
	began := time.Now()
	for pause := firstPause; ; pause = min(2*pause, maxPause) {
		err := classify(attempt())
		if err == nil || time.Since(began)+pause > s.retryTimeout(err) {
			return err
		}
		select {
		case <-ctx.Done():
			return errors.Join(context.Cause(ctx), err)
		case <-time.After(pause):
		}
	}
}

// retryTimeout is how long an error is worth waiting for.
func (s *Store) retryTimeout(err error) time.Duration {
	switch {
	case errors.Is(err, ErrBusy):
		return s.busyTimeout
	case errors.Is(err, ErrFull), errors.Is(err, ErrIO):
		return s.diskTimeout
	}
	return 0
}
