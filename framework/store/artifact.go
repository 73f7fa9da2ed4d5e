package store

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"time"
)

// An Artifact is a picture or other file of a run. Kind, Name, Stage and Step
// identify it within the run; a second one replaces the first.
type Artifact struct {
	Kind          string // picture, content, style, plot, …
	Name          string
	Stage, Step   int
	MIME          string // image/png
	Width, Height int    // pixels; 0 if not an image
	Data          []byte // nil when listed; see Store.Blob
}

// A StoredArtifact is an Artifact as listed, without its data.
type StoredArtifact struct {
	Artifact
	Hash    string // SHA-256 of the data, 64 hexadecimal digits; "" if the data is missing from the store
	Size    int64  // bytes
	Created time.Time
}

// Artifact writes an artifact immediately. Equal data is stored once across all
// runs. Errors: ErrFull, ErrIO and ErrBusy, each after retries; ErrEnded after
// Finish.
func (r *Run) Artifact(ctx context.Context, a Artifact) error {
	if _, err := r.add(func(*batch) {}); errors.Is(err, ErrEnded) {
		return err
	}
	if err := r.store.write(ctx, func(ctx context.Context, tx *sql.Tx) error { return a.write(ctx, tx, r.number) }); err != nil {
		return r.problem(fmt.Errorf("artifact %s %q: %w", a.Kind, a.Name, err))
	}
	return nil
}

func (a Artifact) write(ctx context.Context, tx *sql.Tx, run int64) error {
	hash := sha256.Sum256(a.Data)
	data := append([]byte{}, a.Data...) // never nil, which would be stored as NULL
	if _, err := tx.ExecContext(ctx, `INSERT INTO blobs (hash, size, data) VALUES (?, ?, ?)
		ON CONFLICT (hash) DO NOTHING`, hash[:], len(data), data); err != nil {
		return err
	}
	_, err := tx.ExecContext(ctx, `INSERT INTO artifacts
			(run_id, blob_id, kind, name, stage, step, mime, width, height, created_at)
		VALUES (?, (SELECT id FROM blobs WHERE hash = ?), ?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (run_id, kind, name, stage, step) DO UPDATE SET blob_id = excluded.blob_id,
			mime = excluded.mime, width = excluded.width, height = excluded.height, created_at = excluded.created_at`,
		run, hash[:], a.Kind, a.Name, a.Stage, a.Step, a.MIME, a.Width, a.Height, formatTime(time.Now()))
	return err
}

// Artifacts lists a run's artifacts in the order in which they were first
// written. Errors: ErrNotFound if there is no such run.
func (s *Store) Artifacts(ctx context.Context, run int64) ([]StoredArtifact, error) {
	columns := func(a *StoredArtifact) []any {
		return []any{&a.Kind, &a.Name, &a.Stage, &a.Step, &a.MIME, &a.Width, &a.Height,
			&a.Hash, &a.Size, timeText{&a.Created}}
	}
	return ofRun(ctx, s, run, columns, `SELECT a.kind, a.name, a.stage, a.step, a.mime, a.width, a.height,
			lower(hex(coalesce(b.hash, x''))), coalesce(b.size, 0), a.created_at
		FROM artifacts a LEFT JOIN blobs b ON b.id = a.blob_id
		WHERE a.run_id = ? ORDER BY a.id`)
}

// Results returns the picture that each run ended with, or its newest so far; runs without one are left out.
func (s *Store) Results(ctx context.Context, runs []int64) (map[int64]StoredArtifact, error) {
	type row struct {
		run    int64
		damage string // of its time, which is no reason to hide a picture
		StoredArtifact
	}
	columns := func(r *row) []any {
		return []any{&r.run, &r.Kind, &r.Name, &r.Stage, &r.Step, &r.MIME, &r.Width, &r.Height, &r.Hash, &r.Size, tolerant{"its time", timeText{&r.Created}, &r.damage}}
	}
	found := map[int64]StoredArtifact{}
	err := s.read(ctx, func(db *sql.DB) error {
		clear(found)
		rows, err := collect(ctx, db, columns, `SELECT a.run_id, a.kind, a.name, a.stage, a.step, a.mime, a.width, a.height,
				lower(hex(coalesce(b.hash, x''))), coalesce(b.size, 0), a.created_at
			FROM artifacts a LEFT JOIN blobs b ON b.id = a.blob_id
			WHERE a.run_id IN (`+numbers(runs)+`) AND a.kind = 'picture'
			ORDER BY a.run_id, a.name = 'picture.png', a.stage, a.step, a.id`)
		for _, r := range rows {
			found[r.run] = r.StoredArtifact // the last one stays
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("store: pictures of runs: %w", err)
	}
	return found, nil
}

// Blob returns the data with the given SHA-256, 64 hexadecimal digits.
// Errors: ErrNotFound; ErrDamaged if the data no longer matches its hash, and for
// "", the hash of a StoredArtifact whose data is missing.
func (s *Store) Blob(ctx context.Context, hash string) ([]byte, error) {
	if hash == "" {
		return nil, fmt.Errorf("store: a blob is missing: %w", ErrDamaged)
	}
	raw, err := hex.DecodeString(hash)
	if err != nil || len(raw) != sha256.Size {
		return nil, fmt.Errorf("store: blob %q: give the 64 hexadecimal digits of a SHA-256", hash)
	}
	var data []byte
	err = s.read(ctx, func(db *sql.DB) error {
		return db.QueryRowContext(ctx, `SELECT data FROM blobs WHERE hash = ?`, raw).Scan(&data)
	})
	if errors.Is(err, sql.ErrNoRows) {
		err = ErrNotFound
	}
	if err == nil && sha256.Sum256(data) != [sha256.Size]byte(raw) {
		err = fmt.Errorf("its data does not match its hash: %w", ErrDamaged)
	}
	if err != nil {
		return nil, fmt.Errorf("store: blob %s: %w", hash, err)
	}
	return data, nil
}
