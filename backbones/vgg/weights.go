package vgg

import (
	"errors"
	"fmt"

	"runexp/backbones/network"
	"runexp/framework"
	"runexp/framework/weights"
)

// source looks for the file that the options name.
func (c Config) source(places weights.Places) network.Source {
	return func(layers []framework.Layer) (network.Pretrained, error) {
		path, err := weights.Find(c.Weights, places)
		if err != nil {
			return network.Pretrained{}, fmt.Errorf("needs a file of weights, which backbone.name=vgg19-lite, a smaller network, does without: %w", err)
		}
		f, err := weights.Open(path)
		if err != nil {
			return network.Pretrained{}, err
		}
		names, is, err := c.identify(path, f, layers[0])
		if err != nil {
			return network.Pretrained{}, errors.Join(fmt.Errorf("weights %s: %w", path, err), f.Close())
		}
		return network.Pretrained{File: f, Is: is, Prefix: names.tensor}, nil
	}
}

// identify describes the weights in a file; the options may overrule its preprocessing and scale.
func (c Config) identify(path string, f *weights.File, first framework.Layer) (naming, framework.Weights, error) {
	names, err := namingOf(f, first)
	if err != nil {
		return names, framework.Weights{}, err
	}
	is, chosen := formatCalled(c.Preprocessing)
	if c.Preprocessing == bytes().name {
		is, chosen = bytes(), true
	}
	if !chosen {
		if is, _, err = read(f, names, first, said(c.Weights)); err != nil {
			return names, framework.Weights{}, err
		}
	}
	if c.InputScale != 0 {
		is.input.Scale = c.InputScale
	}
	scale := 1.0
	if c.FeatureScale == "unit" {
		scale = is.scale
	}
	return names, framework.Weights{Name: c.Weights, Path: path, Format: is.name, Input: is.input, FeatureScale: scale}, nil
}

var _ weights.Identifier = (*Backbone)(nil)

// Formats returns the formats in which weights are published, none for an Embedded.
func (v *Backbone) Formats() []string {
	if !v.published {
		return nil
	}
	return []string{oxford().name, torchvision().name}
}

// Identify returns whose weights a file has, oxford or torchvision, and which tensors the
// whole network needs.
func (v *Backbone) Identify(f *weights.File, called string) (weights.Identity, error) {
	names, err := namingOf(f, v.Layers()[0])
	if err != nil {
		return weights.Identity{}, err
	}
	is, because, err := read(f, names, v.Layers()[0], called)
	if err != nil {
		return weights.Identity{}, err
	}
	return weights.Identity{
		Format: is.family(), Metadata: map[string]string{readingKey: is.name},
		Reading: fmt.Sprintf("%s, %s to %g, %s", is.name, is.input.Order, is.input.Scale, because),
		Tensors: v.Tensors(names.tensor),
	}, nil
}
