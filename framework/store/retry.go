package store

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"os"
	"time"

	"runexp/internal/retry"
)

// write runs work in a transaction of the writer and retries while the store is
// locked or the disk is full or failing: work may run several times and must be
// idempotent. Errors are classified.
//
// ctx ends the waiting, not a try, and the first try is always made: a run that
// was interrupted still records its status.
func (s *Store) write(ctx context.Context, work func(context.Context, *sql.Tx) error) error {
	uncancelled := context.WithoutCancel(ctx)
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
		tx, err := s.writer.BeginTx(uncancelled, nil)
		if err != nil {
			return err
		}
		defer tx.Rollback() // does nothing after Commit
		if err := work(uncancelled, tx); err != nil {
			return err
		}
		return s.commit(tx)
	})
	s.writeLock.Lock()
	defer s.writeLock.Unlock()
	s.checkFile()
	return err
}

// commit commits, and notes the state of the file if that made a checkpoint: SQLite makes one when the
// log is long, and only that changes the file.
func (s *Store) commit(tx *sql.Tx) error {
	before, beforeErr := os.Stat(s.path)
	err := tx.Commit()
	now, nowErr := os.Stat(s.path)
	if err == nil && beforeErr == nil && nowErr == nil && s.opened.log != nil && s.opened.file != nil && s.unchanged(before) && os.SameFile(before, now) {
		s.opened.checkpoint = now
	}
	return err
}

// read runs work on a read-only connection. work may run several times and must
// reset its results each time.
func (s *Store) read(ctx context.Context, work func(*sql.DB) error) error {
	return s.retry(ctx, func() error {
		s.swap.RLock()
		defer s.swap.RUnlock()
		return s.readers.with(work)
	})
}

// retry calls attempt again while its error is transient; see retryTimeout.
func (s *Store) retry(ctx context.Context, attempt func() error) error {
	return retry.Do(ctx, s.retryTimeout, func() error { return classify(attempt()) })
}

// retryTimeout returns how long to retry after err, 0 if it is not transient.
func (s *Store) retryTimeout(err error) time.Duration {
	switch {
	case errors.Is(err, ErrBusy):
		return s.busyTimeout
	case errors.Is(err, ErrFull), errors.Is(err, ErrIO):
		return s.diskTimeout
	}
	return 0
}
