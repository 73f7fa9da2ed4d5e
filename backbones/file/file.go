// Package file is backbones that a YAML file describes: layers, preprocessing, and
// the file with the weights. docs/backbones.md shows one.
package file

import (
	"errors"
	"fmt"

	"runexp/backbones/network"
	"runexp/framework"
	"runexp/framework/weights"
)

// Name is the backbone's.
const Name = "file"

// Config holds the options of the backbone.
type Config struct {
	Path     string `config:"path,file" doc:"YAML file that describes the network and names its weights (docs/backbones.md)"`
	Winograd bool   `config:"winograd" doc:"allow the faster, slightly less accurate convolution"`
}

// Defaults returns the options of a config that names none. There is no default path.
func Defaults() Config { return Config{Winograd: true} }

// Validate reports a missing path.
func (c Config) Validate() error {
	if c.Path == "" {
		return framework.Invalid("path", "give the YAML file that describes the network: backbone: {name: %s, path: net.yaml}", Name)
	}
	return nil
}

// New reads the description. Errors: all its problems, each with file and line. The weights
// are looked up when they are needed.
func New(c Config) (framework.Backbone, error) {
	if err := c.Validate(); err != nil {
		return nil, err
	}
	d, err := read(c.Path)
	if err != nil {
		return nil, err
	}
	return d.network(c.Winograd)
}

// network returns the network that d describes.
func (d *description) network(winograd bool) (*network.Network, error) {
	n, err := network.New(network.Description{Name: d.path, Layers: d.layers, Winograd: winograd}, d.source)
	if err != nil {
		return nil, d.atLines(err)
	}
	return n, nil
}

// source opens the weights.
func (d *description) source([]framework.Layer) (network.Pretrained, error) {
	f, err := weights.Open(d.weights)
	if err != nil {
		return network.Pretrained{}, fmt.Errorf("%w (%s:%d names it; the path is relative to that file)", err, d.path, d.weightsLine)
	}
	return network.Pretrained{File: f, Is: framework.Weights{
		Name: d.weightsName, Path: d.weights, Format: "described", Input: d.input, FeatureScale: 1, Description: d.sum,
	}}, nil
}

// atLines adds file and line to each *network.Problem in err.
func (d *description) atLines(err error) error {
	joined, ok := err.(interface{ Unwrap() []error })
	if !ok {
		return framework.Invalid("path", "%s: %v", d.path, err)
	}
	var all []error
	for _, err := range joined.Unwrap() {
		var p *network.Problem
		if !errors.As(err, &p) {
			all = append(all, d.atLines(err))
			continue
		}
		for _, problem := range each(p.Err) {
			all = append(all, framework.Invalid("path", "%s:%d: layer %d: %v", d.path, d.lines[p.Layer], p.Layer+1, problem))
		}
	}
	return errors.Join(all...)
}

// each returns the errors that err joins, or err.
func each(err error) []error {
	joined, ok := err.(interface{ Unwrap() []error })
	if !ok {
		return []error{err}
	}
	var all []error
	for _, e := range joined.Unwrap() {
		all = append(all, each(e)...)
	}
	return all
}
