package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"runexp/internal/printable"
)

// ofRun returns the rows of a query whose one argument is a run's number. Errors:
// ErrNotFound if there is no such run.
func ofRun[T any](ctx context.Context, s *Store, run int64, columns func(*T) []any, query string) (list []T, err error) {
	err = s.read(ctx, func(db *sql.DB) error {
		if list, err = collect(ctx, db, columns, query, run); err != nil || len(list) > 0 {
			return err
		}
		var exists bool
		err := db.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM runs WHERE id = ?)`, run).Scan(&exists)
		if err == nil && !exists {
			return ErrNotFound
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("store: run %d: %w", run, err)
	}
	return list, nil
}

// MetricNames returns the names of a run's metrics in alphabetical order.
func (s *Store) MetricNames(ctx context.Context, run int64) ([]string, error) {
	return ofRun(ctx, s, run, func(name *string) []any { return []any{name} },
		`SELECT k.name FROM metric_summary m JOIN metric_keys k ON k.id = m.key_id
		WHERE m.run_id = ? ORDER BY k.name`)
}

// Summary returns the summary of each of a run's metrics, by name.
func (s *Store) Summary(ctx context.Context, run int64) ([]MetricSummary, error) {
	columns := func(m *MetricSummary) []any { return append([]any{&m.Name}, m.columns()...) }
	return ofRun(ctx, s, run, columns, `SELECT k.name, `+summaryColumns+`
		FROM metric_summary m JOIN metric_keys k ON k.id = m.key_id
		WHERE m.run_id = ? ORDER BY k.name`)
}

// Series returns all values of one metric of a run, by step. Errors:
// ErrNotFound, with the names of the run's metrics.
func (s *Store) Series(ctx context.Context, run int64, name string) ([]Point, error) {
	var points []Point
	err := s.read(ctx, func(db *sql.DB) (err error) {
		var key int64
		err = db.QueryRowContext(ctx, `SELECT id FROM metric_keys WHERE name = ?`, name).Scan(&key)
		if err == nil {
			points, err = readPoints(ctx, db, run, key)
		}
		return err
	})
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return nil, fmt.Errorf("store: run %d: metric %q: %w", run, name, err)
	}
	if len(points) > 0 {
		return points, nil
	}
	names, err := s.MetricNames(ctx, run)
	if err != nil {
		return nil, err
	}
	return nil, fmt.Errorf("store: run %d: metric %q: %w (it has: %s)", run, name, ErrNotFound, strings.Join(names, ", "))
}

// An EventRecord is an event of a run.
type EventRecord struct {
	At   time.Time
	Kind string
	Step int
	Data json.RawMessage
}

// Events returns the events of a run in order.
func (s *Store) Events(ctx context.Context, run int64) ([]EventRecord, error) {
	columns := func(e *EventRecord) []any {
		return []any{timeText{&e.At}, &e.Kind, &e.Step, jsonText{&e.Data}}
	}
	return ofRun(ctx, s, run, columns, `SELECT at, kind, step, data FROM events WHERE run_id = ? ORDER BY id`)
}

// EventsOfKind returns the last event of a kind of each run that has one, by run. Those that are not JSON are left out.
func (s *Store) EventsOfKind(ctx context.Context, kind string) (map[int64]EventRecord, error) {
	type row struct {
		run int64
		EventRecord
	}
	last := map[int64]EventRecord{}
	err := s.read(ctx, func(db *sql.DB) error {
		rows, err := collect(ctx, db, func(r *row) []any { return []any{&r.run, timeText{&r.At}, &r.Kind, &r.Step, jsonText{&r.Data}} },
			`SELECT run_id, at, kind, step, data FROM events WHERE kind = ? AND json_valid(data) ORDER BY id`, kind)
		for _, r := range rows {
			last[r.run] = r.EventRecord
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("store: events of kind %q: %w", kind, err)
	}
	return last, nil
}

// Params returns the values of a run's resolved config, sorted by path.
func (s *Store) Params(ctx context.Context, run int64) ([]Param, error) {
	list, err := ofRun(ctx, s, run, func(p *Param) []any { return []any{&p.Path, jsonText{&p.Value}} },
		`SELECT path, value FROM params WHERE run_id = ? ORDER BY path`)
	if err != nil {
		return nil, err
	}
	var old bool
	err = s.read(ctx, func(db *sql.DB) (err error) {
		old, err = oldSettings(ctx, db)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("store: run %d: settings: %w", run, err)
	}
	for i, p := range list {
		if old {
			list[i].Path, list[i].Value = oldSetting(p.Path, p.Value)
		}
	}
	slices.SortFunc(list, func(a, b Param) int { return strings.Compare(a.Path, b.Path) })
	return list, nil
}

// Env returns the facts of a run's environment, sorted by name.
func (s *Store) Env(ctx context.Context, run int64) ([]Fact, error) {
	objects, err := ofRun(ctx, s, run, func(object *map[string]string) []any { return []any{decoded{object}} },
		`SELECT environment FROM runs WHERE id = ?`)
	if err != nil {
		return nil, err
	}
	var facts []Fact
	for _, name := range slices.Sorted(maps.Keys(objects[0])) {
		facts = append(facts, Fact{name, objects[0][name]})
	}
	return facts, nil
}

// jsonText scans a column of JSON.
type jsonText struct{ to *json.RawMessage }

func (j jsonText) Scan(source any) error {
	text, ok := source.(string)
	if !ok {
		return fmt.Errorf("JSON must be text, not %T", source)
	}
	if !json.Valid([]byte(text)) {
		return fmt.Errorf("%s is not JSON", printable.Excerpt(text))
	}
	*j.to = json.RawMessage(text)
	return nil
}

// decoded scans a column of JSON into the value that to points to.
type decoded struct{ to any }

func (d decoded) Scan(source any) error {
	var text json.RawMessage
	if err := (jsonText{&text}).Scan(source); err != nil {
		return err
	}
	return json.Unmarshal(text, d.to)
}
