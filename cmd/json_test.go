//go:build linux

package cmd

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"runexp/framework/store"
)

// nullable are the keys whose value, or whose items, may be null: a missing or
// non-finite number.
var nullable = []string{"loss", "last", "min", "value", "values", "analysis"}

// nulls returns the paths at which v has a null that no nullable key allows.
func nulls(path string, v any) (found []string) {
	switch v := v.(type) {
	case nil:
		return []string{path}
	case []any:
		for i, item := range v {
			found = append(found, nulls(fmt.Sprintf("%s[%d]", path, i), item)...)
		}
	case map[string]any:
		for key, value := range v {
			list, isList := value.([]any)
			if slices.Contains(nullable, key) && (value == nil || isList && slices.Contains(list, nil)) {
				continue
			}
			found = append(found, nulls(path+"."+key, value)...)
		}
	}
	return found
}

// snake matches every valid key.
var snake = regexp.MustCompile(`^[a-z][a-z0-9_]*$`)

// oddKeys returns the paths of the keys in v that are not in snake case.
func oddKeys(path string, v any) (found []string) {
	switch v := v.(type) {
	case []any:
		for i, item := range v {
			found = append(found, oddKeys(fmt.Sprintf("%s[%d]", path, i), item)...)
		}
	case map[string]any:
		for key, value := range v {
			if !snake.MatchString(key) {
				found = append(found, path+"."+key)
			}
			found = append(found, oddKeys(path+"."+key, value)...)
		}
	}
	return found
}

// Whatever a store holds, --json prints JSON: empty lists as lists, and numbers
// with the bits that are stored.
func TestJSONOfEveryVerb(t *testing.T) {
	dir := t.TempDir()
	place(t, dir)
	said := func(code int, args ...string) []byte {
		t.Helper()
		cmd, _ := program(t, dir, args...)
		var stdout, stderr bytes.Buffer
		cmd.Stdout, cmd.Stderr = &stdout, &stderr
		_ = cmd.Run() // the exit code says it
		if got := cmd.ProcessState.ExitCode(); got != code {
			t.Fatalf("runexp %q: exit code %d, want %d:\n%s", args, got, code, &stderr)
		}
		var v any
		if err := json.Unmarshal(stdout.Bytes(), &v); err != nil {
			t.Fatalf("runexp %q: %v:\n%s", args, err, &stdout)
		}
		if found := nulls("", v); len(found) > 0 {
			t.Errorf("runexp %q: null at %v", args, found)
		}
		if found := oddKeys("", v); len(found) > 0 {
			t.Errorf("runexp %q: keys %v", args, found)
		}
		return stdout.Bytes()
	}
	short := []string{"-c", "crash.yaml", "stages.1=null", "stages.0.iterations=3", "evaluate.backbone={name: vgg19-lite}", "--json"}
	run := func(code int, more ...string) {
		t.Helper()
		said(code, append(slices.Clone(short), more...)...)
	}

	run(0, "--dry-run")
	run(0)
	run(0) // already done
	run(3, "losses.tv.weight=1e300")
	run(0, "losses.tv.weight=1,2", "--dry-run")
	run(0, "losses.tv.weight=1,2", "sweep.early_stop={type: median}", "sweep.metrics=[eval/noise]", "--dry-run")
	run(0, "experiment=sweep", "losses.tv.weight=1,2", "sweep.metrics=[eval/noise]")

	path := filepath.Join(dir, "runs", "runexp.db")
	s, err := store.Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	ended := func(values ...float64) int64 { // a run with only these values
		r, err := s.Begin(t.Context(), store.NewRun{Experiment: "bare"})
		if err != nil {
			t.Fatal(err)
		}
		for step, value := range values {
			if err := r.Log(t.Context(), step, []store.Value{{Name: "loss/total", Value: value}}); err != nil {
				t.Fatal(err)
			}
		}
		if err := r.Finish(t.Context(), store.Killed, ""); err != nil {
			t.Fatal(err)
		}
		return r.Number()
	}
	empty := fmt.Sprint(ended())
	stored := []float64{0.1 + 0.2, math.MaxFloat64, math.SmallestNonzeroFloat64, 1e21, -1.0 / 3}
	var exact []string
	for _, value := range stored {
		exact = append(exact, fmt.Sprint(ended(value)))
	}
	infinite := fmt.Sprint(ended(math.Inf(1)))
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}

	for i, number := range exact {
		var page struct {
			Loss    float64
			Metrics []struct{ Last, Min float64 }
		}
		if err := json.Unmarshal(said(0, "show", number, "--json"), &page); err != nil {
			t.Fatal(err)
		}
		if len(page.Metrics) != 1 || page.Loss != stored[i] || page.Metrics[0].Last != stored[i] || page.Metrics[0].Min != stored[i] {
			t.Errorf("show prints %+v of %v", page, stored[i])
		}
		var comparison struct{ Metrics []struct{ Values []*float64 } }
		if err := json.Unmarshal(said(0, "compare", number, empty, "--json"), &comparison); err != nil {
			t.Fatal(err)
		}
		if v := comparison.Metrics[0].Values; *v[0] != stored[i] || v[1] != nil {
			t.Errorf("compare prints %v of %v", *v[0], stored[i])
		}
	}
	if page := said(0, "show", infinite, "--json"); !strings.Contains(string(page), `"last": null`) {
		t.Errorf("a loss that is not finite is not null:\n%s", page)
	}
	for _, line := range []string{
		"ls", "ls --sweeps", "ls bare --sweeps", "show 1", "show 2", "show " + empty, "show 3", "show 1 --config", "compare 1 2", "compare 2 " + empty,
		"compare 3 4 " + infinite, "plot 1", "strip 1", "report sweep", "vote sweep", "export csv", "export parquet 1", "export tensorboard sweep", "score 1 --by vgg19-lite", "ls --scorer last", "plugins", "backbones", "backbones vgg11",
		"weights ls", "version", "config keys", "config validate -c crash.yaml",
		"config show -c crash.yaml", "config show -c crash.yaml --resolve", "config show -c crash.yaml losses.tv.weight=1,2", "bench -c crash.yaml --repeats 1",
	} {
		said(0, append(strings.Fields(line), "--json")...)
	}
	said(2, "weights", "verify", "--json") // only the first layers
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	if s, err = store.Open(t.Context(), path); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	for _, line := range []string{"ls", "ls --sweeps"} {
		if got := strings.TrimSpace(string(said(0, append(strings.Fields(line), "--json")...))); got != "[]" {
			t.Errorf("%s of an empty store prints %s", line, got)
		}
	}
}
