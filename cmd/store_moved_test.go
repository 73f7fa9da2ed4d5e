//go:build linux

package cmd

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestTheStoreIsDeleted deletes or replaces the store while a run, or a sweep of two
// parallel trials, writes it: everything is then in a rescued one.
func TestTheStoreIsDeleted(t *testing.T) {
	for name, test := range map[string]struct {
		harm func(db string) error
		args []string
	}{
		"deleted": {func(db string) error {
			return errors.Join(os.Remove(db), os.Remove(db+"-wal"), os.Remove(db+"-shm"))
		}, nil},
		"replaced":              {func(db string) error { return errors.Join(os.Remove(db), os.WriteFile(db, nil, 0o644)) }, nil},
		"emptied":               {func(db string) error { return os.WriteFile(db, nil, 0o644) }, nil}, // the same inode
		"overwritten":           {func(db string) error { return os.WriteFile(db, []byte("mine"), 0o644) }, nil},
		"deleted under a sweep": {os.Remove, []string{"-c", "sweep.yaml", "--jobs", "2"}},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			place(t, dir)
			if err := os.WriteFile(filepath.Join(dir, "sweep.yaml"), []byte(crashingSweep), 0o644); err != nil {
				t.Fatal(err)
			}
			cmd, said := program(t, dir, append([]string{"-c", "crash.yaml", "--quiet", "--db", "n.db"}, test.args...)...)
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			waitFor(t, filepath.Join(dir, "runs", "crash*", "*", "checkpoint"))
			if err := test.harm(filepath.Join(dir, "n.db")); err != nil {
				t.Fatal(err)
			}
			_ = cmd.Wait() // the exit code is checked
			if code := cmd.ProcessState.ExitCode(); code != exitInternal {
				t.Errorf("exit code %d, want %d:\n%s", code, exitInternal, said)
			}
			kept, err := filepath.Glob(filepath.Join(dir, "n.rescued-*.db"))
			if err != nil || len(kept) != 1 {
				t.Fatalf("rescued: %v, %v\n%s", kept, err, said)
			}
			for _, part := range []string{"deleted, moved or replaced", "continue with --db " + kept[0], "store     " + kept[0]} {
				if !strings.Contains(said.String(), part) {
					t.Errorf("it does not say %q:\n%s", part, said)
				}
			}
			again, saidAgain := program(t, dir, append([]string{"-c", "crash.yaml", "--quiet", "--db", kept[0]}, test.args...)...)
			text := must(t, exitOK, again, saidAgain)
			if !strings.Contains(text, "has already finished with the same settings") && !strings.Contains(text, "12 done before") {
				t.Errorf("it does not find the finished trials:\n%s", text)
			}
		})
	}
}

// TestTheStoreIsOverwritten overwrites a store that already has a run while another run
// is written: the foreign file stays, and the error is printed once.
func TestTheStoreIsOverwritten(t *testing.T) {
	dir := t.TempDir()
	place(t, dir)
	db := filepath.Join(dir, "n.db")
	before, saidBefore := program(t, dir, "-c", "crash.yaml", "--quiet", "--db", "n.db", "stages.0.iterations=3")
	must(t, exitOK, before, saidBefore)
	cmd, said := program(t, dir, "-c", "crash.yaml", "--quiet", "--db", "n.db", "experiment=second", "stages.0.iterations=4000")
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	waitFor(t, filepath.Join(dir, "runs", "second", "*", "checkpoint"))
	if err := os.WriteFile(db, []byte("mine"), 0o644); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait() // the exit code is checked
	if code := cmd.ProcessState.ExitCode(); code != exitInternal {
		t.Errorf("exit code %d, want %d:\n%s", code, exitInternal, said)
	}
	text := said.String()
	if strings.Count(text, "another file was copied over it") != 1 || !strings.Contains(text, "the same command starts over") {
		t.Errorf("it says\n%s", text)
	}
	if now, err := os.ReadFile(db); err != nil || string(now) != "mine" {
		t.Errorf("the foreign file is %q, %v", now, err)
	}
	if left, err := filepath.Glob(db + "*"); err != nil || len(left) != 1 {
		t.Errorf("beside it are %v, %v", left, err)
	}
}
