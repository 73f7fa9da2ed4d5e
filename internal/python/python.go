// Package python runs Python programs for tests: readers of other projects, of what runexp
// writes.
package python

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"testing"

	"runexp/internal/shared"
)

// Interpreter returns RUNEXP_PYTHON, an interpreter with the packages of .ci/readers.txt. If
// it is not set, the test is skipped, or fails if RUNEXP_REQUIRE has "python".
func Interpreter(t testing.TB) string {
	t.Helper()
	path := os.Getenv("RUNEXP_PYTHON")
	if path == "" {
		shared.Missing(t, "python", "no Python with other projects' readers: set RUNEXP_PYTHON to an interpreter with the packages of .ci/readers.txt")
	}
	return path
}

// Read runs a script and decodes the JSON that it prints into to.
func Read(t testing.TB, to any, script string, args ...string) {
	t.Helper()
	c := exec.CommandContext(t.Context(), Interpreter(t), append([]string{script}, args...)...)
	var stdout, stderr bytes.Buffer
	c.Stdout, c.Stderr = &stdout, &stderr
	if err := c.Run(); err != nil {
		t.Fatalf("%s: %v\n%s", script, err, &stderr)
	}
	if err := json.Unmarshal(stdout.Bytes(), to); err != nil {
		t.Fatalf("%s: %v\n%s\n%s", script, err, &stdout, &stderr)
	}
}
