package lpips

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"runexp/backbones"
	"runexp/framework"
	"runexp/framework/weights"
)

// file writes a safetensors file with the first n layers' weights, each of its width plus more.
func file(t *testing.T, n, more int) string {
	t.Helper()
	header, data := map[string]any{}, []byte{}
	for i, width := range []int{64, 128, 256, 512, 512}[:n] {
		begin := len(data)
		for range width + more {
			data = binary.LittleEndian.AppendUint32(data, math.Float32bits(0.5))
		}
		header[fmt.Sprintf("lin%d.model.1.weight", i)] = map[string]any{"dtype": "F32", "shape": []int{1, width + more, 1, 1}, "data_offsets": []int{begin, len(data)}}
	}
	text, err := json.Marshal(header)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "vgg.safetensors")
	if err := os.WriteFile(path, append(append(binary.LittleEndian.AppendUint64(nil, uint64(len(text))), text...), data...), 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

// TestFiles: files that are not the published one are refused.
func TestFiles(t *testing.T) {
	for path, want := range map[string]string{
		file(t, 5, 0):                    "its numbers are not those of LPIPS's vgg.pth of version 0.1",
		file(t, 4, 0):                    "it has no lin4.model.1.weight, so it is not LPIPS's vgg.pth",
		file(t, 5, 1):                    "lin0.model.1.weight has 65 numbers, not 64",
		filepath.Join(t.TempDir(), "no"): "no such file",
	} {
		if _, err := Read(path); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %q", err, want)
		}
	}
}

// TestNetworks: the metric needs weights, and VGG-16 as it was trained.
func TestNetworks(t *testing.T) {
	layers := func(name, pooling string) []framework.Layer {
		plugin, err := backbones.Registry(weights.Places{}).Lookup(name)
		if err != nil {
			t.Fatal(err)
		}
		b, err := plugin.New(plugin.Options())
		if err != nil {
			t.Fatal(err)
		}
		list := b.Layers()
		for i := range list {
			list[i].Kind = strings.Replace(list[i].Kind, "maxpool", pooling, 1)
		}
		return list
	}
	m, err := Read("")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		m             framework.Metric
		name, pooling string
		want          string // of the error; "" for none
	}{
		{m, "vgg16", "maxpool", "name their file with evaluate.lpips"},
		{New(make([][]float32, 5)), "vgg16", "maxpool", ""},
		{New(make([][]float32, 5)), "vgg16", "avgpool", "another up to relu1_2; score with evaluate.backbone: {name: vgg16}"},
		{New(make([][]float32, 5)), "vgg19", "maxpool", "another up to relu3_3"},
		{New(make([][]float32, 5)), "vgg11", "maxpool", "another up to relu1_2"},
		{New(make([][]float32, 5)), "vgg19-lite", "maxpool", "another up to relu1_2"},
	} {
		err := c.m.(framework.NetworkChecker).CheckNetwork(layers(c.name, c.pooling))
		if c.want == "" && err != nil || c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) {
			t.Errorf("%s with %s: error %v, want %q", c.name, c.pooling, err, c.want)
		}
	}
	if _, err := m.Prepare(nil, ""); err == nil {
		t.Error("prepared without weights")
	}
}
