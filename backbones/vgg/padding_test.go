package vgg

import (
	"math"
	"path/filepath"
	"testing"

	"runexp/backbones/network"
	"runexp/backbones/network/networktest"
	"runexp/framework"
	"runexp/framework/plugintest"
	"runexp/framework/weights"
)

// TestPadding compares a narrow VGG-11 with PyTorch's for each padding and first_padding.
func TestPadding(t *testing.T) {
	for name, v := range map[string]variation{ // named after the first border and the others
		"zero, zero":           {"max", 1, "zero", "zero"},
		"reflect, reflect":     {"max", 1, "zero", "reflect"},
		"replicate, replicate": {"max", 1, "zero", "replicate"},
		"replicate, zero":      {"max", 1, "replicate", "zero"},
		"replicate, reflect":   {"max", 1, "replicate", "reflect"},
	} {
		t.Run(name, func(t *testing.T) {
			path := ""
			n, err := network.New(network.Description{Layers: layers(convsPerBlock("vgg11"), [5]int{4, 6, 8, 8, 8}, v)},
				func([]framework.Layer) (network.Pretrained, error) {
					f, err := weights.Open(path)
					return network.Pretrained{File: f, Is: framework.Weights{Name: "narrow", Path: path, Format: "random", Input: torchvision().input, FeatureScale: 1}}, err
				})
			if err != nil {
				t.Fatal(err)
			}
			path = networktest.Weights(t, n.Tensors(nil))
			networktest.Golden(t, n, "testdata/padding.json", name)
			if name == "reflect, reflect" {
				plugintest.Backbone(t, n)
			}
		})
	}
}

// TestOptionsReachTheLayers: padding is a variant of every convolution, of both kinds of network.
func TestOptionsReachTheLayers(t *testing.T) {
	c, e := Defaults("vgg11"), EmbeddedDefaults()
	c.Padding, e.Padding = "reflect", "reflect"
	narrow, err := NewEmbedded(Embedded{Name: "narrow", Widths: [5]int{1, 1, 1, 1, 1}, Last: "conv2_1"}, e)
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range []*Backbone{New("vgg11", c, weights.Places{}), narrow} {
		for _, l := range v.Layers() {
			if l.Kind == "conv" && l.Variant != "reflect border" {
				t.Errorf("%+v", l)
			}
		}
	}
}

// TestPreprocessing: what a network sees of a pixel, by the options.
func TestPreprocessing(t *testing.T) {
	path := filepath.Join(t.TempDir(), "w.safetensors")
	write(t, path, "vgg11", naming{}, 1)
	pixel := [3]float64{0.2, 0.5, 0.9}
	for _, c := range []struct {
		preprocessing string
		scale         float64
		order         string
		want          [3]float64
	}{
		{"torchvision", 0, "RGB", [3]float64{(0.2 - 0.485) / 0.229, (0.5 - 0.456) / 0.224, (0.9 - 0.406) / 0.225}},
		{"bytes", 0, "RGB", [3]float64{51 - 123.675, 127.5 - 116.28, 229.5 - 103.53}},
		{"oxford", 0, "BGR", [3]float64{229.5 - 103.939, 127.5 - 116.779, 51 - 123.68}},
		{"oxford", 256, "BGR", [3]float64{0.9*256 - 103.939, 128 - 116.779, 0.2*256 - 123.68}},
	} {
		o := Defaults("vgg11")
		o.Weights, o.Preprocessing, o.InputScale = path, c.preprocessing, c.scale
		if err := o.Validate(); err != nil {
			t.Fatal(err)
		}
		is, err := New("vgg11", o, weights.Places{}).Weights([]string{"conv1_1"})
		if err != nil {
			t.Fatal(err)
		}
		in := is.Input
		for k, want := range c.want {
			from := k
			if in.Order == "BGR" {
				from = 2 - k
			}
			if got := (in.Scale*pixel[from] - in.Mean[k]) / in.Std[k]; in.Order != c.order || math.Abs(got-want) > 1e-9 {
				t.Errorf("%s at %g: channel %d is %g, want %g; %+v", c.preprocessing, c.scale, k, got, want, in)
			}
		}
	}
}
