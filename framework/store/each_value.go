package store

import (
	"context"
	"database/sql"
	"fmt"
	"iter"
)

// A Logged is one value of one metric of a run.
type Logged struct {
	Name  string
	Step  int
	Value float64
}

// valuesPage is how many values a query of EachValue reads: some megabytes.
const valuesPage = 1 << 16

// EachValue returns all values of all metrics of a run, those of a metric together and by
// step. It reads them in pages, so memory does not grow with their number, and a run that
// is still recorded may have more of some metrics than of others. After an error, which
// is the last item, there are no more; ErrNotFound if there is no such run.
func (s *Store) EachValue(ctx context.Context, run int64) iter.Seq2[Logged, error] {
	return s.eachValue(ctx, run, valuesPage)
}

func (s *Store) eachValue(ctx context.Context, run int64, page int) iter.Seq2[Logged, error] {
	type row struct {
		key int64
		Point
	}
	return func(yield func(Logged, error) bool) {
		names, err := s.keyNames(ctx, run)
		if err != nil {
			yield(Logged{}, err)
			return
		}
		for key, step := int64(-1), 0; ; {
			var rows []row
			err := s.read(ctx, func(db *sql.DB) (err error) {
				rows, err = collect(ctx, db, func(r *row) []any { return []any{&r.key, &r.Step, number{&r.Value}} },
					`SELECT key_id, step, value FROM metrics WHERE run_id = ? AND (key_id, step) > (?, ?)
					ORDER BY key_id, step LIMIT ?`, run, key, step, page)
				return err
			})
			if err != nil {
				yield(Logged{}, fmt.Errorf("store: run %d: values: %w", run, err))
				return
			}
			for _, r := range rows {
				name, known := names[r.key]
				if !known { // recorded since the first page
					continue
				}
				if !yield(Logged{name, r.Step, r.Value}, nil) {
					return
				}
			}
			if len(rows) < page {
				return
			}
			key, step = rows[len(rows)-1].key, rows[len(rows)-1].Step
		}
	}
}

// keyNames returns the names of a run's metrics by key.
func (s *Store) keyNames(ctx context.Context, run int64) (map[int64]string, error) {
	type row struct {
		key  int64
		name string
	}
	list, err := ofRun(ctx, s, run, func(r *row) []any { return []any{&r.key, &r.name} },
		`SELECT k.id, k.name FROM metric_summary m JOIN metric_keys k ON k.id = m.key_id WHERE m.run_id = ?`)
	names := map[int64]string{}
	for _, r := range list {
		names[r.key] = r.name
	}
	return names, err
}
