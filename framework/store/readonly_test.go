//go:build unix

package store

import (
	"context"
	"crypto/sha256"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
)

// store creates a closed store with a finished run in its own folder.
func store(t *testing.T) (path string) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "runexp.db")
	s := openAt(t, path)
	r := begin(t, s, NewRun{})
	check(t, r.Log(t.Context(), 0, []Value{{"loss/total", 1}}))
	check(t, r.Finish(t.Context(), Finished, ""))
	check(t, s.Close())
	return path
}

// contents describes every file of a folder.
func contents(t *testing.T, folder string) string {
	t.Helper()
	var b strings.Builder
	for _, e := range must(os.ReadDir(folder))(t) {
		info := must(e.Info())(t)
		fmt.Fprintf(&b, "%s %v %x\n", e.Name(), info.ModTime(), sha256.Sum256(must(os.ReadFile(filepath.Join(folder, e.Name())))(t)))
	}
	return b.String()
}

func TestReadingCreatesNoFiles(t *testing.T) {
	path := store(t)
	before := contents(t, filepath.Dir(path))
	s := must(OpenReadOnly(t.Context(), path))(t)
	if n := len(must(s.Runs(t.Context(), Filter{}))(t)); n != 1 {
		t.Errorf("%d runs, want 1", n)
	}
	during := contents(t, filepath.Dir(path))
	_, err := s.Begin(t.Context(), NewRun{Experiment: "a"})
	wantError(t, err, ErrReadOnly)
	check(t, s.Close())
	if after := contents(t, filepath.Dir(path)); before != during || before != after {
		t.Errorf("before:\n%sduring:\n%safter:\n%s", before, during, after)
	}
}

// Peek does not even merge the log of a killed process.
func TestPeekChangesNothing(t *testing.T) {
	for _, test := range []struct {
		missing string
		runs    int
	}{{"", 1}, {"-shm", -1}} {
		path := killed(t)
		if test.missing != "" {
			check(t, os.Remove(path+test.missing))
		}
		before := names(t, path)
		runs := -1
		if s, err := Peek(t.Context(), path); err == nil {
			runs = len(must(s.Runs(t.Context(), Filter{}))(t))
			check(t, s.Close())
		}
		if after := names(t, path); runs != test.runs || before != after {
			t.Errorf("without %q: %d runs, want %d; before:\n%safter:\n%s", test.missing, runs, test.runs, before, after)
		}
	}
}

// names describes the files of a store's folder except the content of SQLite's index
// of the log, where readers record their position.
func names(t *testing.T, path string) string {
	t.Helper()
	var b strings.Builder
	for _, e := range must(os.ReadDir(filepath.Dir(path)))(t) {
		fmt.Fprintln(&b, e.Name())
		if !strings.HasSuffix(e.Name(), "-shm") {
			fmt.Fprintf(&b, "%x\n", sha256.Sum256(must(os.ReadFile(filepath.Join(filepath.Dir(path), e.Name())))(t)))
		}
	}
	return b.String()
}

// A reader opened without a writer sees the records of later writers, also after
// they closed.
func TestReaderSeesLaterWrites(t *testing.T) {
	ctx, path := t.Context(), store(t)
	reader := must(OpenReadOnly(ctx, path))(t)
	t.Cleanup(func() { check(t, reader.Close()) })
	wantRuns := func(want int) {
		t.Helper()
		if n := len(must(reader.Runs(ctx, Filter{}))(t)); n != want {
			t.Fatalf("%d runs, want %d", n, want)
		}
	}
	wantRuns(1)
	for i := range 3 { // the first writer comes and goes between two looks
		s := openAt(t, path)
		check(t, begin(t, s, NewRun{}).Finish(ctx, Finished, ""))
		if i > 0 {
			wantRuns(i + 2)
		}
		check(t, s.Close())
	}
	wantRuns(4)
}

// childRead reads a store as a user without write permission for it and its
// folder: PATH [UID].
func childRead(args []string) error {
	if len(args) > 1 {
		uid, err := strconv.Atoi(args[1])
		if err == nil {
			err = syscall.Setuid(uid)
		}
		if err != nil {
			return err
		}
	}
	ctx := context.Background()
	s, err := OpenReadOnly(ctx, args[0])
	if err != nil {
		return err
	}
	runs, err := s.Runs(ctx, Filter{})
	if err != nil {
		return err
	}
	fmt.Println(len(runs), "runs")
	if err := s.Close(); err != nil {
		return err
	}
	if _, err := Open(ctx, args[0]); err == nil {
		return fmt.Errorf("it could be opened for writing")
	}
	return nil
}

func TestReadOnlyFolder(t *testing.T) {
	path := store(t)
	live := filepath.Join(t.TempDir(), "live.db")
	writer := openAt(t, live)
	begin(t, writer, NewRun{})
	for _, p := range []string{path, live} {
		args := []string{p}
		folder := filepath.Dir(p)
		check(t, os.Chmod(folder, 0o555))
		t.Cleanup(func() { check(t, os.Chmod(folder, 0o755)) })
		if os.Getuid() == 0 {
			// Permissions do not apply to root: use another user.
			args = append(args, "65534")
			check(t, os.Chmod(filepath.Dir(folder), 0o755))
		} else {
			check(t, os.Chmod(p, 0o444))
		}
		out, err := child(t, "read", args...).Output()
		if err != nil || string(out) != "1 runs\n" {
			t.Errorf("%s: got %q, %v", filepath.Base(p), out, err)
		}
	}
}
