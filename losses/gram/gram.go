// Package gram is the style loss of Gatys, Ecker and Bethge (2016): the squared distance
// of the correlations between the picture's features from the style image's.
package gram

import (
	"runexp/framework"
	"runexp/framework/graph"
)

// Config holds the options of the loss.
type Config struct {
	Layers []framework.LayerWeight `config:"layers" doc:"layers whose Gram matrices are compared"`
}

// Defaults returns the layers of Dive into Deep Learning.
func Defaults() Config {
	var c Config
	for _, name := range []string{"conv1_1", "conv2_1", "conv3_1", "conv4_1", "conv5_1"} {
		c.Layers = append(c.Layers, framework.LayerWeight{Layer: name, Weight: 1})
	}
	return c
}

// Validate reports a loss without layers.
func (c Config) Validate() error { return framework.NeedLayers(c.Layers) }

// Loss is mean((G − G')²) at each layer, with the Gram matrix
//
//	G = FᵀF / (H·W·C), [C, C]
//
// of features F, [H·W, C], in units of F². Gatys et al. do not divide by the
// element count; Dive into Deep Learning does, so that sizes and layers are
// comparable, and so do we.
type Loss struct{ taps []framework.Tap }

var _ framework.Loss = (*Loss)(nil)

// New returns the loss.
func New(c Config) (framework.Loss, error) { return &Loss{framework.TapsOf(c.Layers)}, nil }

// Roles returns the style images' role.
func (l *Loss) Roles() []framework.Role { return []framework.Role{framework.Style} }

// Taps returns the layers compared.
func (l *Loss) Taps() []framework.Tap { return l.taps }

// Represent returns the Gram matrix of each layer.
func (l *Loss) Represent(b *graph.Builder, v framework.View) (framework.Values, error) {
	return v.Each(l.taps, func(features graph.Node) graph.Node {
		return b.Gram(features, 1/float64(features.Shape().Len()))
	}), nil
}

// Score returns the mean squared error of each layer's Gram matrix.
func (l *Loss) Score(b *graph.Builder, got framework.Values, want framework.Targets) ([]framework.Term, error) {
	return framework.SquaredDistances(b, l.taps, got, want[framework.Style]), nil
}
