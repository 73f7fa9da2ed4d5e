package store

import (
	"context"
	"database/sql"
	"time"
)

// elapsedOf returns the time that a run took, with that of the attempts that it went on from.
func elapsedOf(ctx context.Context, tx *sql.Tx, run int64) (took time.Duration, err error) {
	damage := "" // it counts as no time
	err = tx.QueryRowContext(ctx, `SELECT elapsed FROM runs WHERE id = ?`, run).Scan(tolerant{"its duration", seconds{&took}, &damage})
	return took, err
}

// inherit copies the records of parent with a step below steps. A step that was not
// completed is not among them: the resumed run repeats it. Scores of a different
// scorer are not copied: a series has one scorer.
func inherit(ctx context.Context, tx *sql.Tx, run, parent int64, steps int) error {
	for _, query := range []string{
		`INSERT INTO metrics (run_id, key_id, step, value)
			SELECT ?1, key_id, step, value FROM metrics JOIN metric_keys k ON k.id = key_id
			WHERE run_id = ?2 AND step < ?3 AND (k.name NOT LIKE 'eval/%' OR
				(SELECT environment ->> '$."scorer/hash"' FROM runs WHERE id = ?1) IS
				(SELECT environment ->> '$."scorer/hash"' FROM runs WHERE id = ?2))`,
		`INSERT INTO artifacts (run_id, blob_id, kind, name, stage, step, mime, width, height, created_at)
			SELECT ?, blob_id, kind, name, stage, step, mime, width, height, created_at
			FROM artifacts WHERE run_id = ? AND step < ? ORDER BY id`,
		`INSERT INTO events (run_id, at, kind, step, data)
			SELECT ?, at, kind, step, data FROM events WHERE run_id = ? AND step < ? ORDER BY id`,
	} {
		if _, err := tx.ExecContext(ctx, query, run, parent, steps); err != nil {
			return err
		}
	}
	keys, err := collect(ctx, tx, func(key *int64) []any { return []any{key} },
		`SELECT DISTINCT key_id FROM metrics WHERE run_id = ?`, run)
	if err != nil {
		return err
	}
	for _, key := range keys {
		if err := recount(ctx, tx, run, key); err != nil {
			return err
		}
	}
	return nil
}
