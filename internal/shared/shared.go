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

// Dir returns the folder RUNEXP_SHARED, by default ../shared next to the repository.
// If it does not exist, the test is skipped, or fails if the comma-separated list
// RUNEXP_REQUIRE has "shared".
func Dir(t testing.TB) string {
	t.Helper()
	dir := os.Getenv("RUNEXP_SHARED")
	if dir == "" {
		dir = filepath.Join(root(t), "..", "shared")
	}
	if _, err := os.Stat(filepath.Join(dir, "golden")); err == nil {
		return dir
	}
	Missing(t, "shared", "no shared weights, images and reference numbers: set RUNEXP_SHARED to their folder")
	return ""
}

// Missing skips a test that needs what is not there, or fails it if the comma-separated
// list RUNEXP_REQUIRE has its name.
func Missing(t testing.TB, name, message string) {
	t.Helper()
	if slices.Contains(strings.Split(os.Getenv("RUNEXP_REQUIRE"), ","), name) {
		t.Fatal(message)
	}
	t.Skip(message)
}

// root returns the repository's folder: the nearest parent with a go.mod.
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
		parent := filepath.Dir(dir)
		if parent == dir {
			t.Fatal("no go.mod above the test's folder")
		}
		dir = parent
	}
}
