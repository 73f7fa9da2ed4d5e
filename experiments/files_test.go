package experiments

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"runexp/framework"
	"runexp/losses/tv"
)

// marked is the options of a loss that reads a file.
type marked struct {
	Mask string `config:"mask,file" doc:"a file"`
}

// A trial's identity includes the contents of its plugins' files, not their names.
func TestPluginFilesArePartOfTheIdentity(t *testing.T) {
	b := newBed(t)
	framework.Register(b.Plugins.Losses, "marked", "", func() marked { return marked{} },
		func(marked) (framework.Loss, error) { return tv.New(tv.Defaults()) })
	file := func(name, data string) string {
		path := filepath.Join(b.Dir, name)
		if err := os.WriteFile(path, []byte(data), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	hash := func(path string) string {
		t.Helper()
		s, err := b.plan(t, "sweep: {parameters: [{path: losses.style.weight, values: [1]}]}", "losses:\n", "losses:\n  - {type: marked, mask: "+path+"}\n")
		if err != nil {
			t.Fatal(err)
		}
		return s.Trials[0].Hash
	}
	before := hash(file("a.mask", "left"))
	if hash(file("b.mask", "left")) != before {
		t.Error("renaming the file changes the identity")
	}
	if hash(file("a.mask", "right")) == before {
		t.Error("another file does not change the identity")
	}
}

// A trial's identity includes a backbone's description and the contents of its weights.
func TestDescribedBackboneIsPartOfTheIdentity(t *testing.T) {
	b := newBed(t)
	read := func(name string) string {
		data, err := os.ReadFile(filepath.Join("..", "backbones", "file", "testdata", name))
		if err != nil {
			t.Fatal(err)
		}
		return string(data)
	}
	write := func(name, data string) {
		if err := os.WriteFile(filepath.Join(b.Dir, name), []byte(data), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	description, numbers := read("resnet.yaml"), read("resnet.safetensors")
	write("resnet.safetensors", numbers)
	hash := func(name, text string) string {
		t.Helper()
		write(name, text)
		s, err := b.plan(t, "sweep: {parameters: [{path: losses.style.weight, values: [1]}]}",
			"{name: vgg19-lite}", "{name: file, path: "+name+"}", "relu2_1", "add2", "relu1_1", "relu1")
		if err != nil {
			t.Fatal(err)
		}
		return s.Trials[0].Hash
	}
	before := hash("a.yaml", description)
	if hash("b.yaml", description) != before {
		t.Error("renaming the description changes the identity")
	}
	if hash("a.yaml", strings.Replace(description, "border: reflect", "border: replicate", 1)) == before {
		t.Error("another description does not change the identity")
	}
	write("resnet.safetensors", numbers[:len(numbers)-1]+"\x01")
	if hash("a.yaml", description) == before {
		t.Error("other weights do not change the identity")
	}
}
