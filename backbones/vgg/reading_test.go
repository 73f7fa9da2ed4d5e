package vgg

import (
	"encoding/binary"
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"runexp/framework"
	"runexp/framework/weights"
	"runexp/internal/shared"
)

// A value is a tensor to write.
type value struct {
	shape []int
	data  []float32
}

// save writes tensors as a safetensors file.
func save(t *testing.T, path string, tensors map[string]value, metadata map[string]string) {
	t.Helper()
	header := map[string]any{}
	if metadata != nil {
		header["__metadata__"] = metadata
	}
	var data []byte
	for name, v := range tensors {
		begin := len(data)
		for _, x := range v.data {
			data = binary.LittleEndian.AppendUint32(data, math.Float32bits(x))
		}
		header[name] = map[string]any{"dtype": "F32", "shape": v.shape, "data_offsets": []int{begin, len(data)}}
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

// first returns the first kernels and biases of Oxford's weights.
func first(t *testing.T) (kernels, biases []float32) {
	t.Helper()
	f, err := weights.Open(filepath.Join(shared.Dir(t), "weights", "vgg19-oxford.safetensors"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for name, to := range map[string]*[]float32{"conv1_1.weight": &kernels, "conv1_1.bias": &biases} {
		if *to, err = f.Read(name); err != nil {
			t.Fatal(err)
		}
	}
	return kernels, biases
}

// layer returns the tensors of conv1_1 under name.
func layer(name string, kernels, biases []float32) map[string]value {
	return map[string]value{name + ".weight": {[]int{64, 3, 3, 3}, kernels}, name + ".bias": {[]int{64}, biases}}
}

// formatIn returns how the file called name is read.
func formatIn(t *testing.T, c Config, name string) (framework.Weights, error) {
	t.Helper()
	c.Weights = name
	return New("vgg19", c, weights.Places{Env: filepath.Dir(name)}).Weights([]string{"relu1_1"})
}

// TestOxfordUnderOtherNames: Oxford's weights are recognised by their numbers, whatever
// the names of tensors and file.
func TestOxfordUnderOtherNames(t *testing.T) {
	kernels, biases := first(t)
	rgb := slices.Clone(kernels)
	for i := 0; i < len(rgb); i += 27 {
		for k := range 9 {
			rgb[i+k], rgb[i+18+k] = rgb[i+18+k], rgb[i+k]
		}
	}
	rounded := slices.Clone(kernels)
	for i, x := range rounded { // to eleven bits, as in half precision
		mantissa, exponent := math.Frexp(float64(x))
		rounded[i] = float32(math.Ldexp(math.Round(mantissa*2048)/2048, exponent))
	}
	dir := t.TempDir()
	for _, c := range []struct {
		file, tensor string
		kernels      []float32
		want         format
	}{
		{"vgg19.safetensors", "features.0", kernels, oxford()},
		{"vgg19-half.safetensors", "features.0", rounded, oxford()},
		{"vgg19-torchvision.safetensors", "features.0", kernels, oxford()},
		{"wrapped.safetensors", "module.features.0", kernels, oxford()},
		{"sequential.safetensors", "0", kernels, oxford()},
		{"flipped.safetensors", "features.0", rgb, flipped()},
		{"vgg19-oxford.safetensors", "conv1_1", rgb, flipped()},
	} {
		path := filepath.Join(dir, c.file)
		save(t, path, layer(c.tensor, c.kernels, biases), nil)
		got, err := formatIn(t, Defaults("vgg19"), path)
		if err != nil || got.Format != c.want.name || got.Input != c.want.input || got.FeatureScale != 57.6 {
			t.Errorf("%s: %+v, %v; want %s", c.file, got, err, c.want.name)
		}
	}
}

// TestScaledKernelsAreNotGuessed: Oxford's biases with kernels scaled for another range
// of pictures need the user's option.
func TestScaledKernelsAreNotGuessed(t *testing.T) {
	kernels, biases := first(t)
	for i := range kernels {
		kernels[i] *= 57
	}
	path := filepath.Join(t.TempDir(), "scaled.safetensors")
	save(t, path, layer("features.0", kernels, biases), nil)
	c := Defaults("vgg19")
	_, err := formatIn(t, c, path)
	for _, want := range []string{path, "preprocessing=oxford", "preprocessing=torchvision"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %q in it", err, want)
		}
	}
	c.Preprocessing = "torchvision"
	if got, err := formatIn(t, c, path); err != nil || got.Format != "torchvision" {
		t.Errorf("%+v, %v", got, err)
	}
}

// TestReadingOfUnknownNumbers: the format given at import takes precedence over the file's
// name, that over the classifier; the tensors' names come last.
func TestReadingOfUnknownNumbers(t *testing.T) {
	kernels, biases := make([]float32, 64*27), make([]float32, 64)
	classifier := func(prefix string, numbers ...string) map[string]value {
		tensors := layer(prefix+"features.0", kernels, biases)
		for _, n := range numbers {
			tensors[prefix+"classifier."+n+".weight"] = value{[]int{1}, []float32{0}}
		}
		return tensors
	}
	dir := t.TempDir()
	for _, c := range []struct {
		file     string
		tensors  map[string]value
		metadata map[string]string
		want     string
	}{
		{"a.safetensors", classifier("", "1", "4", "6"), nil, "oxford"},
		{"b.safetensors", classifier("module.", "1", "4", "6"), nil, "oxford"},
		{"c.safetensors", classifier("", "0", "3", "6"), nil, "torchvision"},
		{"d.safetensors", classifier(""), nil, "torchvision"},
		{"e-torchvision.safetensors", classifier("", "1", "4", "6"), nil, "torchvision"},
		{"f-oxford.safetensors", classifier(""), nil, "oxford"},
		{"g-torchvision.safetensors", classifier(""), map[string]string{"reading": "oxford"}, "oxford"},
		{"h.safetensors", classifier(""), map[string]string{"reading": "other"}, "torchvision"},
		{"i-torchvision.safetensors", layer("conv1_1", kernels, biases), nil, "torchvision"},
		{"j.safetensors", layer("conv1_1", kernels, biases), nil, "oxford"},
	} {
		path := filepath.Join(dir, c.file)
		save(t, path, c.tensors, c.metadata)
		if got, err := formatIn(t, Defaults("vgg19"), path); err != nil || got.Format != c.want {
			t.Errorf("%s: %+v, %v; want %s", c.file, got, err, c.want)
		}
	}
}

// TestPrefixes: a wrapper's prefix is ignored, two networks in one file are an error, and
// the error for another network lists what the file holds.
func TestPrefixes(t *testing.T) {
	kernels, biases := make([]float32, 64*27), make([]float32, 64)
	dir := t.TempDir()
	for i, tensor := range []string{
		"0", "features.0", "module.features.0", "features.module.0", "net.0", "backbone.features.0", "vgg.features.0",
		"_orig_mod.features.0", "module._orig_mod.0", "layers.0", "conv1_1", "net.conv1_1", "module.vgg.conv1_1",
	} {
		path := filepath.Join(dir, string(rune('a'+i))+".safetensors")
		save(t, path, layer(tensor, kernels, biases), nil)
		if _, err := formatIn(t, Defaults("vgg19"), path); err != nil {
			t.Errorf("%s: %v", tensor, err)
		}
	}
	one, two := layer("model.features.0", kernels, biases), layer("ema.features.0", kernels, biases)
	for name, v := range two {
		one[name] = v
	}
	normalised := layer("features.0", kernels, biases)
	normalised["features.1.running_mean"] = value{[]int{64}, biases}
	for want, tensors := range map[string]map[string]value{
		"more than one network, ema.features.0.weight and model.features.0.weight":    one,
		"it holds layer1\\x1b[2J.weight":                                              {"layer1\x1b[2J.weight": {[]int{1}, []float32{0}}},
		"it holds features10.weight":                                                  {"features10.weight": {[]int{64, 3, 3, 3}, kernels}},
		`tensor "features.0.weight" has shape`:                                        {"features.0.weight": {[]int{1}, []float32{0}}},
		"batch normalisation, which is not read; take VGG without it, or describe it": normalised,
	} {
		path := filepath.Join(dir, "bad.safetensors")
		save(t, path, tensors, nil)
		if _, err := formatIn(t, Defaults("vgg19"), path); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %q in it", err, want)
		}
	}
}
