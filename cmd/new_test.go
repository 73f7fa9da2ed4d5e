package cmd

import (
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// Each commented setting of a new config is valid without its comment sign, those of masks
// together: a region needs its mask in both images.
func TestNewConfigLines(t *testing.T) {
	dir := t.TempDir()
	var images []string
	for _, name := range []string{"photo.png", "painting.png", "other.png"} {
		images = append(images, filepath.Join(dir, name))
		if err := writePicture(images[len(images)-1], 24, 32); err != nil {
			t.Fatal(err)
		}
	}
	for _, mask := range []string{"photo-sky.png", "painting-sky.png"} { // what the comments name
		if err := writePicture(filepath.Join(dir, mask), 24, 32); err != nil {
			t.Fatal(err)
		}
	}
	file := filepath.Join(dir, "new.yaml")
	a := &app{plugins: testPlugins(), stdout: io.Discard, stderr: io.Discard}
	if code := a.main(t.Context(), append([]string{"new", "--quiet", "--size", "64", "-o", file}, images...)); code != exitOK {
		t.Fatalf("exit code %d", code)
	}
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	header, settings, _ := strings.Cut(string(text), "\n\n")
	commented := regexp.MustCompile(`^( *)# ((?:- \{)?([a-z]+): .*)$`)
	all := map[string]string{} // the config without the comment signs of a key, by key
	for line := range strings.Lines(settings) {
		if m := commented.FindStringSubmatch(strings.TrimSuffix(line, "\n")); m != nil {
			all[m[3]] = ""
		} else if strings.HasPrefix(strings.TrimSpace(line), "#") {
			t.Errorf("%q is no setting", line)
		}
	}
	for _, key := range []string{"masks", "size", "image", "strength", "time", "color"} {
		if _, has := all[key]; !has {
			t.Errorf("no commented line has %s", key)
		}
	}
	for key := range all {
		changed := []string{header, ""}
		for line := range strings.Lines(settings) {
			line = strings.TrimSuffix(line, "\n")
			if m := commented.FindStringSubmatch(line); m != nil && m[3] == key {
				line = m[1] + m[2]
			}
			changed = append(changed, line)
		}
		if err := os.WriteFile(file, []byte(strings.Join(changed, "\n")), 0o644); err != nil {
			t.Fatal(err)
		}
		if code := a.main(t.Context(), []string{"-c", file, "size=64", "stages.*.iterations=1", "--quiet", "--db", filepath.Join(dir, "runs.db"), "--out", dir}); code != exitOK {
			t.Errorf("%s: exit code %d", key, code)
		}
	}
}
