//go:build unix

package store

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
)

// When the file is moved, deleted or replaced during a run, all earlier and later
// records are in the store that Close names, and the replacement is not changed.
func TestMovedStoreIsRescued(t *testing.T) {
	remove := func(paths ...string) error {
		var errs []error
		for _, path := range paths {
			errs = append(errs, os.RemoveAll(path))
		}
		return errors.Join(errs...)
	}
	for name, harm := range map[string]func(path string) error{
		"deleted":              func(p string) error { return remove(p, p+"-wal", p+"-shm") },
		"deleted without log":  func(p string) error { return remove(p) },
		"folder deleted":       func(p string) error { return remove(filepath.Dir(p)) },
		"moved":                func(p string) error { return os.Rename(p, p+"-elsewhere") },
		"folder moved":         func(p string) error { return os.Rename(filepath.Dir(p), filepath.Dir(p)+"-moved") },
		"by a store":           func(p string) error { return os.Rename(store(t), p) },
		"by an empty file":     func(p string) error { return errors.Join(remove(p), os.WriteFile(p, nil, 0o644)) },
		"by a folder":          func(p string) error { return errors.Join(remove(p), os.Mkdir(p, 0o755)) },
		"by a file and no log": func(p string) error { return errors.Join(remove(p, p+"-wal"), os.WriteFile(p, []byte("mine"), 0o644)) },
	} {
		for _, journal := range []string{wal, rollback} {
			t.Run(name+" "+journal, func(t *testing.T) {
				path := filepath.Join(t.TempDir(), "folder", "n.db")
				s := must(open(t.Context(), path, journal))(t)
				r, second := begin(t, s, NewRun{}), begin(t, s, NewRun{})
				check(t, r.Log(t.Context(), 0, []Value{{"loss/total", 3}}))
				check(t, r.Flush(t.Context()))
				check(t, harm(path))
				check(t, r.Log(t.Context(), 1, []Value{{"loss/total", 2}}))
				check(t, second.Artifact(t.Context(), Artifact{Kind: "picture", Name: "a", Data: []byte("picture")}))
				check(t, r.Finish(t.Context(), Finished, ""))
				check(t, second.Finish(t.Context(), Finished, ""))
				var moved *MovedError
				if err := s.Close(); !errors.As(err, &moved) || moved.Path != path || moved.Rescued == "" {
					t.Fatalf("close: %v", err)
				}
				rescued := must(OpenReadOnly(t.Context(), moved.Rescued))(t)
				defer rescued.Close()
				check(t, rescued.Check(t.Context()))
				if points := must(rescued.Series(t.Context(), r.Number(), "loss/total"))(t); len(points) != 2 {
					t.Errorf("points %v, want 2", points)
				}
				for _, run := range must(rescued.Runs(t.Context(), Filter{}))(t) {
					if run.Status != Finished {
						t.Errorf("run %d is %s", run.Number, run.Status)
					}
				}
				if list := must(rescued.Artifacts(t.Context(), second.Number()))(t); len(list) != 1 {
					t.Errorf("artifacts %v, want 1", list)
				}
				check(t, s.Close())
			})
		}
	}
}

// Deleting the log during a run loses no records.
func TestDeletedLogLosesNothing(t *testing.T) {
	path := filepath.Join(t.TempDir(), "n.db")
	s := openAt(t, path)
	r := begin(t, s, NewRun{})
	check(t, errors.Join(os.Remove(path+"-wal"), os.Remove(path+"-shm")))
	check(t, r.Log(t.Context(), 0, []Value{{"loss/total", 3}}))
	check(t, r.Flush(t.Context()))
	copied := filepath.Join(t.TempDir(), "copy.db") // as after kill -9
	for _, log := range []string{"", "-wal"} {
		check(t, os.WriteFile(copied+log, must(os.ReadFile(path+log))(t), 0o644))
	}
	rescued := must(OpenReadOnly(t.Context(), copied))(t)
	defer rescued.Close()
	if points := must(rescued.Series(t.Context(), r.Number(), "loss/total"))(t); len(points) != 1 {
		t.Errorf("points %v, want 1", points)
	}
	check(t, s.Close())
}

// If the log or its index is deleted during a run, the run continues with new ones,
// so that another process uses the same.
func TestDeletedSideFilesAreRecreated(t *testing.T) {
	for name, files := range map[string][]string{"log": {"-wal"}, "index": {"-shm"}, "both": {"-wal", "-shm"}} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "n.db")
			s := openAt(t, path)
			r := begin(t, s, NewRun{})
			for step := range 3 {
				for _, file := range files {
					check(t, os.Remove(path+file))
				}
				check(t, r.Log(t.Context(), step, []Value{{"loss/total", 3}}))
				check(t, r.Flush(t.Context()))
				for _, file := range []string{"-wal", "-shm"} {
					if !exists(path + file) {
						t.Fatalf("there is no %s", file)
					}
				}
				other := openAt(t, path)
				check(t, begin(t, other, NewRun{}).Finish(t.Context(), Finished, ""))
				check(t, other.Close())
			}
			check(t, r.Finish(t.Context(), Finished, ""))
			check(t, s.Close())
			if exists(path + "-wal") {
				t.Error("the log still exists")
			}
			now := must(OpenReadOnly(t.Context(), path))(t)
			defer now.Close()
			check(t, now.Check(t.Context()))
			if runs := must(now.Runs(t.Context(), Filter{Status: Finished}))(t); len(runs) != 4 {
				t.Errorf("%d finished runs, want 4", len(runs))
			}
			if points := must(now.Series(t.Context(), r.Number(), "loss/total"))(t); len(points) != 3 {
				t.Errorf("%d points, want 3", len(points))
			}
		})
	}
}
