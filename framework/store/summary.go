package store

import (
	"context"
	"database/sql"
	"errors"
	"math"
)

// A Point is one value of a metric.
type Point struct {
	Step  int
	Value float64
}

// A MetricSummary summarises one metric of a run.
type MetricSummary struct {
	Name     string
	Count    int     // values, NaN included
	LastStep int     // the highest step
	Last     float64 // the value of LastStep
	Min, Max float64 // over numbers and infinities; NaN if there is none
	BestStep int     // the first step that reached Min; −1 if there is none
}

// A summary builds a MetricSummary point by point; the zero value has no points.
type summary struct{ MetricSummary }

// append adds points. It returns false if their steps do not increase; the summary is
// then invalid.
func (s *summary) append(points []Point) bool {
	for _, p := range points {
		if s.Count == 0 {
			s.Min, s.Max, s.BestStep = math.NaN(), math.NaN(), -1
		} else if p.Step <= s.LastStep {
			return false
		}
		s.Count++
		s.LastStep, s.Last = p.Step, p.Value
		if math.IsNaN(p.Value) {
			continue
		}
		if s.BestStep < 0 || p.Value < s.Min {
			s.Min, s.BestStep = p.Value, p.Step
		}
		if math.IsNaN(s.Max) || p.Value > s.Max {
			s.Max = p.Value
		}
	}
	return true
}

// bestStep returns BestStep as stored: NULL if no value is a number.
func (s *summary) bestStep() sql.NullInt64 {
	return sql.NullInt64{Int64: int64(s.BestStep), Valid: !math.IsNaN(s.Min)}
}

const summaryColumns = `count, last_step, last, min, max, coalesce(best_step, -1)`

func (s *MetricSummary) columns() []any {
	return []any{&s.Count, &s.LastStep, number{&s.Last}, number{&s.Min}, number{&s.Max}, &s.BestStep}
}

// readSummary returns the stored summary, the zero one if there is none.
func readSummary(ctx context.Context, tx *sql.Tx, run, key int64) (summary, error) {
	var s summary
	err := tx.QueryRowContext(ctx, `SELECT `+summaryColumns+` FROM metric_summary WHERE run_id = ? AND key_id = ?`,
		run, key).Scan(s.columns()...)
	if errors.Is(err, sql.ErrNoRows) {
		return summary{}, nil
	}
	return s, err
}

// write stores the summary.
func (s *summary) write(ctx context.Context, tx *sql.Tx, run, key int64) error {
	_, err := tx.ExecContext(ctx, `INSERT OR REPLACE INTO metric_summary
			(run_id, key_id, count, last_step, last, min, max, best_step) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
		run, key, s.Count, s.LastStep, nullable(s.Last), nullable(s.Min), nullable(s.Max), s.bestStep())
	return err
}

// recount recomputes the stored summary from all points.
func recount(ctx context.Context, tx *sql.Tx, run, key int64) error {
	all, err := readPoints(ctx, tx, run, key)
	if err != nil {
		return err
	}
	var sum summary
	sum.append(all)
	return sum.write(ctx, tx, run, key)
}

// rowsQueryer is implemented by *sql.DB and *sql.Tx.
type rowsQueryer interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

// readPoints returns all points of one metric, by step.
func readPoints(ctx context.Context, db rowsQueryer, run, key int64) ([]Point, error) {
	return collect(ctx, db, func(p *Point) []any { return []any{&p.Step, number{&p.Value}} },
		`SELECT step, value FROM metrics WHERE run_id = ? AND key_id = ? ORDER BY step`, run, key)
}

// collect returns the rows of a query; columns returns the scan targets in a T.
func collect[T any](ctx context.Context, db rowsQueryer, columns func(*T) []any, query string, args ...any) ([]T, error) {
	rows, err := db.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var list []T
	for rows.Next() {
		var item T
		if err := rows.Scan(columns(&item)...); err != nil {
			return nil, damagedValue(err)
		}
		list = append(list, item)
	}
	return list, rows.Err()
}
