package vgg

import (
	"errors"
	"fmt"
	"slices"

	"runexp/framework"
	"runexp/framework/weights"
)

// pretrained is an open weights file, what it is, and how its tensors are named.
type pretrained struct {
	*weights.File
	is    framework.Weights
	names format
}

// A source opens a file that holds what layers need.
type source func(layers []framework.Layer) (pretrained, error)

// source looks for the file that the options name.
func (c Config) source(places weights.Places) source {
	return func(layers []framework.Layer) (pretrained, error) {
		path, err := weights.Find(c.Weights, places)
		if err != nil {
			return pretrained{}, fmt.Errorf("%w; or choose the backbone vgg19-lite, whose weights are part of the program", err)
		}
		f, err := weights.Open(path)
		if err != nil {
			return pretrained{}, err
		}
		names, err := formatOf(f, layers[0])
		if err == nil {
			err = f.Check(shapes(names, layers))
		}
		if err != nil {
			return pretrained{}, errors.Join(fmt.Errorf("weights %s: %w", path, err), f.Close())
		}
		return pretrained{f, c.identify(path, names), names}, nil
	}
}

// identify describes weights in a format; the options may overrule its preprocessing and scale.
func (c Config) identify(path string, f format) framework.Weights {
	switch c.Preprocessing {
	case "oxford":
		f = oxford()
	case "torchvision":
		f = torchvision()
	}
	scale := 1.0
	if c.FeatureScale == "unit" {
		scale = f.scale
	}
	return framework.Weights{Name: c.Weights, Path: path, Format: f.name, Input: f.input, FeatureScale: scale}
}

// A format is one way in which VGG's weights are published: other weights, with
// other preprocessing and other tensor names.
type format struct {
	name   string
	input  framework.Input
	scale  float64 // features are about this many times torchvision's
	tensor func(framework.Layer) string
}

// oxford is the authors' release: BGR, 0 to 255, minus the mean of ImageNet.
// Its features are about as many times larger than torchvision's as its input
// is: 255 times the mean of the three standard deviations, 57.6.
func oxford() format {
	return format{
		name:   "oxford",
		input:  framework.Input{Order: "BGR", Scale: 255, Mean: [3]float64{103.939, 116.779, 123.68}, Std: [3]float64{1, 1, 1}},
		scale:  57.6,
		tensor: func(l framework.Layer) string { return l.Name },
	}
}

// torchvision is torchvision's training: RGB, 0 to 1, normalised.
func torchvision() format {
	return format{
		name: "torchvision",
		input: framework.Input{
			Order: "RGB", Scale: 1,
			Mean: [3]float64{0.485, 0.456, 0.406}, Std: [3]float64{0.229, 0.224, 0.225},
		},
		scale:  1,
		tensor: func(l framework.Layer) string { return fmt.Sprintf("features.%d", l.Index) },
	}
}

// distilled is training of this project: Oxford's names, torchvision's input and scale.
func distilled() format {
	return format{name: "distilled", input: torchvision().input, scale: torchvision().scale, tensor: oxford().tensor}
}

// formatOf returns the format of a file: the tensors' names tell.
func formatOf(f *weights.File, first framework.Layer) (format, error) {
	for _, known := range []format{oxford(), torchvision()} {
		if f.Has(known.tensor(first) + ".weight") {
			return known, nil
		}
	}
	return format{}, errors.New("the tensors are named neither as in Oxford's VGG (conv1_1.weight, …) nor as in torchvision's (features.0.weight, …); it may belong to another network")
}

// shapes returns the tensors that the convolutions among layers need.
func shapes(names format, layers []framework.Layer) map[string][]int {
	want := map[string][]int{}
	in := 3
	for _, l := range layers {
		if l.Kind != "conv" {
			continue
		}
		want[names.tensor(l)+".weight"] = []int{l.Channels, in, 3, 3}
		want[names.tensor(l)+".bias"] = []int{l.Channels}
		in = l.Channels
	}
	return want
}

var _ weights.Identifier = (*Backbone)(nil)

// Formats returns the formats in which weights are published, none for an Embedded.
func (v *Backbone) Formats() []string {
	if !slices.Contains(Names(), v.name) {
		return nil
	}
	return []string{oxford().name, torchvision().name}
}

// Identify tells whose weights a file holds, oxford or torchvision, and which
// tensors the whole network needs of it.
func (v *Backbone) Identify(f *weights.File) (string, map[string][]int, error) {
	names, err := formatOf(f, v.layers[0])
	if err != nil {
		return "", nil, err
	}
	return names.name, shapes(names, v.layers), nil
}
