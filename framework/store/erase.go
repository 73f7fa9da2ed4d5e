package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"slices"
	"time"
)

// An Erasure says what Erase erases.
type Erasure struct {
	Before time.Time // runs that were deleted before; zero: none
	Steps  bool      // of finished runs that are kept, the pictures on the way to the result
	Only   bool      // count, and change nothing
}

// Erased says what was erased.
type Erased struct {
	Runs     []RunSummary
	Votes    int
	Pictures int   // contents that nothing has any more
	Bytes    int64 // of those
}

// errOnly rolls an erasure back.
var errOnly = errors.New("only counted")

// Erase erases runs for good, with everything that belongs to them, all or, after an error, nothing. The file does not become
// smaller before Vacuum, but is used again.
func (s *Store) Erase(ctx context.Context, p Erasure) (Erased, error) {
	deleted, err := s.Runs(ctx, Filter{Deleted: true})
	if err != nil {
		return Erased{}, err
	}
	marks, err := s.Marks(ctx)
	if err != nil {
		return Erased{}, err
	}
	var done Erased
	var runs []int64
	for _, run := range deleted {
		if !p.Before.IsZero() && marks[run.Number].Deleted.Before(p.Before) {
			runs = append(runs, run.Number)
			done.Runs = append(done.Runs, run)
		}
	}
	slices.Reverse(done.Runs)
	err = s.write(ctx, func(ctx context.Context, tx *sql.Tx) error {
		count := func() (pictures int, bytes int64, votes int, err error) {
			err = tx.QueryRowContext(ctx, `SELECT count(*), coalesce(sum(size), 0), (SELECT count(*) FROM votes) FROM blobs`).Scan(&pictures, &bytes, &votes)
			return
		}
		pictures, bytes, votes, err := count()
		if err != nil {
			return err
		}
		statements := []string{
			// Restored meanwhile is kept.
			`DELETE FROM runs WHERE id IN (` + numbers(runs) + `) AND id IN (` + deletedRuns + `)`,
			`DELETE FROM trials WHERE sweep_id IS NULL AND id NOT IN (SELECT trial_id FROM runs WHERE trial_id IS NOT NULL)`,
			`DELETE FROM experiments WHERE id NOT IN (SELECT experiment_id FROM runs) AND id NOT IN (SELECT experiment_id FROM sweeps)`,
			`DELETE FROM blobs WHERE id NOT IN (SELECT blob_id FROM artifacts)`,
		}
		if p.Steps {
			statements = append(statements, `DELETE FROM artifacts WHERE kind = 'picture' AND name GLOB 'step-*'
				AND run_id IN (SELECT id FROM runs WHERE status = 'finished')`)
		}
		for _, statement := range statements {
			if _, err := tx.ExecContext(ctx, statement); err != nil {
				return err
			}
		}
		leftPictures, leftBytes, leftVotes, err := count()
		done.Pictures, done.Bytes, done.Votes = pictures-leftPictures, bytes-leftBytes, votes-leftVotes
		if err == nil && p.Only {
			err = errOnly
		}
		return err
	})
	if err != nil && !errors.Is(err, errOnly) {
		return Erased{}, fmt.Errorf("store: erase: %w", err)
	}
	return done, nil
}

// Vacuum rewrites the file without the space that erased rows left, and returns its size before and
// after, with its log. If it fails, or the process ends, the file is as before.
//
// Errors: *RunningError if a run may be alive; ErrBusy; ErrFull if there is no room for a copy in
// the folder for temporary files and beside the store.
func (s *Store) Vacuum(ctx context.Context) (before, after int64, err error) {
	running, err := s.Runs(ctx, Filter{Status: Running, Limit: 1})
	if err != nil {
		return 0, 0, err
	}
	if len(running) > 0 {
		run, err := s.FindRun(ctx, fmt.Sprint(running[0].Number))
		if err == nil {
			err = &RunningError{RunRef: run.RunRef, PID: run.PID}
		}
		return 0, 0, err
	}
	before = s.size()
	err = s.retry(ctx, func() error {
		s.writeLock.Lock()
		defer s.writeLock.Unlock()
		s.checkFile()
		s.swap.RLock()
		defer s.swap.RUnlock()
		if s.writer == nil {
			return ErrReadOnly
		}
		defer s.recordFile()
		if _, err := s.writer.ExecContext(ctx, `VACUUM`); err != nil {
			return err
		}
		_, _ = s.writer.ExecContext(ctx, `PRAGMA wal_checkpoint(TRUNCATE)`) // a reader may keep the log as it is
		return nil
	})
	if err != nil {
		return before, before, fmt.Errorf("store %s: compact: %w", s.path, err)
	}
	return before, s.size(), nil
}

// size is how many bytes the store takes, with its log.
func (s *Store) size() (bytes int64) {
	for _, end := range []string{"", "-wal"} {
		if info, err := os.Stat(s.path + end); err == nil {
			bytes += info.Size()
		}
	}
	return bytes
}
