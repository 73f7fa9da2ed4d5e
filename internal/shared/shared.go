// Package shared finds the weights, images and reference numbers that tests
// use and that are not part of the repository.
package shared

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// Dir returns the folder RUNEXP_SHARED, or ../shared next to the repository.
// Where there is none the test is skipped, or fails if RUNEXP_REQUIRE, a list
// separated by commas, names "shared".
func Dir(t testing.TB) string {
	t.Helper()
	dir := os.Getenv("RUNEXP_SHARED")
	if dir == "" {
		dir = filepath.Join(root(t), "..", "shared")
	}
	if _, err := os.Stat(filepath.Join(dir, "golden")); err == nil {
		return dir
	}
	const missing = "the shared weights, images and reference numbers are not here: set RUNEXP_SHARED to their folder"
	if slices.Contains(strings.Split(os.Getenv("RUNEXP_REQUIRE"), ","), "shared") {
		t.Fatal(missing)
	}
	t.Skip(missing)
	return ""
}

// root returns the repository's folder: the nearest one above with a go.mod.
func root(t testing.TB) string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir
		}
		above := filepath.Dir(dir)
		if above == dir {
			t.Fatal("no go.mod above the test's folder")
		}
		dir = above
	}
}
