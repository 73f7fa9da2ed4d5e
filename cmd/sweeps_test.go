package cmd

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"runexp/configs"
	"runexp/experiments/plan"
	"runexp/framework/config"
)

// TestSweepsPage writes the files of docs/sweeps.md, plans the sweep of each of its
// commands, and checks that no file is without one.
func TestSweepsPage(t *testing.T) {
	root, err := filepath.Abs("..")
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(root, "docs/sweeps.md")
	commands := commandLines(t, path)
	page, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Chdir(t.TempDir())
	if err := os.Symlink(filepath.Join(root, "configs"), "configs"); err != nil {
		t.Fatal(err)
	}
	unused := writeFilesOf(t, string(page))
	pairs := writeFolders(t, string(page))
	settings := &config.Loader{Plugins: testPlugins(), Presets: configs.Presets()}
	for _, line := range commands {
		words := shellWords(line)
		if words[1] != "-c" {
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
			continue
		}
		delete(unused, words[2])
		resolved, err := settings.Load(words[2], words[3:])
		if err != nil {
			t.Errorf("%q: %v", line, err)
			continue
		}
		if resolved.Sweep == nil {
			t.Errorf("%q is no sweep", line)
			continue
		}
		if points, err := plan.Expand(resolved); err != nil || len(points) < 2 {
			t.Errorf("%q: %d trials, %v", line, len(points), err)
		}
		if words[2] == "folders.yaml" && len(resolved.Sweep.Pairs) != pairs {
			t.Errorf("%q has %d pairs, want %d", line, len(resolved.Sweep.Pairs), pairs)
		}
	}
	for name := range unused {
		t.Errorf("no command runs %s", name)
	}
}

// writeFilesOf writes the files of a page, indented blocks whose first line is "# NAME.yaml", into the working
// directory, and returns their names.
func writeFilesOf(t *testing.T, page string) map[string]bool {
	t.Helper()
	names := map[string]bool{}
	for _, block := range regexp.MustCompile(`(?m)^    # (\S+\.yaml)\n((?:    .*\n)+)`).FindAllStringSubmatch(page, -1) {
		text := regexp.MustCompile(`(?m)^    `).ReplaceAllString(block[2], "")
		if err := os.WriteFile(block[1], []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		names[block[1]] = true
	}
	if len(names) < 10 {
		t.Fatalf("the page has only the files %v", names)
	}
	return names
}

// writeFolders makes folders of photographs and paintings, and runs the page's shell
// command that writes folders.yaml of them. It returns how many pairs there are.
func writeFolders(t *testing.T, page string) int {
	t.Helper()
	pairs := [][2]string{{"a cat.jpg", "church.jpg"}, {"cup.jpg", "the, wave.jpg"}}
	for i, folder := range []string{"photos", "paintings"} {
		if err := os.Mkdir(folder, 0o755); err != nil {
			t.Fatal(err)
		}
		for _, pair := range pairs {
			if err := os.WriteFile(filepath.Join(folder, pair[i]), nil, 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
	script := regexp.MustCompile(`(?m)^    (\(echo .*\\\n.*> folders\.yaml)$`).FindStringSubmatch(page)
	if script == nil {
		t.Fatal("no command writes folders.yaml")
	}
	if out, err := exec.Command("bash", "-c", strings.TrimSpace(script[1])).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	return len(pairs)
}
