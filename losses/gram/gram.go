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
	Per      string                  `config:"per,optional=elements" choices:"elements,positions,none" doc:"what Gram matrices are divided by: elements, H·W·C; positions, H·W; or none, 1"`
	Centred  bool                    `config:"centred,optional=false" doc:"subtract each channel's mean first: covariances"`
	Across   string                  `config:"across,optional=none" choices:"none,next" doc:"none: the correlations within each layer; next: those of each layer's channels with the channels of the next one in layers, resized to its positions, so there is one matrix fewer than layers"`
	Distance string                  `config:"distance,optional=squared" choices:"squared,sum,root,scaled" doc:"of two Gram matrices with the difference D: squared, mean(D²); sum, ΣD²; root, ΣD² over the root of the number of elements; or scaled, ΣD²/Σ|D|, whose gradient has the same size for all layers"`
	Styles   string                  `config:"styles,optional=each" choices:"each,mean" doc:"of several style images: each, the weighted mean of the distances, or mean, the distance to the weighted mean of their Gram matrices"`
}

// Defaults returns the layers of Dive into Deep Learning, and its normalisation.
func Defaults() Config {
	c := Config{Per: "elements", Across: "none", Distance: "squared", Styles: "each"}
	for _, name := range []string{"conv1_1", "conv2_1", "conv3_1", "conv4_1", "conv5_1"} {
		c.Layers = append(c.Layers, framework.LayerWeight{Layer: name, Weight: 1})
	}
	return c
}

// Validate reports a loss without layers and options that are not among the known ones.
func (c Config) Validate() error {
	var few error
	if c.Across == "next" && len(c.Layers) == 1 {
		few = framework.Invalid("layers", "across: next needs at least two layers")
	}
	return errors.Join(
		framework.NeedLayers(c.Layers), few,
		framework.OneOf("per", c.Per, "elements", "positions", "none"),
		framework.OneOf("across", c.Across, "none", "next"),
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
// comparable, and so do we. With per: positions it is FᵀF / (H·W), with per: none FᵀF, with centred
// F − mean(F) takes the place of F. framework.Measures has the other distances.
//
// With across: next it is, for each layer and the next one in layers, whose features F⁺, of C⁺
// channels, are resized bilinearly to the positions of the first (Novak and Nikulin 2016,
// arXiv:1605.04603),
//
//	G = FᵀF⁺ / (H·W·√(C·C⁺)), [C, C⁺]
//
// The term is called after both, relu1_1-relu2_1, and has the first one's weight.
//
// Where images have masks, it is so for each region m, [H·W, 1], with
//
//	G = (mF)ᵀ(mF) / (C·Σm²)
//
// or without C: the guided Gram matrix of Gatys et al. (2017, arXiv:1611.07865), which
// divide by Σm² too. Receptive fields near a region's border extend beyond it. Means are
// weighted by m² then, and across: next has the first layer's mask.
type Loss struct {
	c       Config
	taps    []framework.Tap
	named   []framework.Tap // the terms: taps, or pairs of them
	measure framework.Measure
}

var (
	_ framework.Loss       = (*Loss)(nil)
	_ framework.MaskReader = (*Loss)(nil)
)

// New returns the loss.
func New(c Config) (framework.Loss, error) {
	l := &Loss{c: c, taps: framework.TapsOf(c.Layers), measure: framework.MeasureOf(c.Distance)}
	l.named = l.taps
	if c.Across == "next" {
		l.named = pairs(l.taps)
	}
	return l, nil
}

// Roles returns the style images' role.
func (l *Loss) Roles() []framework.Role { return []framework.Role{framework.Style} }

// ReadsMasks returns true.
func (l *Loss) ReadsMasks() bool { return true }

// Taps returns the layers compared.
func (l *Loss) Taps() []framework.Tap { return l.taps }

// Represent returns the Gram matrix of each layer or pair of layers, or of each region and layer.
func (l *Loss) Represent(b *graph.Builder, v framework.View) (framework.Values, error) {
	return v.EachMask(l.named, func(i int, masks map[string]graph.Node) graph.Node {
		layer := l.taps[i].Layer
		features, mask := v.Taps[layer], masks[layer]
		if l.c.Across == "next" {
			return l.across(b, features, v.Taps[l.taps[i+1].Layer], mask)
		}
		return l.within(b, features, mask)
	}), nil
}

// Score returns the distance of each Gram matrix.
func (l *Loss) Score(b *graph.Builder, got framework.Values, want framework.Targets) ([]framework.Term, error) {
	targets := want[framework.Style]
	if l.c.Styles == "mean" {
		targets = framework.MeanTarget(b, targets)
	}
	return framework.RegionDistances(b, l.named, got, targets, l.measure)
}
