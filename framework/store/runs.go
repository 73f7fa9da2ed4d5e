package store

import (
	"cmp"
	"context"
	"database/sql"
	"fmt"
	"strings"
	"time"

	"runexp/framework/store/search"
)

// A RunRef identifies a run.
type RunRef struct {
	Number     int64 // unique in this store: run 12
	UID        UID   // unique everywhere
	Experiment string
}

// A RunSummary is one row of a listing.
type RunSummary struct {
	RunRef
	Status     Status // Lost if the file says running but the process is dead
	Message    string // the reason for the status
	Attempt    int    // among runs of the same trial, from 1
	TrialHash  string // "" for a run without a trial
	Seed       int64
	Started    time.Time
	Ended      time.Time     // zero while running; the last heartbeat of a lost run
	Elapsed    time.Duration // as of the last write, with that of the attempts that it goes on from
	Iterations int           // so far: the count of time/iteration, or the last step of loss/total without times
	Loss       float64       // the last loss/total; NaN if there is none
	Damage     string        // what of its row cannot be read, and is zero here; "" for nothing. See Filter.Damaged
}

// A Filter selects runs; its zero value selects all.
type Filter struct {
	Experiment string           // "" is any
	Status     Status           // "" is any
	TrialHash  string           // "" is any
	Where      search.Condition // nil is any
	Deleted    bool             // the deleted runs only; without it those that are not
	Order      []Order          // empty: newest first
	Damaged    bool             // list also runs whose row cannot be read whole; without it they are an error
	Limit      int              // maximum number of runs; 0 is no limit
	Offset     int              // how many to leave out before the first; not with Status
}

const summaryOfRuns = `SELECT r.id, r.uid, e.name, r.status, r.message, r.attempt, coalesce(t.hash, ''), r.seed,
	r.started_at, r.ended_at, r.elapsed, coalesce(i.count, s.last_step, 0), s.last,
	r.pid, r.pid_start, r.boot, r.machine, r.seen_at`

// runTables fixes the join order with CROSS, so that the result has the order of
// the index on runs.
const runTables = ` FROM runs r
	CROSS JOIN experiments e ON e.id = r.experiment_id
	LEFT JOIN trials t ON t.id = r.trial_id
	LEFT JOIN metric_summary s ON s.run_id = r.id
		AND s.key_id = (SELECT id FROM metric_keys WHERE name = 'loss/total')
	LEFT JOIN metric_summary i ON i.run_id = r.id
		AND i.key_id = (SELECT id FROM metric_keys WHERE name = 'time/iteration')`

// A runRow is a RunSummary with the process that writes the run.
type runRow struct {
	RunSummary
	owner owner
}

func (r *runRow) columns() []any {
	return append([]any{&r.Number, &r.UID, &r.Experiment, &r.Status, r.tolerant("its message", plain[string]{&r.Message}), r.tolerant("its attempt", plain[int]{&r.Attempt}),
		r.tolerant("its trial", plain[string]{&r.TrialHash}), r.tolerant("its seed", plain[int64]{&r.Seed}), r.tolerant("its start", timeText{&r.Started}), r.tolerant("its end", timeText{&r.Ended}),
		r.tolerant("its duration", seconds{&r.Elapsed}), r.tolerant("its iterations", plain[int]{&r.Iterations}), r.tolerant("its loss", number{&r.Loss})}, r.ownerColumns()...)
}

// ownerColumns scan pid, pid_start, boot, machine and seen_at.
func (r *runRow) ownerColumns() []any {
	process := func(to sql.Scanner) sql.Scanner { return r.tolerant("its process", to) }
	return []any{process(plain[int]{&r.owner.pid}), process(plain[int64]{&r.owner.started}), process(plain[string]{&r.owner.boot}), process(plain[string]{&r.owner.machine}),
		r.tolerant("its last sign of life", timeText{&r.owner.lastSeen})}
}

func (r *runRow) tolerant(what string, to sql.Scanner) sql.Scanner {
	return tolerant{what, to, &r.Damage}
}

// Check returns an error for a run whose row cannot be read whole.
func (r *RunSummary) Check() error {
	if r.Damage == "" {
		return nil
	}
	return fmt.Errorf("%w (run %d: %s; runexp db check lists what is damaged)", ErrDamaged, r.Number, r.Damage)
}

// correctStatus sets the status of a running run to Lost if its process is dead.
func (r *runRow) correctStatus(here host, now time.Time) (lost bool) {
	lost = r.Status == Running && r.owner.dead(here, now)
	if lost {
		r.Status, r.Message, r.Ended = Lost, lostMessage, r.owner.lastSeen
	}
	return lost
}

// readStable calls f again until it finds no further lost run: a process may record
// that its run has finished, and end, after f read the row and before it checked the
// process.
func (s *Store) readStable(ctx context.Context, f func(db *sql.DB) (lost []int64, err error)) error {
	return s.read(ctx, func(db *sql.DB) error {
		for before := map[int64]bool{}; ; {
			lost, err := f(db)
			if err != nil {
				return err
			}
			count := len(before)
			for _, run := range lost {
				before[run] = true
			}
			if len(before) == count {
				return nil
			}
		}
	})
}

// query returns the SQL that selects runs in order, and its arguments. Rows with
// status 'running' may be of lost runs: filter again after correctStatus. counted selects their number instead, without the
// tables that no condition needs.
func (s *Store) query(ctx context.Context, db *sql.DB, f Filter, counted bool) (query string, args []any, err error) {
	fields := search.Fields(f.Where)
	for _, o := range f.Order {
		fields = append(fields, o.Field)
	}
	t, err := s.newTranslator(ctx, db, fields)
	if err != nil {
		return "", nil, err
	}
	if err := t.checkKnown(ctx, db, fields); err != nil {
		return "", nil, err
	}
	var where []string
	noIndex := `` // prefix of a column: + keeps SQLite from using its index
	if f.TrialHash != "" {
		where = append(where, `r.trial_id IN (SELECT id FROM trials WHERE hash = `+t.arg(f.TrialHash)+`)`)
		noIndex = `+` // a trial has few runs, which SQLite cannot know
	}
	if f.Experiment != "" {
		where = append(where, noIndex+`r.experiment_id = (SELECT id FROM experiments WHERE name = `+t.arg(f.Experiment)+`)`)
	}
	if f.Status == Lost {
		where = append(where, noIndex+`r.status IN ('lost', 'running')`)
	} else if f.Status != "" {
		where = append(where, noIndex+`r.status = `+t.arg(f.Status))
	}
	switch {
	case t.marks && f.Deleted:
		where = append(where, `r.id IN (`+deletedRuns+`)`)
	case t.marks:
		where = append(where, `r.id NOT IN (`+deletedRuns+`)`)
	case f.Deleted:
		where = append(where, `0`)
	}
	if f.Where != nil {
		where = append(where, t.where(f.Where))
	}
	condition := ``
	if len(where) > 0 {
		condition = ` WHERE ` + strings.Join(where, ` AND `)
	}
	if counted {
		tables := ` FROM runs r`
		if strings.Contains(condition, ` s.`) || strings.Contains(condition, `(s.`) || strings.Contains(condition, `i.`) || strings.Contains(condition, `e.name`) {
			tables = runTables
		}
		return `SELECT count(*)` + tables + condition, t.args, nil
	}
	query = summaryOfRuns + runTables + condition
	var order []string
	for _, o := range f.Order {
		direction := ` ASC NULLS LAST`
		if o.Descending {
			direction = ` DESC NULLS LAST`
		}
		order = append(order, t.value(o.Field)+direction)
	}
	return query + ` ORDER BY ` + strings.Join(append(order, `r.started_at DESC`, `r.id DESC`), `, `), t.args, nil
}

// Runs lists runs, newest first.
func (s *Store) Runs(ctx context.Context, f Filter) ([]RunSummary, error) {
	var list []RunSummary
	err := s.readStable(ctx, func(db *sql.DB) (lost []int64, err error) {
		list = nil
		query, args, err := s.query(ctx, db, f, false)
		if err != nil {
			return nil, err
		}
		if f.Status == "" && (f.Limit > 0 || f.Offset > 0) {
			query += fmt.Sprintf(" LIMIT %d OFFSET %d", cmp.Or(f.Limit, -1), f.Offset)
		}
		rows, err := db.QueryContext(ctx, query, args...)
		if err != nil {
			return nil, err
		}
		defer rows.Close()
		for now := time.Now(); rows.Next() && (f.Limit == 0 || len(list) < f.Limit); {
			var row runRow
			if err := rows.Scan(row.columns()...); err != nil {
				return nil, damagedValue(err)
			}
			if err := row.Check(); err != nil && !f.Damaged {
				return nil, err
			}
			if row.correctStatus(s.host, now) {
				lost = append(lost, row.Number)
			}
			if f.Status == "" || f.Status == row.Status {
				list = append(list, row.RunSummary)
			}
		}
		return lost, rows.Err()
	})
	if err != nil {
		return nil, fmt.Errorf("store: list runs: %w", err)
	}
	return list, nil
}
