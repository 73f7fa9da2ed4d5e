// Package content is the content loss of Gatys, Ecker and Bethge (2016): the squared
// distance of the picture's features from the content image's.
package content

import (
	"runexp/framework"
	"runexp/framework/graph"
)

// Config holds the options of the loss.
type Config struct {
	Layers []framework.LayerWeight `config:"layers" doc:"layers whose features are compared"`
}

// Defaults returns the layers of Dive into Deep Learning.
func Defaults() Config {
	return Config{Layers: []framework.LayerWeight{{Layer: "conv4_4", Weight: 1}}}
}

// Validate reports a loss without layers.
func (c Config) Validate() error { return framework.NeedLayers(c.Layers) }

// Loss is mean((F − F')²) at each layer, F [H, W, C] the picture's features and F' the
// content image's: a mean where Gatys has ½Σ, so that it does not depend on the picture's
// size, as in Dive into Deep Learning.
type Loss struct{ taps []framework.Tap }

var _ framework.Loss = (*Loss)(nil)

// New returns the loss.
func New(c Config) (framework.Loss, error) { return &Loss{framework.TapsOf(c.Layers)}, nil }

// Roles returns the content image's role.
func (l *Loss) Roles() []framework.Role { return []framework.Role{framework.Content} }

// Taps returns the layers compared.
func (l *Loss) Taps() []framework.Tap { return l.taps }

// Represent returns the features themselves.
func (l *Loss) Represent(_ *graph.Builder, v framework.View) (framework.Values, error) {
	return v.Each(l.taps, func(features graph.Node) graph.Node { return features }), nil
}

// Score returns the mean squared error of each layer.
func (l *Loss) Score(b *graph.Builder, got framework.Values, want framework.Targets) ([]framework.Term, error) {
	return framework.SquaredDistances(b, l.taps, got, want[framework.Content]), nil
}
