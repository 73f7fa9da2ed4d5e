package python

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"runexp/experiments"
	"runexp/experiments/executor/local"
	"runexp/experiments/plan"
	"runexp/experiments/testbed"
	"runexp/experiments/trial"
	"runexp/framework/imaging"
	"runexp/framework/store"
)

// The file reads stores of the version that this program writes.
func TestSchema(t *testing.T) {
	if want := fmt.Sprintf("\nSCHEMA = %d ", store.SchemaVersion()); !strings.Contains(string(File()), want) {
		t.Errorf("runexp.py has no line %q; compare its queries with the new schema", strings.TrimSpace(want))
	}
}

// TestPython runs test_runexp.py on a store that is being written and on one that is not,
// with the standard library alone and with pandas.
func TestPython(t *testing.T) {
	bed := testbed.New(t)
	sweep(t, bed)
	running := unfinished(t, bed.Store)
	want := wanted(t, bed)
	env := []string{"RUNEXP_TEST_STORE=" + bed.Store.Path(), "RUNEXP_TEST_WANT=" + want}

	system := python(t, "python3")
	runPython(t, system, env, "-S")
	if err := running.Finish(t.Context(), store.Failed, "the loss is not finite"); err != nil {
		t.Fatal(err)
	}
	if err := bed.Store.Close(); err != nil {
		t.Fatal(err)
	}
	runPython(t, system, env, "-S")
	t.Run("pandas", func(t *testing.T) {
		runPython(t, python(t, os.Getenv("RUNEXP_PYTHON")), append(env, "RUNEXP_TEST_PANDAS=1"))
	})
}

// python returns the path of an interpreter. Without it the test is skipped, or fails if the
// comma-separated list RUNEXP_REQUIRE has "python".
func python(t *testing.T, name string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	if err == nil {
		return path
	}
	const missing = "no Python: install python3, and set RUNEXP_PYTHON to one with pandas and Pillow"
	if slices.Contains(strings.Split(os.Getenv("RUNEXP_REQUIRE"), ","), "python") {
		t.Fatal(missing)
	}
	t.Skip(missing)
	return ""
}

// runPython runs test_runexp.py, which leaves nothing beside it.
func runPython(t *testing.T, interpreter string, env []string, flags ...string) {
	t.Helper()
	command := exec.CommandContext(t.Context(), interpreter, append(flags, "-B", "test_runexp.py")...)
	command.Env = append(os.Environ(), env...)
	if out, err := command.CombinedOutput(); err != nil {
		t.Errorf("%v: %v\n%s", command.Args, err, out)
	}
}

// TestPage runs the example of docs/python.md.
func TestPage(t *testing.T) {
	interpreter := python(t, os.Getenv("RUNEXP_PYTHON"))
	page, err := os.ReadFile("../docs/python.md")
	if err != nil {
		t.Fatal(err)
	}
	_, example, _ := strings.Cut(string(page), "```python\n")
	example, _, found := strings.Cut(example, "```\n")
	if !found {
		t.Fatal("docs/python.md has no example")
	}
	bed := testbed.New(t)
	sweep(t, bed)
	if err := bed.Store.Close(); err != nil {
		t.Fatal(err)
	}
	for name, data := range map[string][]byte{"runexp.py": File(), "example.py": []byte(example)} {
		if err := os.WriteFile(filepath.Join(bed.Dir, name), data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if err := errors.Join(os.Mkdir(filepath.Join(bed.Dir, "runs"), 0o755), os.Rename(bed.Store.Path(), filepath.Join(bed.Dir, "runs", "runexp.db"))); err != nil {
		t.Fatal(err)
	}
	command := exec.CommandContext(t.Context(), interpreter, "-B", "example.py")
	command.Dir = bed.Dir
	out, err := command.CombinedOutput()
	if err != nil || !strings.Contains(string(out), "median") {
		t.Errorf("%v\n%s", err, out)
	}
	for name, height := range map[string]int{"best.png": 24, "sheet.png": 48} {
		picture, err := imaging.Decode(filepath.Join(bed.Dir, name))
		if err != nil || picture.H != height || picture.W != 32 {
			t.Errorf("%s: %v, %+v", name, err, picture)
		}
	}
}

// sweep runs a sweep of two trials, with pictures on the way and a vote.
func sweep(t *testing.T, bed testbed.Bed) {
	t.Helper()
	config := bed.Load(t, "output: {every: 2}\nsweep:\n  metrics: [eval/content]\n  parameters: [{path: losses.content.layers, values: [[relu2_1], [relu1_2]]}]\n",
		"experiment: x", "experiment: layers")
	p, err := plan.NewPlanner(bed.Plugins, bed.Engine).New(t.Context(), config, plan.Options{})
	if err != nil {
		t.Fatal(err)
	}
	recorded, err := experiments.Record(t.Context(), p, bed.Store)
	if err != nil {
		t.Fatal(err)
	}
	runner, err := trial.NewRunner(p, bed.Store, trial.Options{Out: bed.Dir})
	if err != nil {
		t.Fatal(err)
	}
	tally, err := recorded.Run(t.Context(), runner, local.New(runner.Run, local.Limits{Jobs: 1}), ignored{})
	if err != nil || tally.Finished != 2 {
		t.Fatalf("%+v, %v", tally, err)
	}
	planned := store.NewSweep{Experiment: "planned", Method: "grid", Plan: json.RawMessage("{}"), Trials: []store.PlannedTrial{{Hash: "h", Point: json.RawMessage("{}")}}}
	if _, err := bed.Store.PlanSweep(t.Context(), planned); err != nil {
		t.Fatal(err)
	}
	picture := store.Shown{Run: 1, Picture: strings.Repeat("0", 64)}
	question := store.Question{UID: store.NewUID(), Text: "Which is better?", Left: picture, Right: store.Shown{Run: 2, Picture: picture.Picture}}
	if err := bed.Store.AddQuestions(t.Context(), []store.Question{question}); err != nil {
		t.Fatal(err)
	}
	if _, err := bed.Store.AddVotes(t.Context(), []store.Vote{{Question: question.UID, Voter: "me", Choice: store.Left}}, false); err != nil {
		t.Fatal(err)
	}
}

// ignored is a Listener.
type ignored struct{}

func (ignored) Kept(plan.Trial, store.RunSummary)     {}
func (ignored) Ended(plan.Trial, trial.Outcome, bool) {}

// unfinished returns a run that still records, with losses that are not finite.
func unfinished(t *testing.T, s *store.Store) *store.Run {
	t.Helper()
	run, err := s.Begin(t.Context(), store.NewRun{Experiment: "other", ConfigResolved: "experiment: other\n"})
	if err != nil {
		t.Fatal(err)
	}
	for step, loss := range []float64{math.NaN(), math.Inf(1)} {
		if err := run.Log(t.Context(), step, []store.Value{{Name: "loss/total", Value: loss}}); err != nil {
			t.Fatal(err)
		}
	}
	if err := run.Artifact(t.Context(), store.Artifact{Kind: "content", Name: "content.png", MIME: "image/png", Data: []byte{1}}); err != nil {
		t.Fatal(err)
	}
	if err := run.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	return run
}

// wanted returns what test_runexp.py compares with, read by package store: JSON.
func wanted(t *testing.T, bed testbed.Bed) string {
	t.Helper()
	s, ctx := bed.Store, t.Context()
	runs := must(s.Runs(ctx, store.Filter{}))(t)
	first := must(s.FindRun(ctx, "1"))(t)
	names := must(s.MetricNames(ctx, 1))(t)
	slices.Sort(names)
	params := map[string]any{}
	for _, p := range must(s.Params(ctx, 2))(t) {
		params[p.Path] = p.Value
	}
	environment := map[string]string{}
	for _, f := range must(s.Env(ctx, 1))(t) {
		environment[f.Name] = f.Value
	}
	scores := map[string]float64{}
	for _, v := range must(s.Scores(ctx, 1, must(s.Scorers(ctx))(t)[0].Hash))(t) {
		scores[v.Name] = v.Value
	}
	return string(must(json.Marshal(map[string]any{
		"runs":        each(runs, func(r store.RunSummary) int64 { return r.Number }),
		"uid":         first.UID.String(),
		"config":      first.ConfigResolved,
		"loss":        first.Loss,
		"losses":      each(must(s.Series(ctx, 1, "loss/total"))(t), func(p store.Point) float64 { return p.Value }),
		"metrics":     names,
		"params":      params,
		"environment": environment,
		"scores":      scores,
		"pictures":    each(must(s.Artifacts(ctx, 1))(t), func(a store.StoredArtifact) string { return a.Name }),
		"picture":     filepath.Join(trial.Folder(bed.Dir, first.Experiment, first.UID), trial.FinalPicture),
	}))(t))
}

// each returns f of each item.
func each[T, U any](list []T, f func(T) U) []U {
	out := []U{}
	for _, item := range list {
		out = append(out, f(item))
	}
	return out
}

// must returns a value or, if err is not nil, fails the test.
func must[T any](value T, err error) func(*testing.T) T {
	return func(t *testing.T) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return value
	}
}
