package experiments

import (
	"os"
	"path/filepath"
	"testing"

	"runexp/framework"
	"runexp/losses/tv"
)

// marked is the options of a loss that reads a file.
type marked struct {
	Mask string `config:"mask,file" doc:"a file"`
}

// TestAFileOfAPluginIsPartOfATrial: another file is another trial, the same under
// another name is the same.
func TestAFileOfAPluginIsPartOfATrial(t *testing.T) {
	d := newDesk(t)
	framework.Register(d.Plugins.Losses, "marked", "", func() marked { return marked{} },
		func(marked) (framework.Loss, error) { return tv.New(tv.Defaults()) })
	file := func(name, data string) string {
		path := filepath.Join(d.dir, name)
		if err := os.WriteFile(path, []byte(data), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	hash := func(path string) string {
		t.Helper()
		s, err := d.plan(t, "sweep: {parameters: [{path: losses.style.weight, values: [1]}]}", "losses:\n", "losses:\n  - {type: marked, mask: "+path+"}\n")
		if err != nil {
			t.Fatal(err)
		}
		return s.Trials[0].Hash
	}
	before := hash(file("a.mask", "left"))
	if hash(file("b.mask", "left")) != before {
		t.Error("the same file under another name makes another trial")
	}
	if hash(file("a.mask", "right")) == before {
		t.Error("the file has changed and the trial has not")
	}
}
