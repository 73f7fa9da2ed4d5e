package file

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"runexp/framework"
)

const good = `weights: net.safetensors
input: {order: RGB, scale: 1, mean: [0, 0, 0], std: [1, 1, 1]}
layers:
  - {name: conv1, kind: conv, channels: 4, kernel: 3}
  - {name: relu1, kind: relu}
  - {name: pool1, kind: maxpool, kernel: 2}
`

func describe(t *testing.T, text string) (framework.Backbone, string, error) {
	t.Helper()
	c := Defaults()
	c.Path = filepath.Join(t.TempDir(), "net.yaml")
	if err := os.WriteFile(c.Path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	v, err := New(c)
	return v, c.Path, err
}

// TestStrides: the default stride of a convolution is one pixel, of a pooling its window.
func TestStrides(t *testing.T) {
	v, _, err := describe(t, good)
	if err != nil {
		t.Fatal(err)
	}
	if l := v.Layers(); l[0].Stride != 1 || l[2].Stride != 2 {
		t.Errorf("%+v", l)
	}
}

// TestBadDescriptions: every error has the file, the line and what is accepted, and is
// one of the option path.
func TestBadDescriptions(t *testing.T) {
	for _, c := range []struct{ old, new, want string }{
		{good, "", ": empty"},
		{good, "layers: [", ": not YAML: yaml: line 1"},
		{good, good + "---\n" + good, ": more than one document"},
		{good, "- 1\n", ":1: must be a mapping with the keys input, layers, weights"},
		{good, strings.Repeat("#", maxBytes+1), ": larger than 1048576 bytes"},
		{"weights: net.safetensors\n", "", ":1: needs the key weights"},
		{"net.safetensors", "", ":1: weights: name a .safetensors"},
		{"net.safetensors", "~other/net.pth", ":1: weights: ~other/net.pth: only ~/ is supported"},
		{"kernel: 3", "kernal: 3", `:4: unknown key "kernal"; did you mean "kernel"?`},
		{"kernel: 3", "kernel: 3, kernel: 3", ":4: kernel is written twice"},
		{"kernel: 3", "kernel: three", `:4: must be a whole number, not "three"`},
		{"kernel: 3", "kernel: 99999999999", `:4: must be a whole number`},
		{"kernel: 3", "kernel: [3, 3]", ":4: must be one value"},
		{"kernel: 3", "kernel: 0", ":4: layer 1: kernel: 0 is not from 1 to 63"},
		{"kernel: 3", "kernel: 3, bias: no", `:4: must be true or false, not "no"`},
		{"kernel: 3", "kernel: 3, batch_norm: bn, epsilon: .nan", `:4: must be a finite number, not ".nan"`},
		{"kernel: 3", "kernel: &k 3, stride: *k", ":4: anchors are not read here"},
		{"kind: relu", "kind: gelu", `:5: layer 2: kind: unknown kind "gelu"; did you mean "relu"?`},
		{"kind: relu", "inputs: conv1, kind: relu", ":5: must be a list"},
		{"{name: relu1, kind: relu}", "relu", ":5: must be a mapping"},
		{"scale: 1, ", "", ":2: needs the key scale"},
		{"scale: 1", "scale: 0", ":2: scale: must be positive"},
		{"RGB", "GBR", ":2: order: must be RGB or BGR, not GBR"},
		{"mean: [0, 0, 0]", "mean: [0, 0]", ":2: needs three numbers"},
		{"std: [1, 1, 1]", "std: [1, 0, 1]", ":2: std: must be positive"},
	} {
		_, path, err := describe(t, strings.Replace(good, c.old, c.new, 1))
		var field *framework.FieldError
		if err == nil || !strings.Contains(err.Error(), path+c.want) || !errors.As(err, &field) || field.Field != "path" {
			t.Errorf("%s for %s: %v, want %q of the option path", c.new, c.old, err, c.want)
		}
	}
	_, path, err := describe(t, strings.NewReplacer("kernel: 3", "kernel: 0, channels: 0", ", channels: 4", "", "kind: relu", "kind: gelu").Replace(good))
	if err == nil || strings.Count(err.Error(), path+":") != 3 {
		t.Errorf("error %v, want three problems, each with its place", err)
	}
	for path, want := range map[string]string{"": "give the YAML file", t.TempDir(): "not a regular file", "nosuch.yaml": "no such file"} {
		if _, err := New(Config{Path: path}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", path, err, want)
		}
	}
}

// TestMissingWeights: the error has the place that names the file.
func TestMissingWeights(t *testing.T) {
	v, path, err := describe(t, good)
	if err != nil {
		t.Fatal(err)
	}
	_, err = v.Weights([]string{"conv1"})
	for _, want := range []string{filepath.Join(filepath.Dir(path), "net.safetensors"), path + ":1 names it"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %q in it", err, want)
		}
	}
}

// FuzzParse: any description is either refused with its place, or a network whose layers,
// tensors and smallest picture are known.
func FuzzParse(f *testing.F) {
	f.Add([]byte(good))
	for _, name := range toys() {
		data, err := os.ReadFile(filepath.Join("testdata", name+".yaml"))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		d, err := parse("net.yaml", data)
		if err == nil {
			_, err = d.network(true)
		}
		if err != nil {
			if !strings.Contains(err.Error(), "net.yaml") {
				t.Fatalf("error %v without a place", err)
			}
			return
		}
		n, err := d.network(true)
		if err != nil {
			t.Fatal(err)
		}
		layers := n.Layers()
		side, err := n.MinSide(framework.LayerNames(layers))
		if err != nil || side < 1 {
			t.Fatalf("smallest picture %d, %v", side, err)
		}
		for _, l := range layers {
			if l.Channels < 1 || l.Stride < 1 || l.Receptive < 1 || l.Parameters < 0 {
				t.Fatalf("%+v", l)
			}
		}
		n.Tensors(nil)
	})
}
