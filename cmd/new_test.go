package cmd

import (
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Each commented setting of a new config is valid without its comment sign.
func TestNewConfigLines(t *testing.T) {
	dir := t.TempDir()
	var images []string
	for _, name := range []string{"photo.png", "painting.png", "other.png"} {
		images = append(images, filepath.Join(dir, name))
		if err := writePicture(images[len(images)-1], 24, 32); err != nil {
			t.Fatal(err)
		}
	}
	file := filepath.Join(dir, "new.yaml")
	a := &app{plugins: testPlugins(), stdout: io.Discard, stderr: io.Discard}
	if code := a.main(t.Context(), append([]string{"new", "--quiet", "-o", file}, images...)); code != exitOK {
		t.Fatalf("exit code %d", code)
	}
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	_, settings, _ := strings.Cut(string(text), "\n\n")
	lines := strings.Split(settings, "\n")
	tried := map[string]bool{}
	for i, line := range lines {
		before, setting, is := strings.Cut(line, "# ")
		if !is || strings.TrimSpace(before) != "" {
			continue
		}
		changed := append([]string{}, lines...)
		changed[i] = before + setting
		if err := os.WriteFile(file, []byte(strings.Join(changed, "\n")), 0o644); err != nil {
			t.Fatal(err)
		}
		if _, err := a.loader().Load(file, nil); err != nil {
			t.Errorf("%s: %v", line, err)
		}
		key, _, _ := strings.Cut(strings.TrimLeft(setting, "- {"), ":")
		tried[key] = true
	}
	for _, key := range []string{"size", "strength", "time", "image"} {
		if !tried[key] {
			t.Errorf("no commented line sets %s", key)
		}
	}
}
