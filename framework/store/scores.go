package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"time"
)

// A Scorer identifies what computed the scores of a picture.
type Scorer struct {
	Hash        string          // of everything that affects the scores
	Description json.RawMessage // for people: backbone, weights, layers, definitions of its metrics; nil if it cannot be read
}

// columns scan hash and description.
func (by *Scorer) columns() []any {
	return []any{&by.Hash, tolerant{"its description", jsonText{&by.Description}, new(string)}}
}

// Score records a scorer's scores of a run's final picture. They replace earlier
// scores by the same scorer, not those by others. The scorer's description replaces
// an older one.
func (s *Store) Score(ctx context.Context, run int64, by Scorer, values []Value) error {
	if by.Hash == "" || !json.Valid(by.Description) {
		return fmt.Errorf("store: run %d: score: the scorer needs a hash, and a description in JSON", run)
	}
	err := s.write(ctx, func(ctx context.Context, tx *sql.Tx) error {
		var id int64
		if _, err := tx.ExecContext(ctx, `INSERT INTO scorers (hash, description, created_at)
			VALUES (?, ?, ?) ON CONFLICT (hash) DO UPDATE SET description = excluded.description WHERE description != excluded.description`, by.Hash, string(by.Description), formatTime(time.Now())); err != nil {
			return err
		}
		if err := tx.QueryRowContext(ctx, `SELECT id FROM scorers WHERE hash = ?`, by.Hash).Scan(&id); err != nil {
			return err
		}
		for _, v := range values {
			key, err := keyID(ctx, tx, v.Name)
			if err != nil {
				return err
			}
			if _, err := tx.ExecContext(ctx, `INSERT INTO scores (run_id, scorer_id, key_id, value) VALUES (?, ?, ?, ?)
				ON CONFLICT (run_id, scorer_id, key_id) DO UPDATE SET value = excluded.value`, run, id, key, nullable(v.Value)); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("store: run %d: score: %w", run, err)
	}
	return nil
}

// Scores returns the scores of a run's picture by the scorer with this hash, in the
// order in which the metrics were first recorded; none if it was not scored.
func (s *Store) Scores(ctx context.Context, run int64, scorer string) ([]Value, error) {
	var list []Value
	err := s.read(ctx, func(db *sql.DB) (err error) {
		list, err = collect(ctx, db, func(v *Value) []any { return []any{&v.Name, number{&v.Value}} }, `SELECT k.name, s.value
			FROM scores s JOIN scorers c ON c.id = s.scorer_id JOIN metric_keys k ON k.id = s.key_id
			WHERE s.run_id = ? AND c.hash = ? ORDER BY k.id`, run, scorer)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("store: run %d: scores: %w", run, err)
	}
	return list, nil
}

// A RunScore is one score of a run's picture.
type RunScore struct {
	Scorer string // its hash
	Value
}

// AllScores returns the scores of a run's picture by all scorers, the scorer that was used
// first before others, and its metrics in the order in which they were first recorded.
// Errors: ErrNotFound if there is no such run.
func (s *Store) AllScores(ctx context.Context, run int64) ([]RunScore, error) {
	columns := func(v *RunScore) []any { return []any{&v.Scorer, &v.Name, number{&v.Value.Value}} }
	return ofRun(ctx, s, run, columns, `SELECT c.hash, k.name, s.value
		FROM scores s JOIN scorers c ON c.id = s.scorer_id JOIN metric_keys k ON k.id = s.key_id
		WHERE s.run_id = ? ORDER BY c.id, k.id`)
}

// Scorers returns all scorers, the one that was used first most recently first. Those whose description
// cannot be read are listed too.
func (s *Store) Scorers(ctx context.Context) ([]Scorer, error) {
	var list []Scorer
	err := s.read(ctx, func(db *sql.DB) (err error) {
		list, err = collect(ctx, db, (*Scorer).columns, `SELECT hash, description FROM scorers ORDER BY id DESC`)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("store: scorers: %w", err)
	}
	return list, nil
}

// FindScorer returns the scorer with this hash. Errors: ErrNotFound; ErrDamaged, together with its hash, if
// its description cannot be read.
func (s *Store) FindScorer(ctx context.Context, hash string) (Scorer, error) {
	var list []Scorer
	err := s.read(ctx, func(db *sql.DB) (err error) {
		list, err = collect(ctx, db, (*Scorer).columns, `SELECT hash, description FROM scorers WHERE hash = ?`, hash)
		return err
	})
	if err == nil && len(list) == 0 {
		err = ErrNotFound
	}
	if err != nil {
		return Scorer{Hash: hash}, fmt.Errorf("store: scorer %s: %w", hash, err)
	}
	if list[0].Description == nil {
		return list[0], fmt.Errorf("store: %w (scorer %s: its description cannot be read; runexp db check lists what is damaged)", ErrDamaged, hash)
	}
	return list[0], nil
}

// OwnScorer returns the hash of the scorer whose scores a run has recorded as its metrics eval/…
// while it ran; "" if it had none. Errors: ErrNotFound.
func (s *Store) OwnScorer(ctx context.Context, run int64) (string, error) {
	list, err := ofRun(ctx, s, run, func(hash *string) []any { return []any{hash} }, `SELECT `+ownScorer+` FROM runs r WHERE r.id = ?`)
	if err != nil {
		return "", err
	}
	return list[0], nil
}

// ownScorer is the SQL of what OwnScorer returns, of the run r. Damaged JSON has none.
const ownScorer = `coalesce(CASE WHEN json_valid(r.environment) THEN json_extract(r.environment, '$."scorer/hash"') END, '')`

// MetricScorers returns the hashes of the scorers that have scored by each metric, a picture of a
// finished run or one on the way. "" stands for one that is not known.
func (s *Store) MetricScorers(ctx context.Context) (map[string][]string, error) {
	type row struct{ metric, hash string }
	var found map[string][]string
	err := s.read(ctx, func(db *sql.DB) error {
		found = map[string][]string{}
		rows, err := collect(ctx, db, func(r *row) []any { return []any{&r.metric, &r.hash} }, `
			WITH own AS MATERIALIZED (SELECT r.id, `+ownScorer+` AS hash FROM runs r)
			SELECT k.name, c.hash FROM (SELECT DISTINCT key_id, scorer_id FROM scores) s
				JOIN scorers c ON c.id = s.scorer_id JOIN metric_keys k ON k.id = s.key_id
			UNION SELECT k.name, own.hash FROM metric_summary m
				JOIN own ON own.id = m.run_id JOIN metric_keys k ON k.id = m.key_id WHERE k.name GLOB 'eval/*'
			ORDER BY 1, 2`)
		for _, r := range rows {
			found[r.metric] = append(found[r.metric], r.hash)
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("store: scorers of metrics: %w", err)
	}
	return found, nil
}
