//go:build linux

package cmd

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// sound is an experiment in which one thing at a time is made wrong.
const sound = `
experiment: malformed
content: photo.png
style: painting.png
backbone: {name: vgg19-lite}
losses:
  - {type: content, layers: [conv2_1]}
  - {name: style, type: gram, layers: [conv1_1]}
  - {type: tv}
stages: [{size: {long: 32}, iterations: 1}]
`

// TestMalformedInputs gives the real program everything malformed that there is
// a file of: exit code 2, a message that names the place, no panic, and nothing
// written.
func TestMalformedInputs(t *testing.T) {
	images := files(t, "../framework/imaging/testdata/bad/*")
	for _, file := range images {
		malformed(t, "image/"+filepath.Base(file), filepath.Base(file), "-c", "sound.yaml", "content.image="+file)
	}
	weights := files(t, "testdata/malformed/weights/*")
	for _, file := range weights {
		malformed(t, "weights/"+filepath.Base(file), filepath.Base(file),
			"-c", "sound.yaml", "backbone={name: vgg19, weights: "+file+"}")
	}
	configs := files(t, "../framework/config/testdata/bad/*.bad.yaml")
	for _, file := range configs {
		malformed(t, "config/"+filepath.Base(file), strings.TrimSuffix(filepath.Base(file), ".yaml"), "-c", file)
	}
	text, err := os.ReadFile("testdata/malformed/overrides.txt")
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(text)) {
		if override, named, ok := strings.Cut(strings.TrimSuffix(line, "\n"), "\t"); ok {
			malformed(t, "override/"+override, named, "-c", "sound.yaml", override)
		}
	}
}

func files(t *testing.T, pattern string) []string {
	t.Helper()
	found, err := filepath.Glob(pattern)
	if err != nil || len(found) == 0 {
		t.Fatalf("%s: %d files, %v", pattern, len(found), err)
	}
	for i := range found {
		if found[i], err = filepath.Abs(found[i]); err != nil {
			t.Fatal(err)
		}
	}
	return found
}

// malformed runs the program in a folder of its own.
func malformed(t *testing.T, name, named string, args ...string) {
	t.Run(name, func(t *testing.T) {
		t.Parallel()
		dir := t.TempDir()
		place(t, dir)
		if err := os.WriteFile(filepath.Join(dir, "sound.yaml"), []byte(sound), 0o644); err != nil {
			t.Fatal(err)
		}
		before := files(t, filepath.Join(dir, "*"))
		cmd, output := program(t, dir, args...)
		said := must(t, exitUsage, cmd, output)
		if !strings.Contains(said, named) {
			t.Errorf("it does not name %q:\n%s", named, said)
		}
		if strings.Contains(said, "goroutine ") || strings.Contains(said, "panic") {
			t.Errorf("it panics:\n%s", said)
		}
		if after := files(t, filepath.Join(dir, "*")); len(after) != len(before) {
			t.Errorf("it wrote something: %q", after)
		}
	})
}
