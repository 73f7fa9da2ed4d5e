package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
)

// SweepRows returns what the view of a sweep has (see SweepView): the names of its
// columns, and a row for each trial with a nil, int64, float64 or string for each. Errors:
// ErrNotFound.
func (s *Store) SweepRows(ctx context.Context, sweep int64) (columns []string, list [][]any, err error) {
	err = s.read(ctx, func(db *sql.DB) error {
		columns, list = nil, nil
		query, err := sweepRows(ctx, db, sweep)
		if errors.Is(err, sql.ErrNoRows) {
			return ErrNotFound
		}
		if err != nil {
			return err
		}
		rows, err := db.QueryContext(ctx, query)
		if err != nil {
			return err
		}
		defer rows.Close()
		if columns, err = rows.Columns(); err != nil {
			return err
		}
		for rows.Next() {
			row, targets := make([]any, len(columns)), make([]any, len(columns))
			for i := range row {
				targets[i] = &row[i]
			}
			if err := rows.Scan(targets...); err != nil {
				return damagedValue(err)
			}
			for i, value := range row {
				if blob, is := value.([]byte); is {
					row[i] = string(blob)
				}
			}
			list = append(list, row)
		}
		return rows.Err()
	})
	if err != nil {
		return nil, nil, fmt.Errorf("store: rows of sweep %d: %w", sweep, err)
	}
	return columns, list, nil
}
