//go:build linux

package cmd

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"runexp/framework/store"
)

// crashingSweep has twelve trials of a tenth of a second or two.
const crashingSweep = `
experiment: crashes
content: photo.png
style: painting.png
backbone: {name: vgg11}
evaluate: {every: 40, backbone: {name: vgg19-lite}}
losses:
  - {type: content, layers: [relu1_1]}
  - {name: style, type: gram, layers: [conv1_1], weight: 100}
  - {type: tv, weight: 10}
stages:
  - {size: {height: 24}, iterations: 90, optimizer: {name: adam, lr: 0.05}}
checkpoint: {every: 20ms}
sweep:
  metrics: [eval/content, eval/noise]
  parameters:
    - {path: losses.tv.weight, values: [0, 1, 10, 100]}
    - {path: losses.style.weight, values: [1, 100, 1000]}
`

// crashingAdaptiveSweep has six settings on two pairs; the results of three decide on the
// others.
const crashingAdaptiveSweep = `
experiment: crashes
backbone: {name: vgg11}
evaluate: {every: 40, backbone: {name: vgg19-lite}}
losses:
  - {type: content, layers: [relu1_1]}
  - {name: style, type: gram, layers: [conv1_1], weight: 100}
  - {type: tv, weight: 10}
stages:
  - {size: {height: 24}, iterations: 90, optimizer: {name: adam, lr: 0.05}}
checkpoint: {every: 20ms}
sweep:
  method: tpe
  run_cap: 6
  startup: 3
  metrics: [eval/content, eval/noise]
  pairs: [{content: photo.png, style: painting.png}, {content: painting.png, style: photo.png}]
  parameters:
    - {path: losses.tv.weight, min: 1, max: 100, distribution: log_uniform}
    - {path: losses.style.weight, min: 1, max: 1000, distribution: log_uniform, when: losses.tv.weight > 5}
`

// sweepOutcome is what must not depend on interruptions in a finished sweep,
// by trial hash.
type sweepOutcome struct {
	trials map[string]outcome
	scores map[string]string
}

// sweepOutcomeOf reads the sweep in the store in dir: one sweep, each trial
// of which has one finished run and none under way.
func sweepOutcomeOf(t *testing.T, dir string) sweepOutcome {
	t.Helper()
	ctx := t.Context()
	s := storeIn(t, dir, filepath.Join("runs", "runexp.db"))
	defer s.Close()
	sweeps, err := s.Sweeps(ctx, "")
	if err != nil || len(sweeps) != 1 || sweeps[0].Trials != 12 {
		t.Fatalf("sweeps %+v, %v", sweeps, err)
	}
	trials, err := s.SweepTrials(ctx, sweeps[0].Number)
	if err != nil {
		t.Fatal(err)
	}
	o := sweepOutcome{map[string]outcome{}, map[string]string{}}
	for _, trial := range trials {
		runs, err := s.Runs(ctx, store.Filter{TrialHash: trial.Hash})
		if err != nil {
			t.Fatal(err)
		}
		finished := 0
		for _, run := range runs {
			if run.Status == store.Finished {
				finished++
			}
			if run.Status == store.Running || run.Status == store.Failed {
				t.Errorf("run %d of trial %d is %s: %s", run.Number, trial.Number, run.Status, run.Message)
			}
		}
		if finished != 1 || trial.Run == nil {
			t.Fatalf("trial %d has %d finished runs", trial.Number, finished)
		}
		o.trials[trial.Hash] = outcomeOfRun(t, s, dir, *trial.Run)
		scores, err := s.Scores(ctx, trial.Run.Number, sweeps[0].Scorer)
		if err != nil || len(scores) < 10 {
			t.Errorf("trial %d has the scores %v, %v", trial.Number, scores, err)
		}
		o.scores[trial.Hash] = fmt.Sprint(scores)
	}
	return o
}

func placeSweep(t *testing.T, dir, config string) {
	t.Helper()
	place(t, dir)
	if err := os.WriteFile(filepath.Join(dir, "sweep.yaml"), []byte(config), 0o644); err != nil {
		t.Fatal(err)
	}
}

// TestSweepsKilled kills sweeps at random moments, one trial after another and
// two in parallel, and repeats the command until they have finished.
// RUNEXP_KILLS is the number of kills.
func TestSweepsKilled(t *testing.T) { killSweeps(t, crashingSweep, 15, 2) }

// TestAdaptiveSweepsKilled does the same to a sweep in which results decide on settings, one
// trial after another: its trials are the same as without kills.
func TestAdaptiveSweepsKilled(t *testing.T) { killSweeps(t, crashingAdaptiveSweep, 10, 1) }

// killSweeps kills sweeps of up to so many jobs, kills times unless RUNEXP_KILLS says how often.
func killSweeps(t *testing.T, config string, kills, jobs int) {
	t.Helper()
	if n, err := strconv.Atoi(os.Getenv("RUNEXP_KILLS")); err == nil {
		kills = n
	}
	quiet := t.TempDir()
	placeSweep(t, quiet, config)
	began := time.Now()
	cmd, said := program(t, quiet, "-c", "sweep.yaml", "--quiet")
	must(t, 0, cmd, said)
	took := time.Since(began)
	t.Logf("undisturbed it takes %v", took.Round(time.Millisecond))
	want := sweepOutcomeOf(t, quiet)

	random := rand.New(rand.NewPCG(uint64(kills), 2))
	kept := 0
	for killed, folders := 0, 0; killed < kills; folders++ {
		dir := t.TempDir()
		placeSweep(t, dir, config)
		killed += untilFinished(t, dir, kills-killed, func() time.Duration { return time.Duration((0.1 + 0.8*random.Float64()) * float64(took)) },
			func(said string) {
				if strings.Contains(said, " done before") {
					kept++
				}
			}, "-c", "sweep.yaml", "--jobs", fmt.Sprint(1+folders%jobs))
		got := sweepOutcomeOf(t, dir)
		for hash, trial := range want.trials {
			got.trials[hash].compare(t, trial)
			if got.scores[hash] != want.scores[hash] {
				t.Errorf("trial %.8s has scores\n%s\nundisturbed:\n%s", hash, got.scores[hash], want.scores[hash])
			}
		}
	}
	if kept == 0 {
		t.Error("no sweep was resumed")
	}
}

// TestTwoProgramsShareASweep starts the same command twice at once: together they
// run each trial once.
func TestTwoProgramsShareASweep(t *testing.T) {
	for name, config := range map[string]string{"planned": crashingSweep, "adaptive": crashingAdaptiveSweep} {
		dir := t.TempDir()
		placeSweep(t, dir, config)
		first, said := program(t, dir, "-c", "sweep.yaml")
		second, saidToo := program(t, dir, "-c", "sweep.yaml")
		if err := errors.Join(first.Start(), second.Start()); err != nil {
			t.Fatal(err)
		}
		if err := errors.Join(first.Wait(), second.Wait()); err != nil {
			t.Fatalf("%s: %v:\n%s\n%s", name, err, said, saidToo)
		}
		sweepOutcomeOf(t, dir)
		if !strings.Contains(said.String()+saidToo.String(), "under way in another process") {
			t.Logf("%s: they were never at the same trial", name)
		}
	}
}
