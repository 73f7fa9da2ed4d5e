package config_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"runexp/framework/config"
)

// Each testdata/bad/*.bad.yaml begins with its expected problems, one
// `# want: line:col: path: message` each, with HERE for its folder.
func TestBadFiles(t *testing.T) {
	files, err := filepath.Glob("testdata/bad/*.bad.yaml")
	if err != nil || len(files) < 30 {
		t.Fatalf("found %d files, %v", len(files), err)
	}
	here, err := filepath.Abs("testdata/bad")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".bad.yaml"), func(t *testing.T) {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			var want []string
			for line := range strings.Lines(string(text)) {
				if problem, ok := strings.CutPrefix(line, "# want: "); ok {
					want = append(want, strings.TrimSpace(problem))
				}
			}
			_, err = loader().Load(file, nil)
			got := messages(t, err, file, here)
			if got != strings.Join(want, "\n") {
				t.Errorf("%s\ngot\n%s\nwant\n%s", file, got, strings.Join(want, "\n"))
			}
		})
	}
}

// messages returns the lines of err without the name of the file itself.
func messages(t *testing.T, err error, file, here string) string {
	t.Helper()
	if err == nil {
		return ""
	}
	var problems config.Problems
	if !errors.As(err, &problems) {
		t.Fatalf("%T is no Problems: %v", err, err)
	}
	lines := strings.Split(err.Error(), "\n")
	for i := range lines {
		lines[i] = strings.TrimPrefix(lines[i], file+":")
	}
	return strings.NewReplacer(here, "HERE", filepath.Dir(here), "TESTDATA").Replace(strings.Join(lines, "\n"))
}
