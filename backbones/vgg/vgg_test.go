package vgg

import (
	"context"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"runexp/framework"
	"runexp/framework/compute"
	"runexp/framework/graph"
	"runexp/framework/plugintest"
	"runexp/framework/weights"
)

// TestNetworks compares the tables with published facts: the number of weights of the
// convolutions (torchvision's models without their classifiers) and torchvision's indices.
func TestNetworks(t *testing.T) {
	for name, want := range map[string]struct{ layers, parameters int }{
		"vgg11": {21, 9220480},
		"vgg13": {25, 9404992},
		"vgg16": {31, 14714688},
		"vgg19": {37, 20024384},
	} {
		layers := New(name, Defaults(name), weights.Places{}).Layers()
		sum := 0
		for _, l := range layers {
			sum += l.Parameters
		}
		if len(layers) != want.layers || sum != want.parameters {
			t.Errorf("%s: %d layers with %d parameters, want %+v", name, len(layers), sum, want)
		}
	}
	layers := New("vgg19", Defaults("vgg19"), weights.Places{}).Layers()
	for _, want := range []framework.Layer{
		{Index: 0, Name: "conv1_1", Kind: "conv", Channels: 64, Stride: 1, Receptive: 3, Parameters: 1792},
		{Index: 4, Name: "pool1", Kind: "maxpool", Channels: 64, Stride: 2, Receptive: 6},
		{Index: 10, Name: "conv3_1", Kind: "conv", Channels: 256, Stride: 4, Receptive: 24, Parameters: 295168},
		{Index: 25, Name: "conv4_4", Kind: "conv", Channels: 512, Stride: 8, Receptive: 116, Parameters: 2359808},
		{Index: 36, Name: "pool5", Kind: "maxpool", Channels: 512, Stride: 32, Receptive: 268},
	} {
		if got := layers[want.Index]; got != want {
			t.Errorf("layer %+v, want %+v", got, want)
		}
	}
}

// write writes the first convs convolutions of name, with random numbers and tensor names
// by names.
func write(t *testing.T, path, name string, names naming, convs int) {
	t.Helper()
	random := rand.New(rand.NewPCG(3, 4))
	header := map[string]any{}
	var data []byte
	in := 3
	for _, l := range New(name, Defaults(name), weights.Places{}).Layers() {
		if l.Kind != "conv" || convs == 0 {
			continue
		}
		convs--
		for suffix, shape := range map[string][]int{".weight": {l.Channels, in, 3, 3}, ".bias": {l.Channels}} {
			n := graph.Shape(shape).Len()
			begin := len(data)
			for range n {
				v := float32(random.NormFloat64() / math.Sqrt(float64(9*in)))
				data = binary.LittleEndian.AppendUint32(data, math.Float32bits(v))
			}
			header[names.tensor(l)+suffix] = map[string]any{"dtype": "F32", "shape": shape, "data_offsets": []int{begin, len(data)}}
		}
		in = l.Channels
	}
	text, err := json.Marshal(header)
	if err != nil {
		t.Fatal(err)
	}
	file := append(binary.LittleEndian.AppendUint64(nil, uint64(len(text))), text...)
	if err := os.WriteFile(path, append(file, data...), 0o644); err != nil {
		t.Fatal(err)
	}
}

// features returns the tapped features of a small random picture.
func features(t *testing.T, v *Backbone, taps ...string) map[string][]float64 {
	t.Helper()
	b := graph.NewBuilder(compute.Plain[float32]{})
	image := b.Variable(9, 8, 3)
	nodes, err := v.Build(b, image, taps)
	if err != nil {
		t.Fatal(err)
	}
	var list []graph.Node
	for _, tap := range taps {
		list = append(list, nodes[tap])
	}
	p, err := b.Compile(list...)
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Run(context.Background(), graph.Double(image.Shape(), plugintest.Away(image.Shape().Len(), 1))); err != nil {
		t.Fatal(err)
	}
	out := map[string][]float64{}
	for _, tap := range taps {
		out[tap] = p.Value(nodes[tap]).Clone().Float64s()
	}
	return out
}

// TestFeatureScale: features of unit scale are the raw ones divided by 57.6 at every
// layer, since the network is homogeneous.
func TestFeatureScale(t *testing.T) {
	dir := t.TempDir()
	write(t, filepath.Join(dir, "vgg11-oxford.safetensors"), "vgg11", naming{byName: true}, 3)
	c := Defaults("vgg11")
	c.Weights = "vgg11-oxford"
	places := weights.Places{Env: dir}
	taps := []string{"conv1_1", "relu1_1", "pool1", "conv2_1", "conv3_1"}
	unit := features(t, New("vgg11", c, places), taps...)
	c.FeatureScale = "raw"
	raw := features(t, New("vgg11", c, places), taps...)
	for _, tap := range taps {
		for i := range raw[tap] {
			if math.Abs(unit[tap][i]*57.6-raw[tap][i]) > 1e-4*(1+math.Abs(raw[tap][i])) {
				t.Fatalf("%s[%d]: %g of unit scale, %g raw", tap, i, unit[tap][i], raw[tap][i])
			}
		}
	}
}

// TestFormats checks that each publisher's weights get that publisher's preprocessing.
func TestFormats(t *testing.T) {
	dir := t.TempDir()
	places := weights.Places{Env: dir}
	for _, names := range []format{oxford(), torchvision()} {
		tensors := naming{prefix: "features."}
		if names.name == "oxford" {
			tensors = naming{byName: true}
		}
		write(t, filepath.Join(dir, "vgg11-"+names.name+".safetensors"), "vgg11", tensors, 1)
		c := Defaults("vgg11")
		c.Weights = "vgg11-" + names.name
		w, err := New("vgg11", c, places).Weights([]string{"relu1_1"})
		if err != nil {
			t.Fatal(err)
		}
		if w.Format != names.name || w.Input != names.input || w.FeatureScale != names.scale {
			t.Errorf("%s: %+v", names.name, w)
		}
		c.Preprocessing, c.FeatureScale = "torchvision", "raw"
		if w, err = New("vgg11", c, places).Weights([]string{"relu1_1"}); err != nil || w.Input != torchvision().input || w.FeatureScale != 1 {
			t.Errorf("%s with torchvision's preprocessing: %+v, %v", names.name, w, err)
		}
	}
}

func TestPooling(t *testing.T) {
	dir := t.TempDir()
	write(t, filepath.Join(dir, "vgg11-torchvision.safetensors"), "vgg11", naming{prefix: "features."}, 1)
	c := Defaults("vgg11")
	for _, pooling := range []string{"max", "average", "l2", "hann"} {
		c.Pooling, c.PoolScale = pooling, 1
		f := features(t, New("vgg11", c, weights.Places{Env: dir}), "relu1_1", "pool1")
		const w, channels = 8, 64
		window := []float64{f["relu1_1"][0], f["relu1_1"][channels], f["relu1_1"][w*channels], f["relu1_1"][(w+1)*channels]}
		want := max(window[0], window[1], window[2], window[3])
		switch pooling {
		case "average":
			want = (window[0] + window[1] + window[2] + window[3]) / 4
		case "l2":
			want = math.Sqrt(window[0]*window[0] + window[1]*window[1] + window[2]*window[2] + window[3]*window[3])
		case "hann": // the window of 3×3 begins a pixel outside
			want = math.Sqrt(window[0]*window[0]/4 + (window[1]*window[1]+window[2]*window[2])/8 + window[3]*window[3]/16)
		}
		if got := f["pool1"][0]; math.Abs(got-want) > 1e-6 {
			t.Errorf("%s pooling of %v is %g", pooling, window, got)
		}
		c.PoolScale = 2
		if got := features(t, New("vgg11", c, weights.Places{Env: dir}), "pool1")["pool1"][0]; math.Abs(got-2*want) > 1e-6 {
			t.Errorf("%s pooling of %v, scaled by 2, is %g", pooling, window, got)
		}
	}
}

// TestLayersBeyondTheTapsAreNotNeeded builds from files that end at the deepest tap.
func TestLayersBeyondTheTapsAreNotNeeded(t *testing.T) {
	dir := t.TempDir()
	write(t, filepath.Join(dir, "vgg19-oxford.safetensors"), "vgg19", naming{byName: true}, 2)
	v := New("vgg19", Defaults("vgg19"), weights.Places{Env: dir})
	features(t, v, "conv1_1")
	features(t, v, "pool1")
	_, err := v.Weights([]string{"conv2_2"})
	for _, want := range []string{"backbone vgg19", "conv2_1.weight", "conv2_2.bias"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want one that says %q", err, want)
		}
	}
	if _, err := v.Build(graph.NewDoubleBuilder(), graph.Node{}, []string{"conv1_3"}); err == nil || !strings.Contains(err.Error(), `did you mean "conv1_1"`) {
		t.Errorf("error %v for an unknown layer", err)
	}
}

func TestPictureTooSmall(t *testing.T) {
	dir := t.TempDir()
	write(t, filepath.Join(dir, "vgg11-torchvision.safetensors"), "vgg11", naming{prefix: "features."}, 2)
	v := New("vgg11", Defaults("vgg11"), weights.Places{Env: dir})
	b := graph.NewDoubleBuilder()
	_, err := v.Build(b, b.Variable(2, 3, 3), []string{"pool2"})
	if err == nil || !strings.Contains(err.Error(), "pool2: max pool: 1×1 features are too small") {
		t.Errorf("error %v", err)
	}
}

// TestMissingWeights: the error names the backbone that needs no file.
func TestMissingWeights(t *testing.T) {
	_, err := New("vgg19", Defaults("vgg19"), weights.Places{Env: t.TempDir()}).Weights([]string{"conv1_1"})
	for _, want := range []string{"backbone vgg19", "vgg19-oxford", "backbone.name=vgg19-lite, a smaller network"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want one that says %q", err, want)
		}
	}
}

func TestOptions(t *testing.T) {
	for _, name := range Names() {
		if err := Defaults(name).Validate(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	err := Config{Preprocessing: "caffe", Pooling: "maximum", PoolScale: -1, FirstPadding: "none", Padding: "valid", InputScale: -1, FeatureScale: "1"}.Validate()
	for _, field := range []string{"weights", "preprocessing", "pooling", "pool_scale", "first_padding", "padding", "input_scale", "feature_scale"} {
		if err == nil || !strings.Contains(err.Error(), fmt.Sprintf("%s: ", field)) {
			t.Errorf("error %v, want one about %s", err, field)
		}
	}
	if err := EmbeddedDefaults().Validate(); err != nil {
		t.Error(err)
	}
	err = EmbeddedConfig{Pooling: "maximum"}.Validate()
	if err == nil || !strings.Contains(err.Error(), "pooling: ") || !strings.Contains(err.Error(), "feature_scale: ") {
		t.Errorf("error %v, want one about pooling and feature_scale", err)
	}
}
