//go:build unix

package store

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// older creates a store of two runs at path and returns its bytes.
func older(t *testing.T, path string) []byte {
	t.Helper()
	s := openAt(t, path)
	for range 2 {
		r := begin(t, s, NewRun{Experiment: "older"})
		for step := range 2000 {
			check(t, r.Log(t.Context(), step, []Value{{"loss/total", 3}, {"loss/style", 3}}))
		}
		check(t, r.Artifact(t.Context(), Artifact{Kind: "picture", Name: "a", Data: bytes.Repeat([]byte{7}, 50000)}))
		check(t, r.Finish(t.Context(), Finished, ""))
	}
	check(t, s.Close())
	return must(os.ReadFile(path))(t)
}

// Data that overwrites the file during a run stays unchanged; all records are in the
// store that Close names, or Close reports that they are lost.
func TestOverwrittenStoreIsRescued(t *testing.T) {
	other := fullStore(t)
	for name, content := range map[string]func(before []byte) []byte{
		"a store":       func([]byte) []byte { return other },
		"an older copy": func(before []byte) []byte { return before },
		"nothing":       func([]byte) []byte { return nil },
		"a text":        func([]byte) []byte { return []byte("mine") },
		"its own half":  func(before []byte) []byte { return before[:len(before)/2/pageSize*pageSize] },
		"a part":        func([]byte) []byte { return other[:len(other)/2] },
	} {
		for _, journal := range []string{wal, rollback} {
			for _, fresh := range []bool{true, false} {
				if fresh && (name == "an older copy" || name == "its own half") {
					continue
				}
				t.Run(name+" "+journal+map[bool]string{true: " fresh"}[fresh], func(t *testing.T) {
					path := filepath.Join(t.TempDir(), "n.db")
					var before []byte
					runs := 1
					if !fresh {
						before, runs = older(t, path), 3
					}
					s := must(open(t.Context(), path, journal))(t)
					r := begin(t, s, NewRun{Experiment: "mine"})
					check(t, r.Log(t.Context(), 0, []Value{{"loss/total", 3}}))
					check(t, r.Flush(t.Context()))
					if !fresh { // part of it is in the file
						must(s.writer.Exec("PRAGMA wal_checkpoint(TRUNCATE)"))(t)
						check(t, r.Log(t.Context(), 1, []Value{{"loss/total", 3}}))
						check(t, r.Flush(t.Context()))
					}
					check(t, os.WriteFile(path, content(before), 0o644)) // the same inode
					_ = r.Log(t.Context(), 2, []Value{{"loss/total", 2}})
					ended := r.Finish(t.Context(), Finished, "")
					var moved *MovedError
					if name == "a part" && fresh && journal == wal { // the log has everything and repairs the file
						check(t, errors.Join(ended, s.Close()))
						return
					}
					if err := s.Close(); !errors.As(err, &moved) || moved.Path != path {
						t.Fatalf("close: %v", err)
					}
					if now := must(os.ReadFile(path))(t); !bytes.Equal(now, content(before)) {
						t.Error("the foreign data was changed")
					}
					if _, err := os.Stat(path + "-wal"); err == nil {
						t.Error("the log still exists beside the foreign file")
					}
					t.Log(moved)
					if moved.Rescued == "" {
						if fresh && journal == wal {
							t.Error("all data was in the log")
						}
						if !errors.As(ended, &moved) {
							t.Errorf("a write without a store: %v", ended)
						}
						return
					}
					check(t, ended)
					rescued := must(OpenReadOnly(t.Context(), moved.Rescued))(t)
					defer rescued.Close()
					check(t, rescued.Check(t.Context()))
					if list := must(rescued.Runs(t.Context(), Filter{Status: Finished}))(t); len(list) != runs {
						t.Errorf("%d finished runs, want %d", len(list), runs)
					}
					if points := must(rescued.Series(t.Context(), r.Number(), "loss/total"))(t); len(points) != runs/2+2 {
						t.Errorf("%d points", len(points))
					}
				})
			}
		}
	}
}

// lostTo checks that s reports its records as lost and leaves the foreign data.
func lostTo(t *testing.T, s *Store, path string, put []byte) {
	t.Helper()
	_, err := s.Begin(t.Context(), NewRun{Experiment: "next"})
	var moved *MovedError
	if !errors.As(err, &moved) || moved.Rescued != "" {
		t.Errorf("the next run: %v", err)
	}
	if _, err := s.Runs(t.Context(), Filter{}); !errors.As(err, &moved) {
		t.Errorf("what is read: %v", err)
	}
	if err := s.Close(); !errors.As(err, &moved) {
		t.Errorf("close: %v", err)
	}
	if now := must(os.ReadFile(path))(t); !bytes.Equal(now, put) {
		t.Error("what was put there was changed")
	}
}

// Before the first run of a process nothing distinguishes its store from another.
func TestStoreOverwrittenBeforeFirstRun(t *testing.T) {
	other := fullStore(t)
	for _, journal := range []string{wal, rollback} {
		path := filepath.Join(t.TempDir(), "n.db")
		older(t, path)
		s := must(open(t.Context(), path, journal))(t)
		check(t, os.WriteFile(path, other, 0o644))
		lostTo(t, s, path, other)
	}
}

// With a rollback journal a copy made during a run is consistent, but lacks later
// records.
func TestStoreOverwrittenByCopyOfSameRun(t *testing.T) {
	path := filepath.Join(t.TempDir(), "n.db")
	s := must(open(t.Context(), path, rollback))(t)
	r := begin(t, s, NewRun{Experiment: "mine"})
	check(t, r.Log(t.Context(), 0, []Value{{"loss/total", 3}}))
	check(t, r.Flush(t.Context()))
	before := must(os.ReadFile(path))(t)
	check(t, r.Log(t.Context(), 1, []Value{{"loss/total", 3}}))
	check(t, r.Flush(t.Context()))
	check(t, os.WriteFile(path, before, 0o644))
	if err := r.Finish(t.Context(), Finished, ""); !errors.As(err, new(*MovedError)) {
		t.Errorf("finish: %v", err)
	}
	lostTo(t, s, path, before)
}

// Overwriting is detected at any time: here just before a commit.
func TestStoreOverwrittenDuringWrite(t *testing.T) {
	path := filepath.Join(t.TempDir(), "n.db")
	older(t, path)
	s := openAt(t, path)
	begin(t, s, NewRun{Experiment: "mine"})
	check(t, s.write(t.Context(), func(context.Context, *sql.Tx) error { return os.WriteFile(path, []byte("mine"), 0o644) }))
	lostTo(t, s, path, []byte("mine"))
}

// Legitimate changes to a store during a run do not count as another file.
func TestHarmlessChangesOfFile(t *testing.T) {
	for name, change := range map[string]func(path string) error{
		"touched": func(p string) error { return os.Chtimes(p, time.Now(), time.Now()) },
		"checkpoint": func(p string) error {
			return ask(p, "PRAGMA wal_checkpoint(TRUNCATE)")
		},
		"vacuum": func(p string) error { return ask(p, "VACUUM") },
		"its own bytes": func(p string) error {
			data, err := os.ReadFile(p)
			return errors.Join(err, os.WriteFile(p, data, 0o644))
		},
	} {
		for _, journal := range []string{wal, rollback} {
			t.Run(name+" "+journal, func(t *testing.T) {
				path := filepath.Join(t.TempDir(), "n.db")
				older(t, path)
				s := must(open(t.Context(), path, journal))(t)
				r := begin(t, s, NewRun{Experiment: "mine"})
				for step := range 3 {
					check(t, r.Log(t.Context(), step, []Value{{"loss/total", 3}}))
					check(t, r.Flush(t.Context()))
					check(t, change(path))
				}
				check(t, r.Finish(t.Context(), Finished, ""))
				check(t, s.Close())
				now := must(OpenReadOnly(t.Context(), path))(t)
				defer now.Close()
				check(t, now.Check(t.Context()))
				if points := must(now.Series(t.Context(), r.Number(), "loss/total"))(t); len(points) != 3 {
					t.Errorf("points %v, want 3", points)
				}
			})
		}
	}
}

// ask runs SQL on a store as another program would.
func ask(path, what string) error {
	db := openPool(address(path, writing), 1)
	_, err := db.Exec(what)
	return errors.Join(err, db.Close())
}

// The log of a replaced store is removed: SQLite would apply it to the new file.
func TestLogIsRemovedWithReplacedStore(t *testing.T) {
	path := filepath.Join(t.TempDir(), "n.db")
	s := openAt(t, path)
	r := begin(t, s, NewRun{Experiment: "mine"})
	other := fullStore(t)
	check(t, errors.Join(os.WriteFile(path+"-new", other, 0o644), os.Rename(path+"-new", path)))
	check(t, r.Finish(t.Context(), Finished, ""))
	if err := s.Close(); !errors.As(err, new(*MovedError)) {
		t.Fatalf("close: %v", err)
	}
	now := must(OpenReadOnly(t.Context(), path))(t)
	defer now.Close()
	check(t, now.Check(t.Context()))
	if runs := must(now.Runs(t.Context(), Filter{}))(t); len(runs) != 4 {
		t.Errorf("%d runs, want the 4 of the other", len(runs))
	}
}
