package dists

import (
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"runexp/backbones/vgg"
	"runexp/framework"
	"runexp/framework/weights"
)

// TestFiles: a file that is not the published one is refused.
func TestFiles(t *testing.T) {
	path := filepath.Join(t.TempDir(), "weights.safetensors")
	const n = 1475
	header := fmt.Sprintf(`{"alpha": {"dtype": "F32", "shape": [%d], "data_offsets": [0, %d]}, "beta": {"dtype": "F32", "shape": [%d], "data_offsets": [%d, %d]}}`, n, 4*n, n, 4*n, 8*n)
	file := append(binary.LittleEndian.AppendUint64(nil, uint64(len(header))), header...)
	if err := os.WriteFile(path, append(file, make([]byte, 8*n)...), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := Read(path); err == nil || !strings.Contains(err.Error(), "its numbers are not those of DISTS's weights.pt") {
		t.Errorf("error %v", err)
	}
}

// TestNetworks: the metric needs weights, and VGG-16 with Hann poolings.
func TestNetworks(t *testing.T) {
	m, err := Read("")
	if err != nil {
		t.Fatal(err)
	}
	given := New(make([]float32, 1475), make([]float32, 1475))
	for _, c := range []struct {
		m             framework.Metric
		name, pooling string
		want          string // of the error; "" for none
	}{
		{m, "vgg16", "hann", "name their file with evaluate.dists"},
		{given, "vgg16", "hann", ""},
		{given, "vgg16", "max", "score with evaluate.backbone: {name: vgg16, pooling: hann}"},
		{given, "vgg19", "hann", "another up to relu3_3"},
	} {
		options := vgg.Defaults(c.name)
		options.Pooling = c.pooling
		err := c.m.(framework.NetworkChecker).CheckNetwork(vgg.New(c.name, options, weights.Places{}).Layers())
		if c.want == "" && err != nil || c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) {
			t.Errorf("%s with %s: error %v, want %q", c.name, c.pooling, err, c.want)
		}
	}
	if _, err := m.Prepare(nil, ""); err == nil {
		t.Error("prepared without weights")
	}
}
