//go:build linux

package cmd

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"runexp/framework/imaging"
	"runexp/framework/store"
)

// crashing is an experiment of a second or two, with all that a checkpoint has
// to hold: two stages, two optimisers, intermediate pictures.
const crashing = `
experiment: crash
content: photo.png
style: painting.png
backbone: {name: vgg11}
losses:
  - {type: content, layers: [relu1_1]}
  - {name: style, type: gram, layers: [conv1_1, conv2_1], weight: 100}
  - {type: tv, weight: 10}
stages:
  - {size: {height: 24}, iterations: 400, optimizer: {name: adam, lr: 0.05, schedule: {name: step, every: 50, gamma: 0.8}}}
  - {size: {scale: 1.5}, evaluations: 120, optimizer: {name: lbfgs, history: 5}}
output: {every: 50}
checkpoint: {every: 20ms}
`

// place writes the experiment's files into a folder.
func place(t *testing.T, dir string) {
	t.Helper()
	check := func(err error) {
		if err != nil {
			t.Fatal(err)
		}
	}
	check(os.MkdirAll(filepath.Join(dir, "weights"), 0o755))
	check(writeWeights(filepath.Join(dir, "weights", "vgg11-torchvision.safetensors")))
	check(writePicture(filepath.Join(dir, "photo.png"), 24, 32))
	check(writePicture(filepath.Join(dir, "painting.png"), 30, 20))
	check(os.WriteFile(filepath.Join(dir, "crash.yaml"), []byte(crashing), 0o644))
}

// program returns the command that runs the real program in dir: the test binary under its name.
func program(t *testing.T, dir string, args ...string) (*exec.Cmd, *bytes.Buffer) {
	t.Helper()
	binary, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), binary, args...)
	cmd.Args[0], cmd.Dir = "runexp", dir
	cmd.Env = append(os.Environ(), "RUNEXP_WEIGHTS="+filepath.Join(dir, "weights"))
	said := &bytes.Buffer{}
	cmd.Stdout, cmd.Stderr = said, said
	// A signal that the test ignores, as under nohup, the program would ignore too, unless it is caught here.
	hangUps := make(chan os.Signal, 1)
	signal.Notify(hangUps, syscall.SIGHUP)
	t.Cleanup(func() { signal.Stop(hangUps) })
	return cmd, said
}

// must runs the program, requires an exit code and returns all output.
func must(t *testing.T, code int, cmd *exec.Cmd, said *bytes.Buffer) string {
	t.Helper()
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait() // the exit code is checked
	if got := cmd.ProcessState.ExitCode(); got != code {
		t.Fatalf("runexp %q: exit code %d, want %d:\n%s", cmd.Args[1:], got, code, said)
	}
	return said.String()
}

// outcome is what must not depend on interruptions in a finished run.
type outcome struct {
	metrics  map[string][]store.Point
	pictures map[string]string // by name and step: the pixels
	stages   string            // events
}

// outcomeOf reads the last run of the default store in dir.
func outcomeOf(t *testing.T, dir string) outcome {
	t.Helper()
	return outcomeIn(t, dir, filepath.Join("runs", "runexp.db"))
}

// outcomeIn reads the last run of a store in dir, and checks store and
// folder.
func outcomeIn(t *testing.T, dir, file string) outcome {
	t.Helper()
	s := storeIn(t, dir, file)
	defer s.Close()
	run, err := s.FindRun(t.Context(), "last")
	if err != nil {
		t.Fatal(err)
	}
	return outcomeOfRun(t, s, dir, run.RunSummary)
}

// storeIn opens a store in dir and checks it.
func storeIn(t *testing.T, dir, file string) *store.Store {
	t.Helper()
	s, err := store.OpenReadOnly(t.Context(), filepath.Join(dir, file))
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Check(t.Context()); err != nil {
		t.Fatal(err)
	}
	return s
}

// outcomeOfRun reads a run that must have finished.
func outcomeOfRun(t *testing.T, s *store.Store, dir string, run store.RunSummary) outcome {
	t.Helper()
	ctx := t.Context()
	if run.Status != store.Finished {
		t.Fatalf("run %d is %s: %s", run.Number, run.Status, run.Message)
	}
	o := outcome{metrics: map[string][]store.Point{}, pictures: map[string]string{}}
	names, err := s.MetricNames(ctx, run.Number)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		if strings.HasPrefix(name, "time/") || strings.HasPrefix(name, "memory/") {
			continue
		}
		if o.metrics[name], err = s.Series(ctx, run.Number, name); err != nil {
			t.Fatal(err)
		}
	}
	for i, p := range o.metrics["loss/total"] {
		if p.Step != i {
			t.Fatalf("row %d is of step %d", i, p.Step)
		}
	}
	artifacts, err := s.Artifacts(ctx, run.Number)
	if err != nil {
		t.Fatal(err)
	}
	folder := filepath.Join(dir, "runs", run.Experiment, run.UID.Short())
	for _, a := range artifacts {
		kept, err := s.Blob(ctx, a.Hash)
		if err != nil {
			t.Fatal(err)
		}
		if a.Kind != "picture" { // an input: in the store only
			o.pictures[a.Kind+" "+a.Name] = a.Hash
			continue
		}
		file := filepath.Join(folder, a.Name)
		if written, err := os.ReadFile(file); err != nil || !bytes.Equal(written, kept) {
			t.Errorf("%s is not the picture in the store, %v", a.Name, err)
		}
		image, err := imaging.Decode(file)
		if err != nil {
			t.Fatal(err)
		}
		o.pictures[fmt.Sprintf("%s of step %d", a.Name, a.Step)] = fmt.Sprint(image.H, image.W, image.Pix)
	}
	events, err := s.Events(ctx, run.Number)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range events {
		if e.Kind == "stage" {
			o.stages += fmt.Sprintln(e.Step, string(e.Data))
		}
	}
	if left, _ := filepath.Glob(filepath.Join(dir, "runs", run.Experiment, "*", "*checkpoint*")); len(left) > 0 {
		t.Errorf("checkpoints are left: %v", left)
	}
	return o
}

func (o outcome) compare(t *testing.T, want outcome) {
	t.Helper()
	for name, points := range want.metrics {
		if !slices.Equal(o.metrics[name], points) {
			t.Errorf("%s differs from the undisturbed run: %d values, want %d", name, len(o.metrics[name]), len(points))
		}
	}
	if len(o.metrics) != len(want.metrics) || len(o.pictures) != len(want.pictures) {
		t.Errorf("%d metrics and %d pictures, want %d and %d", len(o.metrics), len(o.pictures), len(want.metrics), len(want.pictures))
	}
	for name, pixels := range want.pictures {
		if o.pictures[name] != pixels {
			t.Errorf("%s differs from the undisturbed run, or is missing", name)
		}
	}
	if o.stages != want.stages {
		t.Errorf("stages\n%swant\n%s", o.stages, want.stages)
	}
}

// undisturbed runs the experiment without interruption.
func undisturbed(t *testing.T) outcome {
	t.Helper()
	dir := t.TempDir()
	place(t, dir)
	began := time.Now()
	cmd, said := program(t, dir, "-c", "crash.yaml", "--quiet", "checkpoint.every=0s")
	must(t, 0, cmd, said)
	t.Logf("undisturbed it takes %v", time.Since(began).Round(time.Millisecond))
	o := outcomeOf(t, dir)
	if rows := len(o.metrics["loss/total"]); rows < 450 || len(o.pictures) < 9 {
		t.Fatalf("%d rows and %d pictures undisturbed", rows, len(o.pictures))
	}
	return o
}

// untilFinished repeats a command in dir until it succeeds, and kills it at most kills
// times, each time after a moment. It returns the number of kills; heard receives the
// output of each attempt.
func untilFinished(t *testing.T, dir string, most int, moment func() time.Duration, heard func(said string), args ...string) (kills int) {
	t.Helper()
	for {
		cmd, said := program(t, dir, args...)
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		var timer *time.Timer
		if kills < most {
			timer = time.AfterFunc(moment(), func() { _ = cmd.Process.Kill() })
		}
		err := cmd.Wait()
		if timer != nil {
			timer.Stop()
		}
		heard(said.String())
		var ended *exec.ExitError
		switch {
		case err == nil:
			return kills
		case errors.As(err, &ended) && ended.Sys().(syscall.WaitStatus).Signal() == syscall.SIGKILL:
			kills++
		default:
			t.Fatalf("%v:\n%s", err, said)
		}
	}
}

// TestKilled kills runs at random moments and repeats the command until they
// have finished, with one store each. RUNEXP_KILLS is the number of kills.
func TestKilled(t *testing.T) {
	kills := 15
	if n, err := strconv.Atoi(os.Getenv("RUNEXP_KILLS")); err == nil {
		kills = n
	}
	want := undisturbed(t)
	random := rand.New(rand.NewPCG(uint64(kills), 1))
	gone := 0
	for killed := 0; killed < kills; {
		dir := t.TempDir()
		place(t, dir)
		killed += untilFinished(t, dir, kills-killed, func() time.Duration { return time.Duration(random.IntN(800)) * time.Millisecond },
			func(said string) {
				if strings.Contains(said, "resuming run") {
					gone++
				}
			}, "-c", "crash.yaml")
		outcomeOf(t, dir).compare(t, want)
	}
	if t.Logf("%d kills, gone on %d times", kills, gone); gone < kills/3 {
		t.Errorf("of %d kills only %d were resumed", kills, gone)
	}
}
