package experiments_test

import (
	"io/fs"
	"path/filepath"
	"strings"
	"testing"

	"runexp/configs"
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

// Every preset has a reference.
func TestNoPresetIsWithoutAReference(t *testing.T) {
	presets, err := fs.Glob(configs.Presets(), "*.yaml")
	if err != nil || len(presets) == 0 {
		t.Fatalf("no presets: %v", err)
	}
	for _, file := range presets {
		name := strings.TrimSuffix(file, ".yaml")
		if found, err := filepath.Glob("testdata/golden/" + name + ".json"); err != nil || len(found) == 0 {
			t.Errorf("%s has none", name)
		}
	}
}
