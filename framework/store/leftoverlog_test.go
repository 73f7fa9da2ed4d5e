package store

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// killed copies a store and its side files as a killed process leaves them: its
// run has finished and is only in the log.
func killed(t *testing.T) (path string) {
	t.Helper()
	from := filepath.Join(t.TempDir(), "n.db")
	path = filepath.Join(t.TempDir(), "n.db")
	s := openAt(t, from)
	r := begin(t, s, NewRun{})
	check(t, r.Log(t.Context(), 0, []Value{{"loss/total", 3}}))
	check(t, r.Finish(t.Context(), Finished, ""))
	for _, log := range []string{"", "-wal", "-shm"} {
		check(t, os.WriteFile(path+log, must(os.ReadFile(from+log))(t), 0o644))
	}
	check(t, s.Close())
	return path
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// Whichever side files are left, the next reader merges them into one file.
func TestReaderMergesLeftoverLog(t *testing.T) {
	for _, missing := range []string{"", "-shm"} {
		path := killed(t)
		if missing != "" {
			check(t, os.Remove(path+missing))
		}
		s := must(OpenReadOnly(t.Context(), path))(t)
		if n := len(must(s.Runs(t.Context(), Filter{Status: Finished}))(t)); n != 1 {
			t.Errorf("%d finished runs, want 1", n)
		}
		check(t, s.Close())
		if exists(path+"-wal") || exists(path+"-shm") {
			t.Errorf("without %q: the log still exists", missing)
		}
		copied := filepath.Join(t.TempDir(), "mail.db")
		check(t, os.WriteFile(copied, must(os.ReadFile(path))(t), 0o644))
		s = must(OpenReadOnly(t.Context(), copied))(t)
		check(t, s.Check(t.Context()))
		if n := len(must(s.Runs(t.Context(), Filter{Status: Finished}))(t)); n != 1 {
			t.Errorf("%d finished runs in the copy, want 1", n)
		}
		check(t, s.Close())
	}
}

// A log that another process still writes is not merged.
func TestReaderKeepsLogOfLiveProcess(t *testing.T) {
	path := filepath.Join(t.TempDir(), "n.db")
	s := openAt(t, path)
	r := begin(t, s, NewRun{})
	for range 2 {
		reader := must(OpenReadOnly(t.Context(), path))(t)
		if !exists(path + "-wal") {
			t.Fatal("the log of a run is gone")
		}
		check(t, reader.Close())
		check(t, r.Finish(t.Context(), Finished, "")) // so that no run is running
	}
	check(t, s.Close())
	if exists(path + "-wal") {
		t.Error("the log still exists after Close")
	}
}

// The error of a copy without its log names the log; that of an empty file does not.
func TestCopyWithoutLogNamesIt(t *testing.T) {
	path := killed(t)
	check(t, errors.Join(os.Remove(path+"-wal"), os.Remove(path+"-shm")))
	_, err := OpenReadOnly(t.Context(), path)
	wantError(t, err, ErrNotStore)
	var log *LogError
	if !errors.As(err, &log) || !strings.Contains(err.Error(), "n.db-wal") || strings.Contains(err.Error(), "empty file") {
		t.Errorf("it says %v", err)
	}
	check(t, os.WriteFile(path, nil, 0o644))
	_, err = OpenReadOnly(t.Context(), path)
	wantError(t, err, ErrNotStore)
	if !strings.Contains(err.Error(), "an empty file") {
		t.Errorf("it says %v", err)
	}
}

// SQLite treats a flipped byte as the end of the log. Readers then get a consistent
// store or an error, never a panic or part of a run.
func TestDamagedLogDoesNotPanic(t *testing.T) {
	whole := killed(t)
	log := must(os.ReadFile(whole + "-wal"))(t)
	file := must(os.ReadFile(whole))(t)
	for at := 0; at < len(log); at += 997 {
		path := filepath.Join(t.TempDir(), "n.db")
		log[at] ^= 0x41
		check(t, os.WriteFile(path, file, 0o644))
		check(t, os.WriteFile(path+"-wal", log, 0o644))
		log[at] ^= 0x41
		s, err := OpenReadOnly(t.Context(), path)
		if err != nil {
			if !errors.Is(err, ErrNotStore) && !errors.Is(err, ErrDamaged) && !errors.Is(err, ErrOlder) {
				t.Errorf("byte %d: %v", at, err)
			}
			continue
		}
		check(t, s.Check(t.Context()))
		check(t, readAll(t, s))
		check(t, s.Close())
	}
}
