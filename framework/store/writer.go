package store

import (
	"context"
	"database/sql"
	"errors"
	"maps"
	"math"
	"slices"
	"time"
)

// A batch is the buffer of a run: samples and events to be written.
type batch struct {
	samples []sample
	events  []event
}

type sample struct {
	name  string
	step  int
	value float64
}

type event struct {
	at   time.Time
	kind string
	step int
	data string // JSON
}

func (b batch) empty() bool { return len(b.samples)+len(b.events) == 0 }

// write writes the batch and updates the summaries of its metrics.
func (b batch) write(ctx context.Context, tx *sql.Tx, run int64) error {
	series := map[string][]Point{}
	for _, s := range b.samples {
		series[s.name] = append(series[s.name], Point{s.step, s.value})
	}
	for _, name := range slices.Sorted(maps.Keys(series)) {
		if err := writeSeries(ctx, tx, run, name, series[name]); err != nil {
			return err
		}
	}
	for _, e := range b.events {
		if _, err := tx.ExecContext(ctx, `INSERT INTO events (run_id, at, kind, step, data) VALUES (?, ?, ?, ?, ?)`,
			run, formatTime(e.at), e.kind, e.step, e.data); err != nil {
			return err
		}
	}
	return nil
}

// writeSeries writes new points of one metric and its summary.
func writeSeries(ctx context.Context, tx *sql.Tx, run int64, name string, points []Point) error {
	key, err := keyID(ctx, tx, name)
	if err != nil {
		return err
	}
	// The transaction closes the statement.
	insert, err := tx.PrepareContext(ctx, `INSERT INTO metrics (run_id, key_id, step, value) VALUES (?, ?, ?, ?)
		ON CONFLICT (run_id, key_id, step) DO UPDATE SET value = excluded.value`)
	if err != nil {
		return err
	}
	for _, p := range points {
		if _, err := insert.ExecContext(ctx, run, key, p.Step, nullable(p.Value)); err != nil {
			return err
		}
	}
	sum, err := readSummary(ctx, tx, run, key)
	if err != nil {
		return err
	}
	if !sum.append(points) { // a repeated step, or one out of order
		return recount(ctx, tx, run, key)
	}
	return sum.write(ctx, tx, run, key)
}

// keyID returns the key of a metric's name, inserting it if necessary.
func keyID(ctx context.Context, tx *sql.Tx, name string) (id int64, err error) {
	const find = `SELECT id FROM metric_keys WHERE name = ?`
	err = tx.QueryRowContext(ctx, find, name).Scan(&id)
	if !errors.Is(err, sql.ErrNoRows) {
		return id, err
	}
	result, err := tx.ExecContext(ctx, `INSERT INTO metric_keys (name) VALUES (?)`, name)
	if err != nil {
		return 0, err
	}
	return result.LastInsertId()
}

// nullable maps NaN, which SQLite lacks, to NULL.
func nullable(value float64) sql.NullFloat64 {
	return sql.NullFloat64{Float64: value, Valid: !math.IsNaN(value)}
}

// number scans a column written by nullable.
type number struct{ to *float64 }

func (n number) Scan(source any) error {
	var value sql.NullFloat64
	*n.to = math.NaN() // also of what cannot be read
	if err := value.Scan(source); err != nil {
		return err
	}
	if value.Valid {
		*n.to = value.Float64
	}
	return nil
}
