package store

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
)

// A Problem is something in a store that is not as it should be.
type Problem struct {
	What     string `json:"what"`
	Remedy   string `json:"remedy"`   // what can be done
	Repaired bool   `json:"repaired"` // by Repair, or would be
}

// What can be done about problems that Repair leaves.
const (
	restoreFile    = "restore a copy of the file, or save what can be read with sqlite3 FILE .recover and take it over with runexp db merge"
	restorePicture = "a copy of the store has it, and perhaps the run's folder under --out; the run with --fresh makes it again"
	restoreText    = "restore a copy of the file; the other rows can be read"
)

// repairable checks find what follows from other rows; Repair makes it again.
var repairable = []struct{ query, what string }{
	{`SELECT 'run ' || s.run_id || ': the summary of ' || k.name FROM (` + wrongSummaries + `) s JOIN metric_keys k ON k.id = s.key_id ORDER BY s.run_id, k.name`,
		" is not that of its values"},
	{`SELECT 'sweep_' || id FROM sweeps WHERE 'sweep_' || id NOT IN (SELECT name FROM sqlite_master)`, ": this view is missing"},
	{`SELECT count(*) || ' pictures, ' || sum(size) || ' bytes,' FROM blobs WHERE id NOT IN (SELECT blob_id FROM artifacts) HAVING count(*) > 0`, " belong to no run"},
}

// wrongSummaries selects the runs and keys whose summary is not that of their values; of values that are no numbers there is none.
const wrongSummaries = `SELECT s.run_id, s.key_id FROM metric_summary s
		LEFT JOIN (SELECT run_id, key_id, count(*) AS n, max(step) AS last, min(value) AS low, max(value) AS high, max(typeof(value) IN ('text', 'blob')) AS unread FROM metrics GROUP BY run_id, key_id) g
			ON g.run_id = s.run_id AND g.key_id = s.key_id
		WHERE g.unread IS NOT 1 AND (s.count IS NOT g.n OR s.last_step IS NOT g.last OR s.min IS NOT g.low OR s.max IS NOT g.high
			OR s.last IS NOT (SELECT value FROM metrics v WHERE v.run_id = s.run_id AND v.key_id = s.key_id AND v.step = g.last)
			OR s.best_step IS NOT (SELECT min(step) FROM metrics v WHERE v.run_id = s.run_id AND v.key_id = s.key_id AND v.value = g.low))
	UNION ALL SELECT run_id, key_id FROM metrics v WHERE NOT EXISTS (SELECT 1 FROM metric_summary s WHERE s.run_id = v.run_id AND s.key_id = v.key_id)
		GROUP BY run_id, key_id HAVING NOT max(typeof(value) IN ('text', 'blob'))`

// unrepairable checks find what only a copy has.
var unrepairable = []struct{ query, what, remedy string }{
	{`SELECT 'run ' || a.run_id || ': ' || a.kind || ' ' || a.name FROM artifacts a LEFT JOIN blobs b ON b.id = a.blob_id
		WHERE b.id IS NULL ORDER BY a.run_id, a.id`, " is missing", restorePicture},
	{`SELECT coalesce((SELECT group_concat('run ' || a.run_id || ': ' || a.kind || ' ' || a.name, ', ') FROM artifacts a WHERE a.blob_id = b.id), 'picture ' || b.id)
		FROM blobs b WHERE sha256(CAST(b.data AS BLOB)) IS NOT b.hash OR length(b.data) IS NOT b.size ORDER BY b.id`, " is damaged: its hash is another", restorePicture},
	{`SELECT DISTINCT f."table" || ' row ' || coalesce(f.rowid, '?') || ' to ' || f.parent FROM pragma_foreign_key_check f
		WHERE NOT (f."table" = 'artifacts' AND f.parent = 'blobs')`, ": a reference points nowhere", restoreText},
	{`SELECT 'run ' || id || ': environment or overrides' FROM runs WHERE NOT (json_valid(environment) AND json_valid(overrides))
		UNION ALL SELECT 'sweep ' || id || ': plan or metrics' FROM sweeps WHERE NOT (json_valid(plan) AND json_valid(metrics))
		UNION ALL SELECT 'scorer ' || hash || ': its description' FROM scorers WHERE NOT json_valid(description)
		UNION ALL SELECT 'run ' || run_id || ': setting ' || path FROM params WHERE NOT json_valid(value)
		UNION ALL SELECT 'run ' || run_id || ': event ' || kind FROM events WHERE NOT json_valid(data)
		UNION ALL SELECT 'trial ' || id || ': point' FROM trials WHERE NOT json_valid(point)`, " is not JSON", restoreText},
	{`SELECT 'run ' || id || ': a number or a text' FROM runs WHERE typeof(attempt) <> 'integer' OR typeof(seed) <> 'integer' OR typeof(elapsed) <> 'real'
			OR typeof(pid) <> 'integer' OR typeof(pid_start) <> 'integer' OR typeof(message) <> 'text' OR typeof(boot) <> 'text' OR typeof(machine) <> 'text'
		UNION ALL SELECT 'sweep ' || id || ': its list of metrics' FROM sweeps WHERE json_valid(metrics) AND json_type(metrics) <> 'array'`, " is of another type", restoreText},
	{`SELECT 'run ' || v.run_id || ': ' || k.name || ' at step ' || v.step FROM metrics v JOIN metric_keys k ON k.id = v.key_id
		WHERE typeof(v.value) IN ('text', 'blob') ORDER BY v.run_id, k.name, v.step`, " is no number", restoreText},
	{`SELECT 'run ' || id || ': a time' FROM runs WHERE ` + notTime(`started_at`) + ` OR ` + notTime(`ended_at`) + ` OR ` + notTime(`seen_at`) + `
		UNION ALL SELECT 'sweep ' || id || ': its time' FROM sweeps WHERE ` + notTime(`created_at`), " cannot be read", restoreText},
}

// notTime is the condition that a column has something else than a time as written by formatTime.
func notTime(column string) string {
	return `(` + column + ` IS NOT NULL AND (datetime(` + column + `) IS NULL OR ` + column + ` NOT GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]T[0-9][0-9]:[0-9][0-9]:[0-9][0-9].[0-9][0-9][0-9][0-9][0-9][0-9]Z'))`
}

// mostProblems bounds how many of each kind are listed.
const mostProblems = 100

// Problems reads the whole store and lists what is wrong in it: pages and references, missing columns and foreign
// triggers, the log, contents against their hashes, summaries against values, texts that are not JSON, missing views. At most 100 of
// each kind are listed. A store of an older version is checked for pages only.
func (s *Store) Problems(ctx context.Context) ([]Problem, error) {
	var list []Problem
	add := func(what, remedy string, repaired bool) { list = append(list, Problem{what, remedy, repaired}) }
	err := s.read(ctx, func(db *sql.DB) error {
		list = nil
		version, err := identify(ctx, db, true)
		if err != nil {
			return err
		}
		text := func(p *string) []any { return []any{p} }
		pages, err := wrongPages(ctx, db)
		for _, p := range pages {
			add(p, restoreFile, false)
		}
		if err != nil || len(pages) > 0 || version < len(migrations()) {
			return err // what a damaged file says of its rows is not worth reading
		}
		if err := checkParts(ctx, db); err != nil {
			add(strings.TrimPrefix(err.Error(), ErrDamaged.Error()), restoreFile, false)
			return nil
		}
		for _, check := range unrepairable {
			found, err := collect(ctx, db, text, check.query+` LIMIT ?`, mostProblems)
			for _, f := range found {
				add(f+check.what, check.remedy, false)
			}
			if err != nil {
				return err
			}
		}
		for _, check := range repairable {
			found, err := collect(ctx, db, text, check.query+` LIMIT ?`, mostProblems)
			for _, f := range found {
				add(f+check.what, "runexp db check --repair makes it again", true)
			}
			if err != nil {
				return err
			}
		}
		return nil
	})
	if log := checkLog(s.path); log != nil {
		add(log.Error(), restoreFile, false)
	}
	if err != nil {
		return list, fmt.Errorf("store %s: %w", s.path, err)
	}
	return list, nil
}

// Repair makes again what follows from other rows: summaries of metrics, and views of sweeps; contents that belong to
// no run go.
func (s *Store) Repair(ctx context.Context) error {
	type series struct{ run, key int64 }
	err := s.write(ctx, func(ctx context.Context, tx *sql.Tx) error {
		wrong, err := collect(ctx, tx, func(w *series) []any { return []any{&w.run, &w.key} }, wrongSummaries)
		if err != nil {
			return err
		}
		for _, w := range wrong {
			if err := recount(ctx, tx, w.run, w.key); err != nil {
				return err
			}
		}
		for _, statement := range []string{
			`DELETE FROM metric_summary WHERE NOT EXISTS (SELECT 1 FROM metrics v WHERE v.run_id = metric_summary.run_id AND v.key_id = metric_summary.key_id)`,
			`DELETE FROM blobs WHERE id NOT IN (SELECT blob_id FROM artifacts)`,
		} {
			if _, err := tx.ExecContext(ctx, statement); err != nil {
				return err
			}
		}
		return writeSweepViews(ctx, tx)
	})
	if err != nil {
		return fmt.Errorf("store: repair: %w", err)
	}
	return nil
}
