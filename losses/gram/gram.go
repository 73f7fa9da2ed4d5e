// Package gram is the style loss of Gatys, Ecker and Bethge (2016): the squared distance
// of the correlations between the picture's features from the style image's.
package gram

import (
	"errors"

	"runexp/framework"
	"runexp/framework/graph"
)

// Config holds the options of the loss.
type Config struct {
	Layers   []framework.LayerWeight `config:"layers" doc:"layers whose Gram matrices are compared"`
	Per      string                  `config:"per,optional=elements" doc:"what Gram matrices are divided by: elements, H·W·C, or positions, H·W"`
	Distance string                  `config:"distance,optional=squared" doc:"of two Gram matrices with the difference D: squared, mean(D²), or scaled, ΣD²/Σ|D|, whose gradient has the same size for all layers"`
	Styles   string                  `config:"styles,optional=each" doc:"of several style images: each, the weighted mean of the distances, or mean, the distance to the weighted mean of their Gram matrices"`
}

// Defaults returns the layers of Dive into Deep Learning, and its normalisation.
func Defaults() Config {
	c := Config{Per: "elements", Distance: "squared", Styles: "each"}
	for _, name := range []string{"conv1_1", "conv2_1", "conv3_1", "conv4_1", "conv5_1"} {
		c.Layers = append(c.Layers, framework.LayerWeight{Layer: name, Weight: 1})
	}
	return c
}

// Validate reports a loss without layers and options that are not among the known ones.
func (c Config) Validate() error {
	return errors.Join(
		framework.NeedLayers(c.Layers),
		framework.OneOf("per", c.Per, "elements", "positions"),
		framework.OneOf("distance", c.Distance, framework.Measures()...),
		framework.OneOf("styles", c.Styles, "each", "mean"),
	)
}

// Loss is mean((G − G')²) at each layer, with the Gram matrix
//
//	G = FᵀF / (H·W·C), [C, C]
//
// of features F, [H·W, C], in units of F². Gatys et al. do not divide by the
// element count; Dive into Deep Learning does, so that sizes and layers are
// comparable, and so do we. With per: positions it is FᵀF / (H·W), with distance:
// scaled the loss is Σ(G − G')² / (Σ|G − G'| + 1e-8).
//
// Where images have masks, it is so for each region m, [H·W, 1], with
//
//	G = (mF)ᵀ(mF) / (C·Σm²)
//
// or without C: the guided Gram matrix of Gatys et al. (2017, arXiv:1611.07865), which
// divide by Σm² too. Receptive fields near a region's border extend beyond it.
type Loss struct {
	c       Config
	taps    []framework.Tap
	measure framework.Measure
}

var (
	_ framework.Loss       = (*Loss)(nil)
	_ framework.MaskReader = (*Loss)(nil)
)

// New returns the loss.
func New(c Config) (framework.Loss, error) {
	return &Loss{c, framework.TapsOf(c.Layers), framework.MeasureOf(c.Distance)}, nil
}

// Roles returns the style images' role.
func (l *Loss) Roles() []framework.Role { return []framework.Role{framework.Style} }

// ReadsMasks returns true.
func (l *Loss) ReadsMasks() bool { return true }

// Taps returns the layers compared.
func (l *Loss) Taps() []framework.Tap { return l.taps }

// Represent returns the Gram matrix of each layer, or of each region and layer.
func (l *Loss) Represent(b *graph.Builder, v framework.View) (framework.Values, error) {
	return v.EachRegion(l.taps, func(features, mask graph.Node) graph.Node {
		shape := features.Shape()
		channels := shape[2]
		if l.c.Per == "positions" {
			channels = 1
		}
		if !mask.Valid() {
			return b.Gram(features, 1/float64(shape[0]*shape[1]*channels))
		}
		return b.Div(b.Gram(b.Mul(features, mask), 1/float64(channels)), framework.Area(b, b.Square(mask)))
	}), nil
}

// Score returns the distance of each Gram matrix.
func (l *Loss) Score(b *graph.Builder, got framework.Values, want framework.Targets) ([]framework.Term, error) {
	targets := want[framework.Style]
	if l.c.Styles == "mean" {
		targets = framework.MeanTarget(b, targets)
	}
	return framework.RegionDistances(b, l.taps, got, targets, l.measure)
}
