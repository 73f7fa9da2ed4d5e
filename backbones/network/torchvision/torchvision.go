// Package torchvision is what the networks with torchvision's weights, VGG apart, have in
// common: options, preprocessing, and the file of weights, whose tensors have torchvision's
// names.
package torchvision

import (
	"errors"
	"fmt"

	"runexp/backbones/network"
	"runexp/framework"
	"runexp/framework/weights"
)

const format = "torchvision"

// Config holds the options of such a backbone.
type Config struct {
	Weights  string `config:"weights,name or file" doc:"name of the weights or path of a .safetensors or .pth file, a state dict with torchvision's names"`
	Winograd bool   `config:"winograd" doc:"allow the faster, slightly less accurate convolution"`
}

// Defaults returns the options of the network called name.
func Defaults(name string) Config { return Config{Weights: name + "-" + format, Winograd: true} }

// Validate reports missing weights.
func (c Config) Validate() error {
	if c.Weights == "" {
		return framework.Invalid("weights", "give a name or the path of a .safetensors or .pth file")
	}
	return nil
}

// Backbone is one network. Its features are torchvision's own and divided by nothing: they
// are the unit of this network, as those of torchvision's VGG are of VGG. They are of another
// size, so that loss weights do not carry over from VGG.
type Backbone struct{ *network.Network }

var (
	_ framework.Backbone = (*Backbone)(nil)
	_ weights.Identifier = (*Backbone)(nil)
)

// New returns the network called name with layers, whose weights are looked up in places.
func New(name string, layers []network.Layer, c Config, places weights.Places) *Backbone {
	n, err := network.New(network.Description{Name: name, Layers: layers, Winograd: c.Winograd}, c.source(places))
	if err != nil {
		panic(fmt.Sprintf("%s: %v", name, err)) // the description is ours
	}
	return &Backbone{n}
}

// source looks for the file that the options name.
func (c Config) source(places weights.Places) network.Source {
	return func([]framework.Layer) (network.Pretrained, error) {
		path, err := weights.Find(c.Weights, places)
		if err != nil {
			return network.Pretrained{}, fmt.Errorf("needs a file of weights, which backbone.name=vgg19-lite, another network, does without: %w", err)
		}
		f, err := weights.Open(path)
		if err != nil {
			return network.Pretrained{}, err
		}
		return network.Pretrained{File: f, Is: framework.Weights{
			Name: c.Weights, Path: path, Format: format, Input: Input(), FeatureScale: 1,
		}}, nil
	}
}

// Input is torchvision's preprocessing: RGB, 0 to 1, normalised with ImageNet's mean and
// deviation.
func Input() framework.Input {
	return framework.Input{Order: "RGB", Scale: 1, Mean: [3]float64{0.485, 0.456, 0.406}, Std: [3]float64{0.229, 0.224, 0.225}}
}

// Formats returns the format in which weights are published.
func (v *Backbone) Formats() []string { return []string{format} }

// Identify checks that a file has the network's tensors.
func (v *Backbone) Identify(f *weights.File, _ string) (weights.Identity, error) {
	tensors := v.Tensors(nil)
	if err := f.Check(tensors); err != nil {
		return weights.Identity{}, errors.Join(errors.New("these are not the network's weights as torchvision names them"), err)
	}
	return weights.Identity{Format: format, Reading: "torchvision, RGB to 1, as its tensors have torchvision's names", Tensors: tensors}, nil
}
