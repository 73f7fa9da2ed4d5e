package store

import (
	"errors"
	"fmt"
	"path/filepath"
	"testing"
)

// atVersion creates a store of an older version with a finished run.
func atVersion(t *testing.T, version int) (path string) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "n.db")
	db := openPool(address(path, writing), 1)
	check(t, migrate(t.Context(), db, migrations()[:version]))
	for _, statement := range []string{
		`INSERT INTO experiments (id, uid, name, created_at) VALUES (1, randomblob(16), 'old', '2026-01-01T00:00:00.000000Z')`,
		`INSERT INTO runs (id, uid, experiment_id, attempt, status, seed, started_at, pid, pid_start, boot, machine, seen_at, environment, overrides, config_written, config_resolved)
			VALUES (1, randomblob(16), 1, 1, 'finished', 1, '2026-01-01T00:00:00.000000Z', 1, 0, '', '', '2026-01-01T00:00:00.000000Z', '{}', '[]', '', '')`,
	} {
		if _, err := db.Exec(statement); err != nil {
			t.Fatal(err)
		}
	}
	check(t, db.Close())
	return path
}

// A store from oldestRead on is read without migration; a writer migrates older
// ones and keeps all rows.
func TestOlderStores(t *testing.T) {
	for version := 1; version < len(migrations()); version++ {
		t.Run(fmt.Sprint(version), func(t *testing.T) {
			path := atVersion(t, version)
			s, err := OpenReadOnly(t.Context(), path)
			if version < 2 { // the second one added columns
				if !errors.Is(err, ErrOlder) {
					t.Errorf("read: %v, want %v", err, ErrOlder)
				}
			} else {
				check(t, err)
				readOld(t, s)
				check(t, s.Close())
			}
			s = must(Open(t.Context(), path))(t)
			readOld(t, s)
			var now int
			check(t, s.writer.QueryRow("PRAGMA user_version").Scan(&now))
			if now != len(migrations()) {
				t.Errorf("version %d after a writer, want %d", now, len(migrations()))
			}
			check(t, s.Close())
		})
	}
}

// readOld reads what listings, reports and resume need.
func readOld(t *testing.T, s *Store) {
	t.Helper()
	if runs := must(s.Runs(t.Context(), Filter{}))(t); len(runs) != 1 || runs[0].Experiment != "old" {
		t.Errorf("runs %v", runs)
	}
	check(t, readAll(t, s))
	must(s.Sweeps(t.Context(), ""))(t)
	must(s.Scores(t.Context(), 1, "none"))(t)
	if choice := must(s.Choice(t.Context(), []string{"none"}))(t); choice != nil {
		t.Errorf("choice %s", choice)
	}
	if votes := must(s.Votes(t.Context(), "old"))(t); len(votes) != 0 {
		t.Errorf("votes %v", votes)
	}
	if asked := must(s.AskedOf(t.Context(), []UID{{1}}))(t); len(asked) != 0 {
		t.Errorf("asked %v", asked)
	}
	check(t, s.Check(t.Context()))
}
