package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"strings"

	"runexp/internal/printable"
)

// checkExisting returns an error if the file that is about to be opened for writing is
// damaged or not a store. It opens the file as a reader, which changes nothing: a
// writer would checkpoint the log into a damaged file on close.
//
// It checks what writing relies on: pages, indexes, columns and triggers. What rows say is damage of
// the run or sweep that they are of, and keeps no other from being written; readers report it, and so does Problems.
func (s *Store) checkExisting(ctx context.Context) error {
	if info, err := os.Stat(s.path); err != nil || info.Size() == 0 || !info.Mode().IsRegular() {
		return nil // nothing there yet, or the writer will report the error
	}
	if err := checkLog(s.path); err != nil {
		return err
	}
	s.readers = &tracelessPool{path: s.path}
	defer func() { _ = s.readers.close() }()
	version := 0
	err := s.read(ctx, func(db *sql.DB) (err error) {
		if version, err = identify(ctx, db, false); err != nil {
			return err
		}
		if err := checkNotNewer(version); err != nil {
			return err
		}
		problems, err := wrongPages(ctx, db)
		if err == nil && len(problems) > 0 {
			err = fmt.Errorf("%w (%s)", ErrDamaged, printable.Excerpt(problems[0]))
		}
		if err == nil && version == len(migrations()) {
			err = checkParts(ctx, db)
		}
		return err
	})
	if err == nil && version == len(migrations()) { // what the integrity check misses
		_, runs := s.Runs(ctx, Filter{Damaged: true})
		_, sweeps := s.Sweeps(ctx, "")
		err = errors.Join(runs, sweeps)
	}
	err = asDamaged(err)
	if errors.Is(err, ErrReadOnly) || errors.Is(err, ErrAccess) {
		return nil // a log that only a writer can read
	}
	return err
}

// wrongPages lists inconsistent pages.
func wrongPages(ctx context.Context, db *sql.DB) ([]string, error) {
	return collect(ctx, db, func(p *string) []any { return []any{p} },
		`SELECT integrity_check FROM pragma_integrity_check WHERE integrity_check <> 'ok'`)
}

// danglingRows lists rows whose foreign key names no row.
func danglingRows(ctx context.Context, db *sql.DB) ([]string, error) {
	return collect(ctx, db, func(p *string) []any { return []any{p} },
		`SELECT 'a row of ' || "table" || ' points nowhere: row ' || coalesce(rowid, '?') FROM pragma_foreign_key_check`)
}

// integrity lists inconsistent pages and dangling foreign keys.
func integrity(ctx context.Context, db *sql.DB) ([]string, error) {
	problems, err := wrongPages(ctx, db)
	if err != nil {
		return nil, err
	}
	dangling, err := danglingRows(ctx, db)
	return append(problems, dangling...), err
}

// Check reads the whole file and returns ErrDamaged, with details, for
// inconsistent pages and dangling foreign keys.
func (s *Store) Check(ctx context.Context) error {
	var problems []string
	err := s.read(ctx, func(db *sql.DB) (err error) {
		problems, err = integrity(ctx, db)
		return err
	})
	if err == nil && len(problems) > 0 {
		err = fmt.Errorf("%w (%s)", ErrDamaged, printable.Text(strings.Join(problems, "; ")))
	}
	if err != nil {
		return fmt.Errorf("store %s: %w", s.path, err)
	}
	return nil
}
