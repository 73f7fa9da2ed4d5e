package docs

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"runexp/backbones/file"
	"runexp/framework"
)

// TestBackbones loads the description that the page shows: strides, receptive fields
// and the number of parameters are ResNet-18's.
func TestBackbones(t *testing.T) {
	page, err := os.ReadFile("backbones.md")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(page), "```yaml\n")
	text, _, found := strings.Cut(rest, "```\n")
	if !found {
		t.Fatal("the page shows no YAML")
	}
	c := file.Defaults()
	c.Path = filepath.Join(t.TempDir(), "net.yaml")
	if err := os.WriteFile(c.Path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	v, err := file.New(c)
	if err != nil {
		t.Fatal(err)
	}
	parameters := 0
	layers := map[string]framework.Layer{}
	for _, l := range v.Layers() {
		parameters += l.Parameters
		layers[l.Name] = l
	}
	// Kernels of conv1, four of layer1, two and the shortcut of layer2.0; a number for each channel besides.
	if want := 64*3*49 + 64 + 4*(64*64*9+64) + 128*64*9 + 128 + 128*128*9 + 128 + 128*64 + 128; parameters != want {
		t.Errorf("%d parameters, want %d", parameters, want)
	}
	for name, want := range map[string][2]int{"conv1": {2, 7}, "pool1": {4, 11}, "relu1_2": {4, 43}, "relu2_1": {8, 67}} {
		if l := layers[name]; l.Stride != want[0] || l.Receptive != want[1] {
			t.Errorf("%s: stride and receptive field %d and %d, want %v", name, l.Stride, l.Receptive, want)
		}
	}
}
