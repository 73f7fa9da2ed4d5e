package sweep

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"runexp/framework/store"
	"runexp/internal/folderlock"
)

// A trial that another process ends while the report is written is in the report, and
// no other process writes one meanwhile.
func TestTrialThatEndsMeanwhile(t *testing.T) {
	s := openTest(t)
	w := fixture{ends: ending{47: neverBegun}}.make(t, s)
	last, err := s.Begin(t.Context(), store.NewRun{Experiment: "layers", TrialHash: "h47"})
	if err != nil {
		t.Fatal(err)
	}
	out, looks := t.TempDir(), 0
	progress := func(what string) {
		if what != "effects" { // the trials were read
			return
		}
		if looks++; looks == 1 {
			stopped, stop := context.WithCancel(t.Context())
			stop()
			if _, err := folderlock.Acquire(stopped, filepath.Join(out, w.Experiment)); !errors.Is(err, context.Canceled) {
				t.Errorf("another process could write its report: %v", err)
			}
			if err := last.Finish(t.Context(), store.Finished, ""); err != nil {
				t.Fatal(err)
			}
		}
	}
	_, paths, err := Write(t.Context(), s, w.Experiment, w.Number, out, progress)
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range paths[:2] {
		page, err := os.ReadFile(path)
		if err != nil || !strings.Contains(string(page), "All 48 trials finished") {
			t.Errorf("%s is of before the last trial ended; %v", path, err)
		}
	}
	release, err := folderlock.Acquire(t.Context(), filepath.Join(out, w.Experiment))
	if err != nil {
		t.Fatal(err)
	}
	release()
}
