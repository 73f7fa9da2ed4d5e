package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"runexp/framework/store/record"
)

// SweepView is the name of the view with one row for each trial of a sweep, and a column
// for each of its settings and metrics, named like them.
func SweepView(sweep int64) string { return fmt.Sprintf("sweep_%d", sweep) }

// mostColumns bounds a view: SQLite allows 2000 columns. Tables have the rest in rows.
const mostColumns = 1000

// writeSweepView makes the view of a sweep, or replaces it. Its columns are those of the
// sweep's plan, so trials that are added later need no other view. A table of that name,
// which is the user's, stays.
func writeSweepView(ctx context.Context, tx *sql.Tx, sweep int64) error {
	name := SweepView(sweep)
	var taken bool
	if err := tx.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM sqlite_master WHERE name = ? COLLATE NOCASE AND type != 'view')`, name).Scan(&taken); err != nil || taken {
		return err
	}
	rows, err := sweepRows(ctx, tx, sweep)
	if err != nil {
		return err
	}
	if _, err := tx.ExecContext(ctx, `DROP VIEW IF EXISTS main.`+identifier(name)); err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, createView(sweep, rows))
	return err
}

// refreshSweepView makes the view of a sweep if it is not there or is another one by now.
func refreshSweepView(ctx context.Context, tx *sql.Tx, sweep int64) error {
	rows, err := sweepRows(ctx, tx, sweep)
	if err != nil {
		return err
	}
	var same bool
	err = tx.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM main.sqlite_master WHERE type = 'view' AND sql = ?)`, createView(sweep, rows)).Scan(&same)
	if err != nil || same {
		return err
	}
	return writeSweepView(ctx, tx, sweep)
}

// createView is the statement that makes a sweep's view of its rows.
func createView(sweep int64, rows string) string {
	return `CREATE VIEW ` + identifier(SweepView(sweep)) + ` AS ` + rows
}

// sweepRows returns the SQL of the rows of a sweep's view. Only finished runs have metrics
// in it: the last loss of others is not comparable.
func sweepRows(ctx context.Context, db rowsQueryer, sweep int64) (string, error) {
	var text, metricsText, scorer string
	err := db.QueryRowContext(ctx, `SELECT plan, metrics, coalesce(scorer, '') FROM sweeps WHERE id = ?`, sweep).Scan(&text, &metricsText, &scorer)
	if err != nil {
		return "", err
	}
	// What cannot be read gives no column: readers of the plan report it.
	var plan record.Plan
	var metrics []string
	_ = json.Unmarshal([]byte(text), &plan)
	_ = json.Unmarshal([]byte(metricsText), &metrics)
	for _, d := range plan.Definitions {
		metrics = append(metrics, d.Name)
	}
	scored, err := collect(ctx, db, func(name *string) []any { return []any{name} }, `SELECT name FROM metric_keys WHERE id IN
		(SELECT s.key_id FROM scores s JOIN scorers c ON c.id = s.scorer_id WHERE c.hash = ?) ORDER BY id`, scorer)
	if err != nil {
		return "", err
	}
	columns := []string{"l.trial", "l.run", "l.status", "l.pair", "l.draw", "l.content", "l.style", "l.seconds", "l.iterations", "l.started_at"}
	for _, path := range plan.Paths() {
		columns = append(columns, fmt.Sprintf("(SELECT value FROM trial_settings WHERE trial_id = l.trial_id AND path = %s) AS %s", literal(path), identifier(path)))
	}
	for _, metric := range distinctNames(slices.Concat(metrics, scored)) {
		key := "(SELECT id FROM metric_keys WHERE name = " + literal(metric) + ")"
		value := "SELECT s.value FROM scores s WHERE s.run_id = l.run AND s.scorer_id = (SELECT id FROM scorers WHERE hash = " + literal(scorer) + ") AND s.key_id = " + key
		if strings.HasPrefix(metric, "loss/") {
			value = "SELECT s.last FROM metric_summary s WHERE s.run_id = l.run AND l.status = 'finished' AND s.key_id = " + key
		}
		columns = append(columns, fmt.Sprintf("(%s) AS %s", value, identifier(metric)))
	}
	columns = columns[:min(len(columns), mostColumns)]
	return fmt.Sprintf("SELECT %s\nFROM trial_list l WHERE l.sweep = %d ORDER BY l.trial", strings.Join(columns, ",\n\t"), sweep), nil
}

// writeSweepViews makes the views of all sweeps: the Go part of migration 006.
func writeSweepViews(ctx context.Context, tx *sql.Tx) error {
	sweeps, err := collect(ctx, tx, func(id *int64) []any { return []any{id} }, `SELECT id FROM sweeps ORDER BY id`)
	if err != nil {
		return err
	}
	for _, sweep := range sweeps {
		if err := writeSweepView(ctx, tx, sweep); err != nil {
			return fmt.Errorf("sweep %d: %w", sweep, err)
		}
	}
	return nil
}

// distinctNames returns each name once. Names in SQL are the same in either case.
func distinctNames(names []string) []string {
	seen := map[string]bool{}
	return slices.DeleteFunc(slices.Clone(names), func(name string) bool {
		key := strings.ToLower(name)
		again := seen[key]
		seen[key] = true
		return again
	})
}

// identifier and literal quote a name and a text for SQL, which ends at a zero byte.
func identifier(name string) string { return `"` + quoted(name, `"`) + `"` }
func literal(text string) string    { return `'` + quoted(text, `'`) + `'` }

func quoted(text, mark string) string {
	return strings.ReplaceAll(strings.ReplaceAll(text, "\x00", ""), mark, mark+mark)
}
