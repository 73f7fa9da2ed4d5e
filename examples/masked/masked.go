// Package masked is a style loss by regions: the sky of the picture gets the style
// of the style image's sky, the land that of its land.
package masked

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"runexp/framework"
	"runexp/framework/graph"
)

// Config holds the options of the loss.
type Config struct {
	Layers []framework.LayerWeight `config:"layers" doc:"layers whose Gram matrices are compared, region by region"`
}

// Defaults returns the layers of gram, the loss without regions.
func Defaults() Config {
	var c Config
	for _, name := range []string{"conv1_1", "conv2_1", "conv3_1", "conv4_1", "conv5_1"} {
		c.Layers = append(c.Layers, framework.LayerWeight{Layer: name, Weight: 1})
	}
	return c
}

// Validate reports a loss without layers.
func (c Config) Validate() error { return framework.NeedLayers(c.Layers) }

// Loss is mean((G − G')²) for each region and layer, with the Gram matrix
//
//	G = (mF)ᵀ(mF) / (C·Σm²), [C, C]
//
// of features F, [H·W, C], under the region's mask m, [H·W, 1]: the guided Gram
// matrix of Gatys et al. (2017, arXiv:1611.07865), who divide by Σm² too, and not
// by C. G is in units of F². With a mask that is 1 everywhere it is that of runexp's
// gram. Receptive fields near a region's border extend beyond it.
type Loss struct{ taps []framework.Tap }

var (
	_ framework.Loss       = (*Loss)(nil)
	_ framework.MaskReader = (*Loss)(nil)
)

// New returns the loss.
func New(c Config) (framework.Loss, error) { return &Loss{framework.TapsOf(c.Layers)}, nil }

// Roles are the style images. The picture's regions are the content image's.
func (l *Loss) Roles() []framework.Role { return []framework.Role{framework.Style} }

// ReadsMasks returns true: the loss needs masks.
func (l *Loss) ReadsMasks() bool { return true }

// Taps are the layers compared.
func (l *Loss) Taps() []framework.Tap { return l.taps }

// noArea is added to a region's area, in pixels of the layer: a region that is empty
// there has a Gram matrix of 0, not of 0/0.
const noArea = 1e-6

// Represent returns the Gram matrix of each region and layer as region/layer.
func (l *Loss) Represent(b *graph.Builder, v framework.View) (framework.Values, error) {
	if len(v.Masks) == 0 {
		return nil, errors.New("the masked loss needs regions: give content.masks and style.0.masks")
	}
	values := framework.Values{}
	for _, region := range v.Regions() {
		for _, tap := range l.taps {
			features, mask := v.Taps[tap.Layer], v.Masks[region][tap.Layer]
			channels := features.Shape()[2]
			gram := b.Gram(b.Mul(features, mask), 1/float64(channels))
			area := b.Add(b.Sum(b.Square(mask)), b.Number(noArea))
			values[region+"/"+tap.Layer] = b.Div(gram, area)
		}
	}
	return values, nil
}

// Score returns a term for each region of the picture and each layer, named
// region/layer. Only style images that have a region count for it.
func (l *Loss) Score(b *graph.Builder, got framework.Values, want framework.Targets) ([]framework.Term, error) {
	weights := map[string]float64{}
	for _, tap := range l.taps {
		weights[tap.Layer] = tap.Weight
	}
	var terms []framework.Term
	for _, name := range slices.Sorted(maps.Keys(got)) {
		region, layer, _ := strings.Cut(name, "/")
		distance := framework.SquaredDistance(b, name, got, want[framework.Style])
		if !distance.Valid() {
			return nil, fmt.Errorf("no style image has the region %s of the picture: add it to style.0.masks, or remove it from content.masks", region)
		}
		terms = append(terms, framework.Term{Name: name, Weight: weights[layer], Node: distance})
	}
	return terms, nil
}
