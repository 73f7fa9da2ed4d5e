// Package sliced is a style loss: the sliced Wasserstein distance of the picture's features from the style
// image's (Heitz, Vanhoey, Chambon and Belcour 2021, arXiv:2006.07229).
package sliced

import (
	"errors"

	"runexp/framework"
	"runexp/framework/graph"
	"runexp/internal/samples"
	"runexp/internal/transport"
)

// Config holds the options of the loss.
type Config struct {
	Layers     []framework.LayerWeight `config:"layers" doc:"layers whose features are compared"`
	Directions int                     `config:"directions" doc:"random directions that features are projected on, of each layer in each iteration; 0 for as many as the layer has channels"`
	Styles     string                  `config:"styles" choices:"each,mean" doc:"of several style images: each, the weighted mean of the distances, or mean, the distance to the mixture of their features"`
}

// Defaults returns the layers of the authors' style transfer, with equal weights.
func Defaults() Config {
	c := Config{Styles: "each"}
	for _, name := range []string{
		"relu1_1", "relu1_2", "relu2_1", "relu2_2", "relu3_1", "relu3_2", "relu3_3", "relu3_4", "relu4_1", "relu4_2", "relu4_3", "relu4_4",
	} {
		c.Layers = append(c.Layers, framework.LayerWeight{Layer: name, Weight: 1})
	}
	return c
}

// mostDirections bounds directions: each takes as much memory as a channel of features.
const mostDirections = 4096

// Validate reports a loss without layers and options out of range.
func (c Config) Validate() error {
	var directions error
	if c.Directions < 0 || c.Directions > mostDirections {
		directions = framework.Invalid("directions", "%d is not between 0 and %d", c.Directions, mostDirections)
	}
	return errors.Join(framework.NeedLayers(c.Layers), directions, framework.OneOf("styles", c.Styles, "each", "mean"))
}

// Loss is at each layer, of features F, [H·W, C], and K random unit vectors v of C components,
//
//	1/K Σ_k W₂²(F·v_k, F'·v_k)
//
// where W₂² of numbers, here projections, is the mean squared difference of those of the picture and of the
// style image at the same rank. Directions are drawn in each iteration, the same for all images
// and regions. Images of different sizes are compared at equal shares of their positions: the
// optimal transport of one to the other, where Heitz et al. need equal sizes.
//
// Where images have masks, it is so for each region, where positions are weighted by the mask.
type Loss struct {
	c    Config
	taps []framework.Tap
}

var (
	_ framework.MaskReader = (*Loss)(nil)
	_ framework.Drawer     = (*Loss)(nil)
)

// New returns the loss.
func New(c Config) (framework.Loss, error) { return &Loss{c, framework.TapsOf(c.Layers)}, nil }

// Roles returns the style images' role.
func (l *Loss) Roles() []framework.Role { return []framework.Role{framework.Style} }

// ReadsMasks returns true.
func (l *Loss) ReadsMasks() bool { return true }

// Draws returns true: directions are random.
func (l *Loss) Draws() bool { return true }

// Taps returns the layers compared.
func (l *Loss) Taps() []framework.Tap { return l.taps }

// Represent returns each layer's features and masks.
func (l *Loss) Represent(b *graph.Builder, v framework.View) (framework.Values, error) {
	return samples.Represent(b, v, l.taps), b.Err()
}

// Score returns the distance at each layer, or at each region and layer.
func (l *Loss) Score(b *graph.Builder, got framework.Values, want framework.Targets) ([]framework.Term, error) {
	directions := make([]graph.Node, len(l.taps))
	for i, tap := range l.taps {
		channels := got[tap.Layer].Shape()[1]
		count := l.c.Directions
		if count == 0 {
			count = channels
		}
		directions[i] = units(b, count, channels)
	}
	return samples.Terms(b, l.taps, got, want[framework.Style], l.c.Styles == "mean", func(i int, x, y samples.Set) graph.Node {
		return distance(b, directions[i], x, y)
	})
}

// distance returns the mean W₂² of the projections on directions, [K, C].
func distance(b *graph.Builder, directions graph.Node, x, y samples.Set) graph.Node {
	project := func(s samples.Set) graph.Node { return b.MatMul(directions, b.Transpose(s.Rows)) }
	moved := transport.Displacements(b, project(x), x.Weights, project(y), y.Weights)
	return transport.MeanSquare(b, moved)
}
