package store

import (
	"context"
	"database/sql"
	"fmt"
	"strconv"
	"time"
)

// A RunDetail is everything about a run that is not in a table of its own.
type RunDetail struct {
	RunSummary
	Parent         UID // the run that it resumed; zero if none
	Overrides      []string
	ConfigWritten  string
	ConfigResolved string
	PID            int // of the process that wrote it
}

// minPrefix is the minimum number of digits of a uid prefix, as in git.
const minPrefix = 4

// FindRun returns the run that ref names: its number, the first digits of its
// uid (at least 4), or "last" for the one that was started last and is not deleted. A
// number takes precedence over a prefix, and both find deleted runs too.
//
// Errors: ErrNotFound; *AmbiguousError for a prefix of several runs.
func (s *Store) FindRun(ctx context.Context, ref string) (RunDetail, error) {
	var runs []detailRow
	err := s.readStable(ctx, func(db *sql.DB) (lost []int64, err error) {
		runs = nil
		kept, err := notDeleted(ctx, db, `id`)
		if err != nil {
			return nil, err
		}
		for _, l := range lookups(ref, kept) {
			runs, err = collect(ctx, db, (*detailRow).columns, detailOfRuns+l.where+` LIMIT ?`, append(l.args, maxMatches)...)
			if err != nil || len(runs) > 0 {
				break
			}
		}
		for i := range runs {
			if err := runs[i].Check(); err != nil {
				return nil, err
			}
			if runs[i].correctStatus(s.host, time.Now()) {
				lost = append(lost, runs[i].Number)
			}
		}
		return lost, err
	})
	switch {
	case err != nil:
		return RunDetail{}, fmt.Errorf("store: run %q: %w", ref, err)
	case len(runs) == 0:
		return RunDetail{}, fmt.Errorf("store: run %q: %w; give a number, at least %d digits of a uid, or last (runexp ls lists them)",
			ref, ErrNotFound, minPrefix)
	case len(runs) > 1:
		ambiguous := &AmbiguousError{Prefix: ref}
		for _, r := range runs {
			ambiguous.Matches = append(ambiguous.Matches, r.RunRef)
		}
		return RunDetail{}, ambiguous
	}
	return runs[0].detail(), nil
}

// A lookup is one interpretation of a reference to a run.
type lookup struct {
	where string
	args  []any
}

// lookups returns the possible interpretations of ref by precedence; kept is a condition on
// the ids of runs that are not deleted.
func lookups(ref, kept string) []lookup {
	if ref == "last" {
		return []lookup{{` WHERE r.id = (SELECT id FROM runs WHERE ` + kept + ` ORDER BY started_at DESC, id DESC LIMIT 1)`, nil}}
	}
	var list []lookup
	if number, err := strconv.ParseInt(ref, 10, 64); err == nil {
		list = append(list, lookup{` WHERE r.id = ?`, []any{number}})
	}
	if low, high, ok := prefixRange(ref); ok && len(ref) >= minPrefix {
		list = append(list, lookup{` WHERE r.uid BETWEEN ? AND ? ORDER BY r.uid`, []any{low[:], high[:]}})
	}
	return list
}

const detailOfRuns = summaryOfRuns + `,
	(SELECT uid FROM runs WHERE id = r.parent_id), r.overrides, r.config_written, r.config_resolved` + runTables

// A detailRow is a RunDetail as scanned from the file.
type detailRow struct {
	runRow
	parent                        UID
	overrides                     []string
	configWritten, configResolved string
}

func (d *detailRow) columns() []any {
	return append(d.runRow.columns(), &d.parent, decoded{&d.overrides}, &d.configWritten, &d.configResolved)
}

func (d *detailRow) detail() RunDetail {
	return RunDetail{
		RunSummary: d.RunSummary, Parent: d.parent, PID: d.owner.pid, Overrides: d.overrides,
		ConfigWritten: d.configWritten, ConfigResolved: d.configResolved,
	}
}

// Neighbours returns the numbers of the runs before and after one that are not deleted; 0 for none.
func (s *Store) Neighbours(ctx context.Context, run int64) (before, after int64, err error) {
	err = s.read(ctx, func(db *sql.DB) error {
		kept, err := notDeleted(ctx, db, `id`)
		if err != nil {
			return err
		}
		return db.QueryRowContext(ctx, `SELECT coalesce((SELECT max(id) FROM runs WHERE id < ?1 AND `+kept+`), 0),
			coalesce((SELECT min(id) FROM runs WHERE id > ?1 AND `+kept+`), 0)`, run).Scan(&before, &after)
	})
	if err != nil {
		return 0, 0, fmt.Errorf("store: runs beside %d: %w", run, err)
	}
	return before, after, nil
}

// Lineage returns the run that a run went on from, if there is one, and those that went on from it.
func (s *Store) Lineage(ctx context.Context, run int64) (before, after []int64, err error) {
	err = s.read(ctx, func(db *sql.DB) (err error) {
		number := func(n *int64) []any { return []any{n} }
		if before, err = collect(ctx, db, number, `SELECT parent_id FROM runs WHERE id = ? AND parent_id IS NOT NULL`, run); err != nil {
			return err
		}
		after, err = collect(ctx, db, number, `SELECT id FROM runs WHERE parent_id = ? ORDER BY id`, run)
		return err
	})
	if err != nil {
		return nil, nil, fmt.Errorf("store: run %d: %w", run, err)
	}
	return before, after, nil
}
