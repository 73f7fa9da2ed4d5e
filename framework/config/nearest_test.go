package config_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"runexp/framework/config"
)

// A misspelt image or config file is answered with the nearest name of its kind.
func TestNearestFiles(t *testing.T) {
	path := write(t, plain)
	if err := os.WriteFile(filepath.Join(filepath.Dir(path), "starry_night.jpg"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for text, want := range map[string]string{
		"content.image=starry_nigth.jpg": "; did you mean starry_night.jpg?",
		"content.image=other.jpg":        "",
	} {
		_, err := (&config.Loader{Plugins: plugins(), WorkDir: filepath.Dir(path)}).Load(path, []string{text})
		if err == nil || !strings.Contains(err.Error(), "no such file: ") || strings.Contains(err.Error(), "did you mean") != (want != "") || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", text, err, want)
		}
	}
}
