package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"

	"runexp/internal/printable"
)

// What a page of thousands of runs reads, in a few queries instead of a few for each run.

// Pictures returns the pictures of runs and their content and style images, by run, in the order in
// which they were first written.
func (s *Store) Pictures(ctx context.Context, runs []int64) (map[int64][]StoredArtifact, error) {
	type row struct {
		StoredArtifact
		run int64
	}
	columns := func(r *row) []any {
		return []any{&r.run, &r.Kind, &r.Name, &r.Stage, &r.Step, &r.MIME, &r.Width, &r.Height, &r.Hash, &r.Size}
	}
	found := map[int64][]StoredArtifact{}
	rows, err := ofRuns(ctx, s, columns, `SELECT a.run_id, a.kind, a.name, a.stage, a.step, a.mime, a.width, a.height,
			lower(hex(coalesce(b.hash, x''))), coalesce(b.size, 0)
		FROM artifacts a LEFT JOIN blobs b ON b.id = a.blob_id
		WHERE a.run_id IN (`+numbers(runs)+`) AND a.kind IN ('picture', 'content', 'style') ORDER BY a.id`)
	for _, r := range rows {
		found[r.run] = append(found[r.run], r.StoredArtifact)
	}
	return found, err
}

// ScoresOf returns the scores of runs by the scorer with this hash, by run, in the order in which
// the metrics were first recorded.
func (s *Store) ScoresOf(ctx context.Context, runs []int64, scorer string) (map[int64][]Value, error) {
	type row struct {
		Value
		run int64
	}
	found := map[int64][]Value{}
	rows, err := ofRuns(ctx, s, func(r *row) []any { return []any{&r.run, &r.Name, number{&r.Value.Value}} },
		`SELECT s.run_id, k.name, s.value FROM scores s JOIN metric_keys k ON k.id = s.key_id
		WHERE s.run_id IN (`+numbers(runs)+`) AND s.scorer_id = (SELECT id FROM scorers WHERE hash = ?) ORDER BY k.id`, scorer)
	for _, r := range rows {
		found[r.run] = append(found[r.run], r.Value)
	}
	return found, err
}

// A Differing is a setting that is not the same in all of some runs.
type Differing struct {
	Path    string
	Values  map[int64]json.RawMessage // by run; none where it is not set
	Damaged map[int64]string          // what is wrong with values that cannot be read, by run
}

// damagedSetting says that a setting of a run cannot be read.
func damagedSetting(path string) string {
	return printable.Text("setting " + path + " cannot be read")
}

// Differing returns the settings in which runs differ, by path.
func (s *Store) Differing(ctx context.Context, runs []int64) ([]Differing, error) {
	type row struct {
		path   string
		run    int64
		value  json.RawMessage
		damage string
	}
	of := `run_id IN (` + numbers(runs) + `)`
	var old bool
	if err := s.read(ctx, func(db *sql.DB) (err error) {
		old, err = oldSettings(ctx, db)
		return err
	}); err != nil {
		return nil, fmt.Errorf("store: runs: %w", err)
	}
	rows, err := ofRuns(ctx, s, func(r *row) []any { return []any{&r.path, &r.run, tolerant{"it", jsonText{&r.value}, &r.damage}} },
		`SELECT path, run_id, value FROM params WHERE `+of+` AND path IN
			(SELECT path FROM params WHERE `+of+` GROUP BY path HAVING min(value) != max(value) OR count(*) < ?) ORDER BY path, run_id`, len(runs))
	var list []Differing
	for _, r := range rows {
		if old {
			r.path, r.value = oldSetting(r.path, r.value)
		}
		if len(list) == 0 || list[len(list)-1].Path != r.path {
			list = append(list, Differing{r.path, map[int64]json.RawMessage{}, map[int64]string{}})
		}
		if r.damage != "" {
			list[len(list)-1].Damaged[r.run] = damagedSetting(r.path)
			continue
		}
		list[len(list)-1].Values[r.run] = r.value
	}
	return list, err
}

// ofRuns collects the rows of a query about several runs.
func ofRuns[T any](ctx context.Context, s *Store, columns func(*T) []any, query string, args ...any) (list []T, err error) {
	err = s.read(ctx, func(db *sql.DB) error {
		list, err = collect(ctx, db, columns, query, args...)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("store: runs: %w", err)
	}
	return list, nil
}
