//go:build linux

package cmd

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"runexp/framework/store"
	"runexp/framework/store/storetest"
)

// TestTheDiskFills runs on a disk of a few megabytes that is then filled.
func TestTheDiskFills(t *testing.T) {
	want := undisturbed(t)
	dir := t.TempDir()
	disk := filepath.Join(dir, "runs")
	place(t, dir)
	smallDisk(t, disk)
	ballast := filepath.Join(disk, "ballast")
	cmd, said := program(t, dir, "-c", "crash.yaml", "--quiet")
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	waitFor(t, filepath.Join(disk, "crash", "*", "checkpoint"))
	if err := fill(ballast); !errors.Is(err, syscall.ENOSPC) {
		t.Fatal(err)
	}
	_ = cmd.Wait() // the exit code is checked
	text := said.String()
	if code := cmd.ProcessState.ExitCode(); code != 1 {
		t.Errorf("exit code %d, want 1:\n%s", code, text)
	}
	for _, part := range []string{"run 1 stopped: ", "the same command resumes at iteration "} {
		if !strings.Contains(text, part) {
			t.Errorf("it does not say %q:\n%s", part, text)
		}
	}
	if !strings.Contains(text, "the disk is full") && !strings.Contains(text, "no space left") {
		t.Errorf("it does not say why:\n%s", text)
	}
	if left, _ := filepath.Glob(filepath.Join(disk, "crash", "*", ".*")); len(left) > 0 {
		t.Errorf("half-written files are left: %v", left)
	}
	// If the disk is full from the start, no run starts.
	cmd, said = program(t, dir, "-c", "crash.yaml", "--quiet")
	must(t, 1, cmd, said)

	if err := os.Remove(ballast); err != nil {
		t.Fatal(err)
	}
	cmd, said = program(t, dir, "-c", "crash.yaml")
	if text := must(t, 0, cmd, said); !strings.Contains(text, "resuming run 1 (") {
		t.Errorf("with space again it does not resume:\n%s", text)
	}
	outcomeOf(t, dir).compare(t, want)
}

// TestTheDiskOfPicturesFills fills the disk under --out; the store is on
// another one. The trial has not failed: exit code 1.
func TestTheDiskOfPicturesFills(t *testing.T) {
	want := undisturbed(t)
	dir := t.TempDir()
	disk := filepath.Join(dir, "runs")
	place(t, dir)
	smallDisk(t, disk)
	args := []string{"-c", "crash.yaml", "--quiet", "--db", "store.db", "checkpoint.every=0s"}
	cmd, said := program(t, dir, args...)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	waitFor(t, filepath.Join(disk, "crash", "*", "step-000050.png"))
	ballast := filepath.Join(disk, "ballast")
	if err := fill(ballast); !errors.Is(err, syscall.ENOSPC) {
		t.Fatal(err)
	}
	_ = cmd.Wait() // the exit code is checked
	text := said.String()
	if code := cmd.ProcessState.ExitCode(); code != exitInternal {
		t.Errorf("exit code %d, want %d:\n%s", code, exitInternal, text)
	}
	for _, part := range []string{"run 1 stopped: ", "no space left on device", "check the free disk space", "the same command starts over"} {
		if !strings.Contains(text, part) {
			t.Errorf("it does not say %q:\n%s", part, text)
		}
	}
	// The same if it is full from the start.
	cmd, said = program(t, dir, args...)
	if text := must(t, exitInternal, cmd, said); !strings.Contains(text, "no space left") {
		t.Errorf("it does not say why:\n%s", text)
	}
	if err := os.Remove(ballast); err != nil {
		t.Fatal(err)
	}
	cmd, said = program(t, dir, args...)
	must(t, exitOK, cmd, said)
	outcomeIn(t, dir, "store.db").compare(t, want)
}

// A merge that finds no room for a copy of an older store has failed by the disk, not by what
// was asked, and makes no store.
func TestMergeWithoutRoom(t *testing.T) {
	dir := t.TempDir()
	place(t, dir)
	cmd, said := program(t, dir, "-c", "crash.yaml", "--db", "from.db", "stages.1=null", "stages.0.iterations=2")
	must(t, exitOK, cmd, said)
	if err := storetest.Exec(filepath.Join(dir, "from.db"), "PRAGMA user_version = 7"); err != nil {
		t.Fatal(err)
	}
	temporary := filepath.Join(dir, "tmp")
	smallDisk(t, temporary)
	if err := fill(filepath.Join(temporary, "ballast")); !errors.Is(err, syscall.ENOSPC) {
		t.Fatal(err)
	}
	t.Setenv("TMPDIR", temporary)
	cmd, said = program(t, dir, "db", "merge", "from.db", "--db", "to.db")
	if text := must(t, exitInternal, cmd, said); !strings.Contains(text, "TMPDIR") {
		t.Errorf("it does not say what to do:\n%s", text)
	}
	if _, err := os.Stat(filepath.Join(dir, "to.db")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("to.db: %v", err)
	}
}

// smallDisk makes dir a disk of a few megabytes until the test is over.
func smallDisk(t *testing.T, dir string) {
	t.Helper()
	if err := os.Mkdir(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size=16m"); err != nil {
		t.Skipf("a small disk cannot be mounted here (%v); it can by root", err)
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(dir, 0); err != nil {
			t.Error(err)
		}
	})
}

// fill writes until the disk is full.
func fill(path string) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	for size := 1 << 16; err == nil || size > 1; {
		if _, err = f.Write(make([]byte, size)); err != nil {
			size = max(1, size/2)
		}
	}
	return errors.Join(err, f.Close())
}

// waitFor waits until a file matches.
func waitFor(t *testing.T, pattern string) {
	t.Helper()
	for deadline := time.Now().Add(20 * time.Second); time.Now().Before(deadline); time.Sleep(5 * time.Millisecond) {
		if files, _ := filepath.Glob(pattern); len(files) > 0 {
			return
		}
	}
	t.Fatalf("there is no %s", pattern)
}

// TestFoldersThatMayNotBeWritten runs as a user without write permission.
func TestFoldersThatMayNotBeWritten(t *testing.T) {
	dir := t.TempDir()
	place(t, dir)
	binary := shareBinary(t, dir)
	as := func(args ...string) (*exec.Cmd, *bytes.Buffer) {
		cmd, said := program(t, dir, append([]string{"-c", "crash.yaml", "--quiet", "stages.*.iterations=2", "stages.1.evaluations=null"}, args...)...)
		cmd.Path = binary
		if os.Getuid() == 0 {
			cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 65534, Gid: 65534}}
		}
		return cmd, said
	}
	closed, open := filepath.Join(dir, "closed"), filepath.Join(dir, "open")
	for path, mode := range map[string]os.FileMode{closed: 0o555, open: 0o777} {
		if err := errors.Join(os.Mkdir(path, mode), os.Chmod(path, mode)); err != nil {
			t.Fatal(err)
		}
	}
	wants := func(args []string, parts ...string) {
		t.Helper()
		cmd, said := as(args...)
		text := must(t, 2, cmd, said)
		for _, part := range append(parts, "denied") {
			if !strings.Contains(text, part) {
				t.Errorf("%v: it does not say %q:\n%s", args, part, text)
			}
		}
	}
	wants([]string{"--out", closed, "--db", filepath.Join(open, "a.db")}, closed, "--out")
	wants([]string{"--out", filepath.Join(closed, "below"), "--db", filepath.Join(open, "a.db")}, closed, "--out")
	wants([]string{"--out", open, "--db", filepath.Join(closed, "below", "a.db")}, closed, "--db")
	for _, folder := range []string{closed, open} {
		if files, err := os.ReadDir(folder); err != nil || len(files) > 0 {
			t.Errorf("%s has %v, %v", folder, files, err)
		}
	}
	// A store in a folder that became read-only can be read but not written.
	cmd, said := as("--out", open, "--db", filepath.Join(open, "a.db"))
	must(t, 0, cmd, said)
	if err := os.Chmod(open, 0o555); err != nil {
		t.Fatal(err)
	}
	before, err := os.ReadDir(open)
	if err != nil {
		t.Fatal(err)
	}
	cmd, said = as("--out", filepath.Join(dir, "third"), "--db", filepath.Join(open, "a.db"), "seed=2")
	if err := errors.Join(os.Mkdir(filepath.Join(dir, "third"), 0o777), os.Chmod(filepath.Join(dir, "third"), 0o777)); err != nil {
		t.Fatal(err)
	}
	if text := must(t, 2, cmd, said); !strings.Contains(text, "--db") {
		t.Errorf("it says\n%s", text)
	}
	after, err := os.ReadDir(open)
	if err != nil || fmt.Sprint(after) != fmt.Sprint(before) {
		t.Errorf("it leaves %v, %v", after, err)
	}
}

// shareBinary copies the test binary to where every user can run it.
func shareBinary(t *testing.T, dir string) string {
	t.Helper()
	from, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	to := filepath.Join(dir, "runexp-test")
	in, err := os.Open(from)
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	out, err := os.OpenFile(to, os.O_CREATE|os.O_WRONLY, 0o755)
	if err != nil {
		t.Fatal(err)
	}
	_, err = io.Copy(out, in)
	if err := errors.Join(err, out.Close(), os.Chmod(filepath.Dir(dir), 0o755), os.Chmod(dir, 0o755)); err != nil {
		t.Fatal(err)
	}
	return to
}

// TestChangingAFullStore: where there is no room, vacuum and merge say so and the store stays as
// it was; with room they do it.
func TestChangingAFullStore(t *testing.T) {
	dir := t.TempDir()
	disk := filepath.Join(dir, "runs")
	smallDisk(t, disk)
	pictures := func(path string, sizes ...int) {
		s, err := store.Open(t.Context(), path)
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		for _, size := range sizes {
			run, err := s.Begin(t.Context(), store.NewRun{Experiment: "e"})
			if err == nil {
				err = run.Artifact(t.Context(), store.Artifact{Kind: "picture", Name: "picture.png", Data: bytes.Repeat([]byte{byte(size)}, size)})
			}
			if err == nil {
				err = run.Finish(t.Context(), store.Finished, "")
			}
			if err != nil {
				t.Fatal(err)
			}
		}
	}
	pictures(filepath.Join(disk, "runexp.db"), 2<<20, 1<<20+1)
	pictures(filepath.Join(dir, "other.db"), 3<<20, 100)
	ballast := filepath.Join(disk, "ballast")
	if err := fill(ballast); !errors.Is(err, syscall.ENOSPC) {
		t.Fatal(err)
	}
	for _, verb := range [][]string{{"db", "vacuum"}, {"db", "merge", "other.db"}} {
		cmd, said := program(t, dir, verb...)
		if text := must(t, 1, cmd, said); !strings.Contains(text, "the disk is full") {
			t.Errorf("%s: %s", verb, text)
		}
	}
	if err := os.Remove(ballast); err != nil {
		t.Fatal(err)
	}
	cmd, said := program(t, dir, "db", "check")
	must(t, 0, cmd, said)
	cmd, said = program(t, dir, "db", "merge", "other.db")
	if text := must(t, 0, cmd, said); !strings.Contains(text, "2 new runs") {
		t.Errorf("with room: %s", text)
	}
	cmd, said = program(t, dir, "rm", "1")
	must(t, 0, cmd, said)
	cmd, said = program(t, dir, "db", "prune")
	must(t, 0, cmd, said)
	cmd, said = program(t, dir, "db", "vacuum")
	must(t, 0, cmd, said)
	cmd, said = program(t, dir, "db", "check")
	must(t, 0, cmd, said)
}
