package cmd

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"runexp/configs"
	"runexp/framework/config"
)

// commandLines returns the commands of a page, of this program and of make, without
// comments; a \ at the end of a line continues it.
func commandLines(t *testing.T, path string) []string {
	t.Helper()
	page, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var list []string
	for _, line := range regexp.MustCompile(`(?m)^    (make|run|bin/runexp|sqlite3) .*$`).FindAllString(strings.ReplaceAll(string(page), "\\\n", ""), -1) {
		line, _, _ = strings.Cut(line, "  #")
		list = append(list, strings.TrimSpace(line))
	}
	if len(list) < 15 {
		t.Fatalf("%s has only the commands %q", path, list)
	}
	return list
}

// shellWords splits a command line, as a shell does what the pages have.
func shellWords(line string) []string {
	words := regexp.MustCompile(`'[^']*'|\S+`).FindAllString(line, -1)
	for i := range words {
		words[i] = strings.Trim(words[i], "'")
	}
	return words
}

// TestReadme checks that the commands of the README are valid, and the same in both
// languages.
func TestReadme(t *testing.T) {
	commands := commandLines(t, "../README.md")
	if chinese := commandLines(t, "../README.zh.md"); !slices.Equal(chinese, commands) {
		t.Errorf("README.zh.md has the commands\n%s\nand README.md\n%s", strings.Join(chinese, "\n"), strings.Join(commands, "\n"))
	}
	makefile, err := os.ReadFile("../Makefile")
	if err != nil {
		t.Fatal(err)
	}
	settings := &config.Loader{Plugins: testPlugins(), Presets: configs.Presets()}
	for _, line := range commands {
		line, _, _ = strings.Cut(line, " > ")
		words := shellWords(line)
		switch words[0] {
		case "make":
			if !strings.Contains(string(makefile), "\n"+words[1]+":") {
				t.Errorf("%q: make has no such verb", line)
			}
		case "run":
			if _, err := settings.Load("../configs/quickstart.yaml", words[1:]); err != nil {
				t.Errorf("%q: %v", line, err)
			}
		case "bin/runexp":
			c, rest, err := testRoot().Find(words[1:])
			if err == nil {
				err = c.ParseFlags(rest)
			}
			if err == nil {
				err = c.ValidateArgs(c.Flags().Args())
			}
			if err != nil {
				t.Errorf("%q: %v", line, err)
			}
		}
	}
}

// TestReadmeConfig loads the config that the README shows.
func TestReadmeConfig(t *testing.T) {
	page, err := os.ReadFile("../README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, section, _ := strings.Cut(string(page), "\n## A config\n\n")
	var text strings.Builder
	for line := range strings.Lines(section) {
		code, indented := strings.CutPrefix(line, "    ")
		if !indented {
			break
		}
		text.WriteString(code)
	}
	t.Chdir(t.TempDir())
	for _, name := range []string{"photo.jpg", "painting.jpg", "other.jpg"} {
		if err := os.WriteFile(name, nil, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile("readme.yaml", []byte(text.String()), 0o644); err != nil {
		t.Fatal(err)
	}
	settings := &config.Loader{Plugins: testPlugins(), Presets: configs.Presets()}
	resolved, err := settings.Load("readme.yaml", nil)
	if err != nil {
		t.Fatalf("%v in\n%s", err, text.String())
	}
	if got := len(resolved.Experiment.Style); got != 2 {
		t.Errorf("it has %d paintings, want 2", got)
	}
}

// TestReadmeLinks checks that the links of the READMEs have targets, and that the
// picture is small enough to load fast.
func TestReadmeLinks(t *testing.T) {
	const largest = 300_000 // bytes
	for _, name := range []string{"../README.md", "../README.zh.md", "../docs/ARCHITECTURE.md", "../docs/looks.md", "../docs/sweeps.md", "../CONTRIBUTING.md"} {
		page, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, link := range regexp.MustCompile(`\]\(([^)#:]+)\)`).FindAllStringSubmatch(string(page), -1) {
			info, err := os.Stat(filepath.Join(filepath.Dir(name), link[1]))
			switch {
			case err != nil:
				t.Errorf("%s: %v", name, err)
			case filepath.Ext(link[1]) == ".jpg" && info.Size() > largest:
				t.Errorf("%s shows %s, of %d bytes", name, link[1], info.Size())
			}
		}
	}
}
