// Package samples is what losses on the distribution of features have in common: the positions of a
// layer as samples, with masks as their weights.
package samples

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"runexp/framework"
	"runexp/framework/graph"
)

// A Set is the features of an image at a layer, or those of a region.
type Set struct {
	Rows    graph.Node // [N C], a row for each position
	Weights graph.Node // [N], at least 0; the zero Node if all are equal
}

// Represent returns each layer's features, as layer, [N C], and for each region and layer the mask,
// as region/layer, [N].
func Represent(b *graph.Builder, v framework.View, taps []framework.Tap) framework.Values {
	values := v.Each(taps, func(features graph.Node) graph.Node {
		shape := features.Shape()
		return b.Reshape(features, shape[0]*shape[1], shape[2])
	})
	for _, region := range v.Regions() {
		for _, tap := range taps {
			mask := v.Masks[region][tap.Layer]
			values[named(region, tap)] = b.Reshape(mask, mask.Shape().Len())
		}
	}
	return values
}

// named is the name of a term and of a mask; whole is the image without regions.
func named(region string, tap framework.Tap) string {
	if region == whole {
		return tap.Layer
	}
	return region + "/" + tap.Layer
}

const whole = ""

// of returns an image's set of a region; false if it lacks the region.
func of(image framework.Values, region string, tap framework.Tap) (Set, bool) {
	s := Set{Rows: image[tap.Layer]}
	if region == whole {
		return s, true
	}
	var has bool
	s.Weights, has = image[named(region, tap)]
	return s, has
}

// Terms returns a term for each layer, or for each region and layer of the picture: Σ_r w_r · distance
// of the picture's set from style r's, over the style images that have the region, whose weights are
// normalised to sum to 1. If pooled, it is the distance from the mixture of them: all their
// positions, where those of style r weigh w_r together. distance gets the index of the layer in
// taps. Errors: a region that no style image has.
func Terms(b *graph.Builder, taps []framework.Tap, picture framework.Values, styles []framework.Target, pooled bool,
	distance func(i int, x, y Set) graph.Node) ([]framework.Term, error) {
	var terms []framework.Term
	for _, region := range regions(picture, taps[0]) {
		for i, tap := range taps {
			x, _ := of(picture, region, tap)
			sets, weights := having(styles, region, tap)
			if len(sets) == 0 {
				return nil, fmt.Errorf("no style image has the region %s of the picture: add it to style.0.masks, or remove it from content.masks", region)
			}
			if pooled && len(sets) > 1 {
				sets, weights = []Set{mixture(b, sets, weights)}, []float64{1}
			}
			var total graph.Node
			for k, y := range sets {
				part := b.Scale(distance(i, x, y), weights[k])
				if k > 0 {
					part = b.Add(total, part)
				}
				total = part
			}
			terms = append(terms, framework.Term{Name: named(region, tap), Weight: tap.Weight, Node: total})
		}
	}
	return terms, b.Err()
}

// regions returns the regions of an image in alphabetical order; whole if it has none.
func regions(image framework.Values, tap framework.Tap) []string {
	var all []string
	for _, name := range slices.Sorted(maps.Keys(image)) {
		if region, has := strings.CutSuffix(name, "/"+tap.Layer); has {
			all = append(all, region)
		}
	}
	if all == nil {
		return []string{whole}
	}
	return all
}

// having returns the sets of the style images that have a region, and weights that sum to 1.
func having(styles []framework.Target, region string, tap framework.Tap) (sets []Set, weights []float64) {
	sum := 0.0
	for _, style := range styles {
		if s, has := of(style.Values, region, tap); has && style.Weight > 0 {
			sets, weights, sum = append(sets, s), append(weights, style.Weight), sum+style.Weight
		}
	}
	for i := range weights {
		weights[i] /= sum
	}
	return sets, weights
}

// mixture returns all positions of sets, where those of each weigh as much as weights says.
func mixture(b *graph.Builder, sets []Set, weights []float64) Set {
	var rows, each []graph.Node
	for i, s := range sets {
		share := s.Weights
		if n := s.Rows.Shape()[0]; share.Valid() {
			share = b.Div(share, framework.Area(b, share))
		} else {
			share = b.Constant("equal weights", graph.Double(graph.Shape{n}, slices.Repeat([]float64{1 / float64(n)}, n)))
		}
		rows, each = append(rows, s.Rows), append(each, b.Scale(share, weights[i]))
	}
	return Set{Rows: b.Concat(0, rows...), Weights: b.Concat(0, each...)}
}
