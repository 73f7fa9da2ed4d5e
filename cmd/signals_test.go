//go:build linux

package cmd

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"runexp/framework/store"
)

// A signal ends a verb that saves nothing at once: here a program that reads its config.
func TestSignalWhileReading(t *testing.T) {
	for _, test := range []struct {
		signal syscall.Signal
		code   int
	}{{syscall.SIGINT, 130}, {syscall.SIGTERM, 143}, {syscall.SIGHUP, 129}} {
		dir := t.TempDir()
		cmd, said := program(t, dir, "-c", "-")
		config, err := cmd.StdinPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		// More than a pipe buffers: it is written once the program reads.
		if _, err := io.WriteString(config, strings.Repeat("# a long comment\n", 20_000)); err != nil {
			t.Fatal(err)
		}
		if err := cmd.Process.Signal(test.signal); err != nil {
			t.Fatal(err)
		}
		_ = cmd.Wait() // the exit code is checked
		if got := cmd.ProcessState.ExitCode(); got != test.code {
			t.Errorf("%v: exit code %d, want %d:\n%s", test.signal, got, test.code, said)
		}
		if !strings.Contains(said.String(), "stopped by signal: "+test.signal.String()) {
			t.Errorf("%v: %s", test.signal, said)
		}
		if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
			t.Errorf("%v left %v, %v", test.signal, left, err)
		}
	}
}

// A pull that is stopped ends with the signal's exit code, and a partial file does not
// have the final name.
func TestSignalWhilePulling(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("ETag", `"1"`)
		_, _ = w.Write(make([]byte, 1000))
		w.(http.Flusher).Flush()
		<-r.Context().Done()
	}))
	defer server.Close()
	for _, test := range []struct {
		signal syscall.Signal
		code   int
	}{{syscall.SIGINT, 130}, {syscall.SIGTERM, 143}, {syscall.SIGHUP, 129}} {
		dir := t.TempDir()
		cmd, said := program(t, dir, "weights", "pull", "vgg19-torchvision", "--from", server.URL+"/weights.pth")
		cmd.Env = append(cmd.Env, "XDG_CACHE_HOME="+filepath.Join(dir, "cache"))
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		var part []string
		for arrived := false; !arrived && t.Context().Err() == nil; time.Sleep(5 * time.Millisecond) {
			part, _ = filepath.Glob(filepath.Join(dir, "cache", "*", "*", "*.part"))
			if len(part) == 1 {
				info, err := os.Stat(part[0])
				arrived = err == nil && info.Size() == 1000
			}
		}
		if err := cmd.Process.Signal(test.signal); err != nil {
			t.Fatal(err)
		}
		_ = cmd.Wait() // the exit code is checked
		if got := cmd.ProcessState.ExitCode(); got != test.code || !strings.Contains(said.String(), "has what was received; the same command resumes the download") {
			t.Errorf("%v: exit code %d, want %d:\n%s", test.signal, got, test.code, said)
		}
		if left, err := filepath.Glob(filepath.Join(filepath.Dir(part[0]), "*")); err != nil || !slices.Equal(left, []string{part[0], part[0] + ".json"}) {
			t.Errorf("%v left %q, %v", test.signal, left, err)
		}
	}
}

// A run whose terminal is closed saves its picture and can be resumed.
func TestHangUp(t *testing.T) {
	dir := t.TempDir()
	place(t, dir)
	endless := []string{"-c", "crash.yaml", "stages.0.iterations=1000000"}
	cmd, said := program(t, dir, endless...)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	for running(dir, "1") == nil {
		time.Sleep(5 * time.Millisecond)
	}
	if err := cmd.Process.Signal(syscall.SIGHUP); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait() // the exit code is checked
	if got := cmd.ProcessState.ExitCode(); got != 129 || !strings.Contains(said.String(), "picture.png") {
		t.Fatalf("exit code %d:\n%s", got, said)
	}
	again, heard := program(t, dir, endless...)
	if err := again.Start(); err != nil {
		t.Fatal(err)
	}
	for running(dir, "2") == nil {
		time.Sleep(5 * time.Millisecond)
	}
	if err := again.Process.Signal(syscall.SIGHUP); err != nil {
		t.Fatal(err)
	}
	_ = again.Wait()
	if !strings.Contains(heard.String(), "resuming run 1 (killed)") {
		t.Errorf("the second one says\n%s", heard)
	}
}

// A run that was started with SIGHUP ignored, as by nohup, continues when it comes.
func TestNoHangUp(t *testing.T) {
	dir := t.TempDir()
	place(t, dir)
	cmd, said := program(t, dir)
	if err := os.Symlink(cmd.Path, filepath.Join(dir, "runexp")); err != nil {
		t.Fatal(err)
	}
	cmd.Path, cmd.Args = "/bin/sh", []string{"sh", "-c", `trap "" HUP; exec ./runexp -c crash.yaml stages.0.iterations=1000000`}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	for running(dir, "1") == nil {
		time.Sleep(5 * time.Millisecond)
	}
	for _, s := range []syscall.Signal{syscall.SIGHUP, syscall.SIGTERM} { // the first one would set the exit code
		if err := cmd.Process.Signal(s); err != nil {
			t.Fatal(err)
		}
	}
	_ = cmd.Wait() // the exit code is checked
	if got := cmd.ProcessState.ExitCode(); got != 143 || !strings.Contains(said.String(), "picture.png") {
		t.Errorf("exit code %d:\n%s", got, said)
	}
}

// Any error after a signal is reported as the interruption, until a run has begun,
// which reports its own end.
func TestErrorsAfterASignal(t *testing.T) {
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(&signalError{syscall.SIGTERM})
	for _, args := range [][]string{
		{"ls", "--db", "nosuch.db"}, {"show", "1", "--db", "nosuch.db"}, {"-c", "nosuch.yaml"}, {"config", "validate", "-c", "nosuch.yaml"},
		{"bench", "-c", "nosuch.yaml"}, {"weights", "verify", "nosuch"},
	} {
		var said strings.Builder
		a := &app{stdout: io.Discard, stderr: &said, plugins: testPlugins()}
		if code := a.main(ctx, args); code != 143 || said.String() != "runexp: stopped by signal: terminated\n" {
			t.Errorf("%q: exit code %d: %s", args, code, &said)
		}
	}
	var said strings.Builder
	a := &app{stdout: io.Discard, stderr: &said, plugins: testPlugins()}
	a.shutdown.hold()()
	if code := a.main(ctx, []string{"-c", "nosuch.yaml"}); code != exitUsage {
		t.Errorf("an error of its own of what was saved: exit code %d: %s", code, &said)
	}
}

// running returns the run if it is running in dir's default store and has a loss.
func running(dir, run string) *store.RunDetail {
	s, err := store.OpenReadOnly(context.Background(), filepath.Join(dir, "runs", "runexp.db"))
	if err != nil {
		return nil
	}
	defer s.Close()
	found, err := s.FindRun(context.Background(), run)
	if err != nil || found.Status != store.Running || found.Iterations == 0 {
		return nil
	}
	return &found
}
