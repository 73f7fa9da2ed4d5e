package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"time"
)

// choicesVersion is the first version with the table choices.
const choicesVersion = 4

// Choose records what was chosen for requests, the identities of trials before the choice.
// It replaces earlier choices.
func (s *Store) Choose(ctx context.Context, requests []string, choice json.RawMessage) error {
	if !json.Valid(choice) {
		return fmt.Errorf("store: choice: not JSON")
	}
	at := formatTime(time.Now())
	err := s.write(ctx, func(ctx context.Context, tx *sql.Tx) error {
		for _, request := range requests {
			if _, err := tx.ExecContext(ctx, `INSERT INTO choices (request, choice, created_at) VALUES (?, ?, ?)
				ON CONFLICT (request) DO UPDATE SET choice = excluded.choice, created_at = excluded.created_at
				WHERE choice != excluded.choice`, request, string(choice), at); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("store: choice: %w", err)
	}
	return nil
}

// Choice returns what was chosen for the first of requests that has a choice; nil if none
// has, as in stores from before there were choices.
func (s *Store) Choice(ctx context.Context, requests []string) (json.RawMessage, error) {
	type row struct {
		request string
		choice  json.RawMessage
	}
	var all []row
	err := s.read(ctx, func(db *sql.DB) error {
		version, err := identify(ctx, db, true)
		if err != nil || version < choicesVersion {
			return err
		}
		all, err = collect(ctx, db, func(r *row) []any { return []any{&r.request, jsonText{&r.choice}} }, `SELECT request, choice FROM choices`)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("store: choice: %w", err)
	}
	chosen := map[string]json.RawMessage{}
	for _, r := range all {
		chosen[r.request] = r.choice
	}
	for _, request := range requests {
		if choice := chosen[request]; choice != nil {
			return choice, nil
		}
	}
	return nil, nil
}
