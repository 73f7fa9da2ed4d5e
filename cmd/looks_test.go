package cmd

import (
	"os"
	"path/filepath"
	"testing"

	"runexp/configs"
	"runexp/framework/config"
)

// TestLooks runs the commands of docs/looks.md that write configs, and loads these with
// the settings of every other command.
func TestLooks(t *testing.T) {
	root, err := filepath.Abs("..")
	if err != nil {
		t.Fatal(err)
	}
	commands := commandLines(t, filepath.Join(root, "docs/looks.md"))
	t.Chdir(t.TempDir())
	for _, name := range []string{"configs", "docs"} {
		if err := os.Symlink(filepath.Join(root, name), name); err != nil {
			t.Fatal(err)
		}
	}
	settings := &config.Loader{Plugins: testPlugins(), Presets: configs.Presets()}
	for _, line := range commands {
		switch words := shellWords(line); {
		case words[0] == "make":
		case words[1] == "new":
			c := testRoot()
			c.SetArgs(words[1:])
			if err := c.Execute(); err != nil {
				t.Errorf("%q: %v", line, err)
			}
		case words[1] == "-c" && len(words) > 2:
			if _, err := settings.Load(words[2], words[3:]); err != nil {
				t.Errorf("%q: %v", line, err)
			}
		default:
			t.Errorf("%q is checked by no test", line)
		}
	}
}
