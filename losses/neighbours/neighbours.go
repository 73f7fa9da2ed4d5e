// Package neighbours is the last loss of neural neighbor style transfer (NNST, Kolkin et al.
// 2022, arXiv:2203.13215): at each layer separately, positions of the picture are compared
// with the nearest of the style, found anew in each step.
package neighbours

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"runexp/framework"
	"runexp/framework/graph"
	"runexp/internal/matching"
)

// Config holds the options of the loss.
type Config struct {
	Layers  []framework.LayerWeight `config:"layers" doc:"layers whose features are compared"`
	Turns   bool                    `config:"turns" doc:"compare with the style turned by 90, 180 and 270 degrees too: more to choose from, four times the memory and arithmetic"`
	Samples int                     `config:"samples" doc:"positions along the longer side of a layer that are compared in a step, a regular grid at a random offset; all positions of layers that have no more"`
}

// Defaults returns NNST's layers and options.
func Defaults() Config {
	c := Config{Turns: true, Samples: 64}
	for _, name := range []string{"relu1_1", "relu1_2", "relu2_1", "relu2_2", "relu3_1", "relu3_2", "relu3_3", "relu4_1", "relu4_2", "relu4_3"} {
		c.Layers = append(c.Layers, framework.LayerWeight{Layer: name, Weight: 1})
	}
	return c
}

// mostSamples bounds Samples: the arithmetic grows with its fourth power.
const mostSamples = 1 << 12

// Validate reports a loss without layers and samples out of range.
func (c Config) Validate() error {
	var samples error
	if c.Samples < 1 || c.Samples > mostSamples {
		samples = framework.Invalid("samples", "%d is not from 1 to %d", c.Samples, mostSamples)
	}
	return errors.Join(framework.NeedLayers(c.Layers), samples)
}

// Loss is at each layer the mean centred cosine distance to the nearest neighbour,
//
//	mean_i min_k (1 − cos(x_i − mean x, y_k − mean y))
//
// over positions i of the picture's features x and k of those y of all style images and
// their turns together, vectors of C channels. Of a layer whose longer side has more than
// Samples positions, every s-th in both directions is compared, s the side divided by
// Samples, rounded down, from an offset drawn anew in each step, the same for picture and
// style. Means are over the compared positions. The choice of k has no gradient: where it
// changes, both distances are equal.
//
// With masks there is a term for each region of the picture and each layer, whose means and
// neighbours are within the positions of the region, those where its mask is above ½.
// The positions of all style images compete, whatever their weights, but for those of weight 0.
//
// Departures from the source code: it samples the turns as one tall image, here each is
// sampled on its own, with as many positions for any offset; and on a layer that is not
// sampled it compares by mistake the positions of the last layer that was.
type Loss struct {
	taps    []framework.Tap
	turns   bool
	samples int
}

var (
	_ framework.ImageDeriver = (*Loss)(nil)
	_ framework.MaskReader   = (*Loss)(nil)
	_ framework.Drawer       = (*Loss)(nil)
)

// New returns the loss.
func New(c Config) (framework.Loss, error) {
	return &Loss{framework.TapsOf(c.Layers), c.Turns, c.Samples}, nil
}

// Roles are the style images. The picture's regions are the content image's.
func (l *Loss) Roles() []framework.Role { return []framework.Role{framework.Style} }

// ReadsMasks returns true.
func (l *Loss) ReadsMasks() bool { return true }

// Draws returns true: offsets are random.
func (l *Loss) Draws() bool { return true }

// Taps are the layers compared.
func (l *Loss) Taps() []framework.Tap { return l.taps }

// DeriveImages returns the style images with their turns.
func (l *Loss) DeriveImages(_ int, from map[framework.Role][]framework.StageImage) (map[framework.Role][]framework.StageImage, error) {
	styles := matching.Styles(from[framework.Style], l.turns)
	return map[framework.Role][]framework.StageImage{framework.Style: styles}, nil
}

// Represent returns each layer's features, [H W C], and for each region and layer, as
// region/layer, which positions are in it, [H W 1].
func (l *Loss) Represent(b *graph.Builder, v framework.View) (framework.Values, error) {
	values := v.Each(l.taps, func(features graph.Node) graph.Node { return features })
	for _, region := range v.Regions() {
		for _, tap := range l.taps {
			values[named(region, tap)] = matching.Inside(b, v.Masks[region][tap.Layer])
		}
	}
	return values, b.Err()
}

// named is the name of a term and a value of a region; whole is the image without regions.
func named(region string, tap framework.Tap) string {
	if region == whole {
		return tap.Layer
	}
	return region + "/" + tap.Layer
}

const whole = ""

// Score returns a term for each layer, or for each region and layer.
func (l *Loss) Score(b *graph.Builder, got framework.Values, want framework.Targets) ([]framework.Term, error) {
	var terms []framework.Term
	for _, tap := range l.taps {
		sample := l.sampler(b, got[tap.Layer].Shape())
		picture := sets(sample, got, tap)
		var styles []map[string]matching.Set
		for _, style := range want[framework.Style] {
			styles = append(styles, sets(sample, style.Values, tap))
		}
		regions := slices.Sorted(maps.Keys(picture))
		if len(regions) > 1 {
			regions = regions[1:] // whole is first
		}
		for _, region := range regions {
			var of []matching.Set
			for _, style := range styles {
				if set, has := style[region]; has {
					of = append(of, set)
				}
			}
			if len(of) == 0 {
				return nil, fmt.Errorf("no style image has the region %s of the picture: add it to style.0.masks, or remove it from content.masks", region)
			}
			terms = append(terms, framework.Term{Name: named(region, tap), Weight: tap.Weight, Node: distance(b, picture[region], of)})
		}
	}
	return terms, b.Err()
}

// sampler returns a function that returns the compared positions of [H W C], as [N C], for
// a layer of the picture of this shape.
func (l *Loss) sampler(b *graph.Builder, picture graph.Shape) func(graph.Node) graph.Node {
	stride := 1
	if len(picture) == 3 {
		stride = max(picture[0], picture[1]) / l.samples
	}
	sample := func(x graph.Node) graph.Node { return x }
	if stride > 1 {
		u := b.Draws(2)
		sample = func(x graph.Node) graph.Node { return b.Subsample(x, u, stride) }
	}
	return func(x graph.Node) graph.Node {
		x = sample(x)
		if s := x.Shape(); len(s) == 3 {
			return b.Reshape(x, s[0]*s[1], s[2])
		}
		return graph.Node{} // of a failed operation
	}
}

// sets returns the compared positions of an image at a layer, by region; all are whole.
func sets(sample func(graph.Node) graph.Node, values framework.Values, tap framework.Tap) map[string]matching.Set {
	rows := sample(values[tap.Layer])
	all := map[string]matching.Set{whole: {Rows: rows}}
	for _, name := range slices.Sorted(maps.Keys(values)) { // in order: they add nodes
		if region, is := strings.CutSuffix(name, "/"+tap.Layer); is {
			all[region] = matching.Set{Rows: rows, In: sample(values[name])}
		}
	}
	return all
}

// distance is the mean cosine distance of x to the nearest of styles.
func distance(b *graph.Builder, x matching.Set, styles []matching.Set) graph.Node {
	nearest, centre := matching.Matched(b, x, styles)
	distances := b.CosineDistance(b.Sub(x.Rows, matching.Mean(b, x)), b.Sub(nearest, centre))
	return matching.MeanOver(b, distances, x)
}
