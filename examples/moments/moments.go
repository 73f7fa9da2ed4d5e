// Package moments is a style loss: the distance between the mean and the deviation of
// each channel of the picture's features and those of the style image.
package moments

import (
	"runexp/framework"
	"runexp/framework/graph"
)

// Config holds the options of the loss.
type Config struct {
	Layers []framework.LayerWeight `config:"layers" doc:"layers whose channels are compared"`
}

// Defaults returns the default options.
func Defaults() Config {
	var c Config
	for _, name := range []string{"relu1_1", "relu2_1", "relu3_1", "relu4_1"} {
		c.Layers = append(c.Layers, framework.LayerWeight{Layer: name, Weight: 1})
	}
	return c
}

// Validate reports a loss without layers.
func (c Config) Validate() error { return framework.NeedLayers(c.Layers) }

// Loss is mean((μ − μ')², (σ − σ')²) at each layer, over its channels. μ and σ are the
// mean and standard deviation of a channel of the picture's features, μ' and σ' those
// of the style image: half of the loss on batch normalisation statistics of Li et al.
// (2017, arXiv:1701.01036).
type Loss struct{ taps []framework.Tap }

var _ framework.Loss = (*Loss)(nil)

// New returns the loss.
func New(c Config) (framework.Loss, error) { return &Loss{framework.TapsOf(c.Layers)}, nil }

// Roles are the style images.
func (l *Loss) Roles() []framework.Role { return []framework.Role{framework.Style} }

// Taps are the layers compared.
func (l *Loss) Taps() []framework.Tap { return l.taps }

// Represent returns the moments of each layer.
func (l *Loss) Represent(b *graph.Builder, v framework.View) (framework.Values, error) {
	return v.Each(l.taps, func(features graph.Node) graph.Node { return channelMoments(b, features) }), nil
}

// Score returns the mean squared error of each layer's moments.
func (l *Loss) Score(b *graph.Builder, got framework.Values, want framework.Targets) ([]framework.Term, error) {
	return framework.SquaredDistances(b, l.taps, got, want[framework.Style]), nil
}
