package store

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"time"

	"runexp/internal/retry"
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
		s.turn.Lock()
		defer s.turn.Unlock()
		s.follow()
		s.swap.RLock()
		defer s.swap.RUnlock()
		if s.writer == nil {
			return cmp.Or(s.gone, ErrReadOnly)
		}
		if s.seen.file != nil {
			defer s.see()
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
	s.turn.Lock()
	defer s.turn.Unlock()
	s.follow()
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

// retry calls attempt again while its error is worth waiting for.
func (s *Store) retry(ctx context.Context, attempt func() error) error {
	return retry.Do(ctx, s.patience, func() error { return classify(attempt()) })
}

// patience is how long an error is worth waiting for.
func (s *Store) patience(err error) time.Duration {
	switch {
	case errors.Is(err, ErrBusy):
		return s.busyPatience
	case errors.Is(err, ErrFull), errors.Is(err, ErrIO):
		return s.diskPatience
	}
	return 0
}
