package framework

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"runexp/framework/graph"
)

// EachRegion applies change to the node of each tap, under each mask of the image. The
// results are named region/layer. Without masks change gets a zero mask, once for each tap,
// and the results are named after the layers.
func (v View) EachRegion(taps []Tap, change func(features, mask graph.Node) graph.Node) Values {
	return v.EachMask(taps, func(i int, masks map[string]graph.Node) graph.Node {
		layer := taps[i].Layer
		return change(v.Taps[layer], masks[layer])
	})
}

// EachMask is EachRegion for names that need not be layers: change gets the index of a name in
// named, and the masks of a region by layer, or nil without masks.
func (v View) EachMask(named []Tap, change func(i int, masks map[string]graph.Node) graph.Node) Values {
	values := Values{}
	if len(v.Masks) == 0 {
		for i, tap := range named {
			values[tap.Layer] = change(i, nil)
		}
	}
	for _, region := range v.Regions() {
		for i, tap := range named {
			values[region+separator+tap.Layer] = change(i, v.Masks[region])
		}
	}
	return values
}

// separator stands between region and layer, neither of which has one.
const separator = "/"

// RegionDistances is the Score of a loss whose values are of EachRegion. Its terms are named as
// the values, with the weights of their layers; each is Distance. So only style images that
// have a region count for it. Errors: a region of the picture that no target has.
func RegionDistances(b *graph.Builder, taps []Tap, got Values, want []Target, measure Measure) ([]Term, error) {
	if _, whole := got[taps[0].Layer]; whole {
		return Distances(b, taps, got, want, measure), nil
	}
	weights := map[string]float64{}
	for _, tap := range taps {
		weights[tap.Layer] = tap.Weight
	}
	var terms []Term
	for _, name := range slices.Sorted(maps.Keys(got)) {
		region, layer, _ := strings.Cut(name, separator)
		distance := Distance(b, name, got, want, measure)
		if !distance.Valid() {
			return nil, fmt.Errorf("no style image has the region %s of the picture: add it to style.0.masks, or remove it from content.masks", region)
		}
		terms = append(terms, Term{Name: name, Weight: weights[layer], Node: distance})
	}
	return terms, nil
}

// noArea bounds a region's area from below, in pixels of the layer: a region that is empty
// there has a mean of 0, not of 0/0.
const noArea = 1e-6

// Area returns Σm, of a mask m [H, W, 1], at least 1e-6.
func Area(b *graph.Builder, mask graph.Node) graph.Node {
	return b.Max(b.Sum(mask), b.Number(noArea))
}
