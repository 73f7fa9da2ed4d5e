package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// TestMain runs the program itself if a test started it.
func TestMain(m *testing.M) {
	if os.Getenv("AS_PROGRAM") != "" {
		main()
	}
	os.Exit(m.Run())
}

// TestConfig runs masked.yaml, smaller and for two iterations.
func TestConfig(t *testing.T) { run(t) }

// TestRegion gives the sky a style image of its own, without a mask.
func TestRegion(t *testing.T) {
	run(t, "style.1.image=../../../configs/images/night.jpg", "style.1.region=sky")
}

func run(t *testing.T, more ...string) {
	t.Helper()
	dir := t.TempDir()
	program := exec.Command(os.Args[0], append([]string{
		"-c", "../masked.yaml", "--db", filepath.Join(dir, "runexp.db"), "--out", dir, "--quiet",
		"stages.0.size.long=48", "stages.0.iterations=2"}, more...)...)
	program.Env = append(os.Environ(), "AS_PROGRAM=yes")
	if out, err := program.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	if pictures, err := filepath.Glob(filepath.Join(dir, "masked", "*", "picture.png")); err != nil || len(pictures) != 1 {
		t.Errorf("pictures %v, %v", pictures, err)
	}
}
