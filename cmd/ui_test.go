//go:build linux

package cmd

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"runexp/framework/store"
)

// A served is a running `runexp ui`.
type served struct {
	address string
	stop    func(syscall.Signal) (code int)
	said    *bytes.Buffer // stderr, complete after stop
}

// serveIn starts the server of dir's default store.
func serveIn(t *testing.T, dir string) served {
	t.Helper()
	cmd, said := program(t, dir, "ui", "--addr", "127.0.0.1:0")
	cmd.Stdout = nil
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil || !strings.HasPrefix(line, "http://127.0.0.1:") {
		_ = cmd.Wait()
		t.Fatalf("it prints %q: %v\n%s", line, err, said)
	}
	stop := func(s syscall.Signal) int {
		_ = cmd.Process.Signal(s)
		_ = cmd.Wait() // the exit code is checked
		return cmd.ProcessState.ExitCode()
	}
	return served{strings.TrimSpace(line), stop, said}
}

func (s served) get(t *testing.T, path string) string {
	t.Helper()
	answer, err := http.Get(s.address + path)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil || answer.StatusCode != http.StatusOK {
		t.Fatalf("%s: %s %v\n%s", path, answer.Status, err, body)
	}
	return string(body)
}

func (s served) post(t *testing.T, path string, form url.Values) (status int, body string) {
	t.Helper()
	answer, err := http.PostForm(s.address+path, form)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer.StatusCode, string(text)
}

// A run whose process was killed is seen as lost, resumed from its checkpoint by the page's button, and ends with the
// bits of one that nothing disturbed.
func TestUIResumes(t *testing.T) {
	want := undisturbed(t)
	dir := t.TempDir()
	place(t, dir)
	cmd, said := program(t, dir, "-c", "crash.yaml")
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	for checkpoints := 0; checkpoints == 0; time.Sleep(5 * time.Millisecond) {
		found, _ := filepath.Glob(filepath.Join(dir, "runs", "crash", "*", "checkpoint*"))
		if checkpoints = len(found); t.Context().Err() != nil || cmd.ProcessState != nil {
			t.Fatalf("no checkpoint: %s", said)
		}
	}
	_ = cmd.Process.Kill()
	_ = cmd.Wait()

	s := serveIn(t, dir)
	if page := s.get(t, "runs/1"); !strings.Contains(page, `action="/runs/1/resume"`) || !strings.Contains(page, "its process went away") {
		t.Fatalf("the page of the lost run:\n%s", page)
	}
	if status, body := s.post(t, "runs/1/resume", nil); status != http.StatusOK || !strings.Contains(body, `goes on from <a href="/runs/1">`) {
		t.Fatalf("resume: %d\n%s", status, body)
	}
	for page := ""; !strings.Contains(page, `class="status finished"`); time.Sleep(50 * time.Millisecond) {
		if page = s.get(t, "runs/2"); strings.Contains(page, `class="status failed"`) || t.Context().Err() != nil {
			t.Fatal(page)
		}
	}
	if code := s.stop(syscall.SIGINT); code != exitOK {
		t.Errorf("exit code %d: %s", code, s.said)
	}
	outcomeOf(t, dir).compare(t, want)
}

// A run that cannot be resumed says why.
func TestUIResumeFails(t *testing.T) {
	dir := t.TempDir()
	place(t, dir)
	db, err := store.Open(t.Context(), filepath.Join(dir, "runs", "runexp.db"))
	if err != nil {
		t.Fatal(err)
	}
	run, err := db.Begin(t.Context(), store.NewRun{Experiment: "crash", TrialHash: "h", ConfigResolved: strings.ReplaceAll(crashing, "photo.png", "gone.png")})
	if err != nil {
		t.Fatal(err)
	}
	if err := run.Finish(t.Context(), store.Killed, "stopped"); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	s := serveIn(t, dir)
	if status, body := s.post(t, "runs/1/resume", nil); status != http.StatusConflict || !strings.Contains(body, "gone.png") {
		t.Errorf("resume: %d\n%s", status, body)
	}
	if code := s.stop(syscall.SIGTERM); code != exitOK {
		t.Errorf("exit code %d: %s", code, s.said)
	}
}

// A run that was resumed from a page is stopped from it, and can be resumed again.
func TestUIStops(t *testing.T) {
	dir := t.TempDir()
	place(t, dir)
	db, err := store.Open(t.Context(), filepath.Join(dir, "runs", "runexp.db"))
	if err != nil {
		t.Fatal(err)
	}
	run, err := db.Begin(t.Context(), store.NewRun{Experiment: "other"})
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(run.Finish(t.Context(), store.Killed, "stopped"), db.Close()); err != nil {
		t.Fatal(err)
	}
	cmd, said := program(t, dir, "-c", "crash.yaml", "stages.0.iterations=1e6")
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	for found := 0; found == 0; time.Sleep(5 * time.Millisecond) {
		checkpoints, _ := filepath.Glob(filepath.Join(dir, "runs", "crash", "*", "checkpoint*"))
		if found = len(checkpoints); t.Context().Err() != nil {
			t.Fatalf("no checkpoint: %s", said)
		}
	}
	_ = cmd.Process.Kill()
	_ = cmd.Wait()
	s := serveIn(t, dir)
	if status, body := s.post(t, "runs/1/stop", nil); status != http.StatusConflict || !strings.Contains(body, "Ctrl-C in its terminal") {
		t.Errorf("stop of a run of another process: %d\n%s", status, body)
	}
	if status, body := s.post(t, "runs/2/resume", nil); status != http.StatusOK || !strings.Contains(body, `action="/runs/3/stop"`) {
		t.Fatalf("resume: %d\n%s", status, body)
	}
	if status, body := s.post(t, "runs/2/resume", nil); status != http.StatusConflict || !strings.Contains(body, "run 3 has gone on from it") {
		t.Errorf("resume once more: %d\n%s", status, body)
	}
	if status, body := s.post(t, "runs/3/stop", nil); status != http.StatusOK {
		t.Errorf("stop: %d\n%s", status, body)
	}
	for page := ""; !strings.Contains(page, `class="status killed"`); time.Sleep(50 * time.Millisecond) {
		if page = s.get(t, "runs/3"); strings.Contains(page, `class="status finished"`) || t.Context().Err() != nil {
			t.Fatal(page)
		}
	}
	if page := s.get(t, "runs/3"); !strings.Contains(page, `action="/runs/3/resume"`) || strings.Contains(page, `action="/runs/3/stop"`) {
		t.Errorf("the stopped run:\n%s", page)
	}
	if code := s.stop(syscall.SIGINT); code != exitOK {
		t.Errorf("exit code %d: %s", code, s.said)
	}
}

// Two programs write the store while pages are read and changed: no page fails, and nothing is lost.
// RUNEXP_SOAK is for how long (default 5s).
func TestUIBesideWriters(t *testing.T) {
	long := 5 * time.Second
	if d, err := time.ParseDuration(os.Getenv("RUNEXP_SOAK")); err == nil {
		long = d
	}
	dir := t.TempDir()
	place(t, dir)
	end := time.Now().Add(long)
	writers := make(chan error, 2)
	for w := range 2 {
		go func() {
			for i := 0; time.Now().Before(end); i++ {
				cmd, said := program(t, dir, "-c", "crash.yaml", "--quiet", "experiment="+[]string{"left", "right"}[w], fmt.Sprintf("losses.tv.weight=%d", i+1), "stages.0.iterations=60", "stages.1=null")
				if err := cmd.Run(); err != nil {
					writers <- fmt.Errorf("writer %d: %w\n%s", w, err, said)
					return
				}
			}
			writers <- nil
		}()
	}
	for _, err := os.Stat(filepath.Join(dir, "runs", "runexp.db")); err != nil && time.Now().Before(end.Add(time.Minute)); _, err = os.Stat(filepath.Join(dir, "runs", "runexp.db")) {
		time.Sleep(10 * time.Millisecond)
	}
	time.Sleep(300 * time.Millisecond) // the first run has begun
	s := serveIn(t, dir)
	reads, marks := 0, 0
	for ; time.Now().Before(end); reads++ {
		for _, page := range []string{"", "?where=metrics.loss/total+%3C+1e9&sort=-loss", "experiments", "runs/1", "sweeps"} {
			s.get(t, page)
		}
		status, body := s.post(t, "marks", url.Values{"run": {"1"}, "do": {"note"}, "value": {fmt.Sprint(reads)}})
		switch status {
		case http.StatusOK:
			marks++
		default:
			t.Fatalf("a note: %d\n%s", status, body)
		}
	}
	for range 2 {
		if err := <-writers; err != nil {
			t.Error(err)
		}
	}
	if code := s.stop(syscall.SIGINT); code != exitOK {
		t.Errorf("exit code %d: %s", code, s.said)
	}
	db := storeIn(t, dir, filepath.Join("runs", "runexp.db"))
	defer db.Close()
	if err := db.Check(t.Context()); err != nil {
		t.Error(err)
	}
	runs, err := db.Runs(t.Context(), store.Filter{})
	if err != nil {
		t.Fatal(err)
	}
	for _, run := range runs {
		points, err := db.Series(t.Context(), run.Number, "loss/total")
		if err != nil || run.Status != store.Finished || len(points) != 61 {
			t.Errorf("run %d is %s and has %d of 61 rows (%v)", run.Number, run.Status, len(points), err)
		}
	}
	note, err := db.Marks(t.Context(), 1)
	if err != nil || note[1].Note != fmt.Sprint(reads-1) || marks != reads || len(runs) < 2 {
		t.Errorf("%d runs, %d of %d notes written, the last is %q (%v)", len(runs), marks, reads, note[1].Note, err)
	}
	t.Logf("%d runs written, %d pages read, %d notes written in %v", len(runs), 5*reads, marks, long)
}
