package experiments_test

import (
	"path/filepath"
	"strings"
	"testing"

	"runexp/experiments/goldens"
)

// TestPresetsArePyTorchs compares every preset that has a reference with it. The race detector skips it by its
// name, since plain kernels take minutes.
func TestPresetsArePyTorchs(t *testing.T) {
	files, err := filepath.Glob("testdata/golden/*.json")
	if err != nil || len(files) == 0 {
		t.Fatalf("no references: %v", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".json"), func(t *testing.T) { goldens.Check(t, file) })
	}
}
