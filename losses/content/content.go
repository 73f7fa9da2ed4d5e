// Package content is the content loss of Gatys, Ecker and Bethge (2016): the squared
// distance of the picture's features from the content image's.
package content

import (
	"errors"

	"runexp/framework"
	"runexp/framework/graph"
)

// Config holds the options of the loss.
type Config struct {
	Layers   []framework.LayerWeight `config:"layers" doc:"layers whose features are compared"`
	Distance string                  `config:"distance,optional=squared" doc:"of features with the difference D: squared, mean(D²); sum, ΣD²; root, ΣD² over the root of the number of elements; or scaled, ΣD²/Σ|D|, whose gradient has the same size for all layers"`
}

// Defaults returns the layers of Dive into Deep Learning.
func Defaults() Config {
	return Config{Layers: []framework.LayerWeight{{Layer: "conv4_4", Weight: 1}}, Distance: "squared"}
}

// Validate reports a loss without layers and an unknown distance.
func (c Config) Validate() error {
	return errors.Join(framework.NeedLayers(c.Layers), framework.OneOf("distance", c.Distance, framework.Measures()...))
}

// Loss is mean((F − F')²) at each layer, F [H, W, C] the picture's features and F' the
// content image's: a mean where Gatys has ½Σ, so that it does not depend on the picture's
// size, as in Dive into Deep Learning. framework.Measures has the other distances.
type Loss struct {
	taps    []framework.Tap
	measure framework.Measure
}

var _ framework.Loss = (*Loss)(nil)

// New returns the loss.
func New(c Config) (framework.Loss, error) {
	return &Loss{framework.TapsOf(c.Layers), framework.MeasureOf(c.Distance)}, nil
}

// Roles returns the content image's role.
func (l *Loss) Roles() []framework.Role { return []framework.Role{framework.Content} }

// Taps returns the layers compared.
func (l *Loss) Taps() []framework.Tap { return l.taps }

// Represent returns the features themselves.
func (l *Loss) Represent(_ *graph.Builder, v framework.View) (framework.Values, error) {
	return v.Each(l.taps, func(features graph.Node) graph.Node { return features }), nil
}

// Score returns the distance of each layer.
func (l *Loss) Score(b *graph.Builder, got framework.Values, want framework.Targets) ([]framework.Term, error) {
	return framework.Distances(b, l.taps, got, want[framework.Content], l.measure), nil
}
