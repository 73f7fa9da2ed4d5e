//go:build linux

package cmd

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
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
// to hold: two stages, two optimisers, pictures on the way.
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

// place makes a folder in which the experiment can be run.
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

// program is the real program, to be run in dir: the test binary under its name.
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
	return cmd, said
}

// must runs the program and wants an exit code. It returns all that was said.
func must(t *testing.T, code int, cmd *exec.Cmd, said *bytes.Buffer) string {
	t.Helper()
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait() // the exit code says it
	if got := cmd.ProcessState.ExitCode(); got != code {
		t.Fatalf("runexp %q: exit code %d, want %d:\n%s", cmd.Args[1:], got, code, said)
	}
	return said.String()
}

// outcome is all of a finished run that must not depend on interruptions.
type outcome struct {
	metrics  map[string][]store.Point
	pictures map[string]string // by name and step: the pixels
	stages   string            // events
}

// outcomeOf reads the last run of the notebook in dir, and checks notebook and
// folder on the way.
func outcomeOf(t *testing.T, dir string) outcome {
	t.Helper()
	ctx := t.Context()
	s, err := store.OpenReadOnly(ctx, filepath.Join(dir, "runs", "runexp.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if err := s.Check(ctx); err != nil {
		t.Fatal(err)
	}
	run, err := s.FindRun(ctx, "last")
	if err != nil || run.Status != store.Finished {
		t.Fatalf("the last run is %s, %v", run.Status, err)
	}
	o := outcome{metrics: map[string][]store.Point{}, pictures: map[string]string{}}
	names, err := s.MetricNames(ctx, run.Number)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		if strings.HasPrefix(name, "time/") {
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
	folder := filepath.Join(dir, "runs", "crash", run.UID.Short())
	for _, a := range artifacts {
		kept, err := s.Blob(ctx, a.Hash)
		if err != nil {
			t.Fatal(err)
		}
		file := filepath.Join(folder, a.Name)
		if written, err := os.ReadFile(file); err != nil || !bytes.Equal(written, kept) {
			t.Errorf("%s is not the picture in the notebook, %v", a.Name, err)
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
	if left, _ := filepath.Glob(filepath.Join(dir, "runs", "crash", "*", "*checkpoint*")); len(left) > 0 {
		t.Errorf("checkpoints are left: %v", left)
	}
	return o
}

func (o outcome) compare(t *testing.T, want outcome) {
	t.Helper()
	for name, points := range want.metrics {
		if !slices.Equal(o.metrics[name], points) {
			t.Errorf("%s is other than undisturbed: %d values, want %d", name, len(o.metrics[name]), len(points))
		}
	}
	if len(o.metrics) != len(want.metrics) || len(o.pictures) != len(want.pictures) {
		t.Errorf("%d metrics and %d pictures, want %d and %d", len(o.metrics), len(o.pictures), len(want.metrics), len(want.pictures))
	}
	for name, pixels := range want.pictures {
		if o.pictures[name] != pixels {
			t.Errorf("%s is another picture than undisturbed, or missing", name)
		}
	}
	if o.stages != want.stages {
		t.Errorf("stages\n%swant\n%s", o.stages, want.stages)
	}
}

// undisturbed runs the experiment to its end.
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

// TestKilled kills runs at random moments and repeats the command until they
// have finished, with one notebook each. RUNEXP_KILLS is how many times.
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
		for finished := false; !finished; {
			cmd, said := program(t, dir, "-c", "crash.yaml")
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			var timer *time.Timer
			if killed < kills {
				timer = time.AfterFunc(time.Duration(random.IntN(800))*time.Millisecond, func() { _ = cmd.Process.Kill() })
			}
			err := cmd.Wait()
			if timer != nil {
				timer.Stop()
			}
			if strings.Contains(said.String(), "going on with run") {
				gone++
			}
			var ended *exec.ExitError
			switch {
			case err == nil:
				finished = true
			case errors.As(err, &ended) && ended.Sys().(syscall.WaitStatus).Signal() == syscall.SIGKILL:
				killed++
			default:
				t.Fatalf("%v:\n%s", err, said)
			}
		}
		outcomeOf(t, dir).compare(t, want)
	}
	if t.Logf("%d kills, gone on %d times", kills, gone); gone < kills/3 {
		t.Errorf("of %d kills only %d were gone on from", kills, gone)
	}
}

// TestTheDiskFills runs on a disk of a few megabytes that something else fills.
func TestTheDiskFills(t *testing.T) {
	want := undisturbed(t)
	dir := t.TempDir()
	disk := filepath.Join(dir, "runs")
	place(t, dir)
	if err := os.Mkdir(disk, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Mount("tmpfs", disk, "tmpfs", 0, "size=16m"); err != nil {
		t.Skipf("a small disk cannot be mounted here (%v); it can by root", err)
	}
	defer func() {
		if err := syscall.Unmount(disk, 0); err != nil {
			t.Error(err)
		}
	}()
	ballast := filepath.Join(disk, "ballast")
	cmd, said := program(t, dir, "-c", "crash.yaml", "--quiet")
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	waitFor(t, filepath.Join(disk, "crash", "*", "checkpoint"))
	if err := fill(ballast); !errors.Is(err, syscall.ENOSPC) {
		t.Fatal(err)
	}
	_ = cmd.Wait() // the exit code says it
	text := said.String()
	if code := cmd.ProcessState.ExitCode(); code != 1 {
		t.Errorf("exit code %d, want 1:\n%s", code, text)
	}
	for _, part := range []string{"run 1 stopped: ", "the same command goes on at iteration "} {
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
	// A disk that is full from the start: nothing is begun.
	cmd, said = program(t, dir, "-c", "crash.yaml", "--quiet")
	must(t, 1, cmd, said)

	if err := os.Remove(ballast); err != nil {
		t.Fatal(err)
	}
	cmd, said = program(t, dir, "-c", "crash.yaml")
	if text := must(t, 0, cmd, said); !strings.Contains(text, "going on with run 1 (") {
		t.Errorf("with space again it does not go on:\n%s", text)
	}
	outcomeOf(t, dir).compare(t, want)
}

// fill writes until nothing more is taken.
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

// waitFor waits until there is a file.
func waitFor(t *testing.T, pattern string) {
	t.Helper()
	for deadline := time.Now().Add(20 * time.Second); time.Now().Before(deadline); time.Sleep(5 * time.Millisecond) {
		if files, _ := filepath.Glob(pattern); len(files) > 0 {
			return
		}
	}
	t.Fatalf("there is no %s", pattern)
}

// TestFoldersThatMayNotBeWritten runs as a user who may not.
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
	// A notebook in a folder that was closed later can be read and not written.
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

// shareBinary puts the test binary where every user can run it.
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
