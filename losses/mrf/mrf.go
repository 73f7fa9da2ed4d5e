// Package mrf is the style loss of Li and Wand (2016, arXiv:1601.04589, CNNMRF): the
// distance of patches of the picture's features from the most similar patches of the style's.
package mrf

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
	Layers    []framework.LayerWeight `config:"layers" doc:"layers whose patches are compared"`
	Patch     int                     `config:"patch" doc:"positions along a side of a patch"`
	Stride    int                     `config:"stride" doc:"positions from one patch to the next, of picture and style: 2 needs a sixteenth of 1's arithmetic"`
	Overlap   string                  `config:"overlap" choices:"sum,mean" doc:"of a position in several patches: sum, it counts in each, as in the paper; mean, it counts once, shared by its patches, as in the authors' program"`
	Distance  string                  `config:"distance" choices:"squared,sum,root,scaled" doc:"of the patches from their matches with the difference D: squared, mean(D²); sum, ΣD²; root, ΣD² over the root of the number of elements; or scaled, ΣD²/Σ|D|"`
	Rotations int                     `config:"rotations" doc:"compare with copies of the style turned by up to so many times 7.5 degrees either way too; n make 2n + 1 copies, whose memory and arithmetic add up"`
	Scales    int                     `config:"scales" doc:"compare with copies of the style, and of its turned copies, up to so many times 5% smaller and larger too"`
}

// Defaults returns the layers of the authors' program, and the paper's sum over all patches as a mean.
func Defaults() Config {
	return Config{
		Layers: []framework.LayerWeight{{Layer: "relu3_1", Weight: 1}, {Layer: "relu4_1", Weight: 1}},
		Patch:  3, Stride: 1, Overlap: "sum", Distance: "squared",
	}
}

// The largest values of options: beyond them nothing useful is compared.
const (
	mostPatch  = 15
	mostCopies = 5
)

// Validate reports a loss without layers, unknown names and numbers out of range.
func (c Config) Validate() error {
	between := func(field string, value, low, high int) error {
		if value < low || value > high {
			return framework.Invalid(field, "%d is not from %d to %d", value, low, high)
		}
		return nil
	}
	return errors.Join(
		framework.NeedLayers(c.Layers),
		between("patch", c.Patch, 1, mostPatch),
		between("stride", c.Stride, 1, c.Patch), // a larger one leaves positions out
		framework.OneOf("overlap", c.Overlap, "sum", "mean"),
		framework.OneOf("distance", c.Distance, framework.Measures()...),
		between("rotations", c.Rotations, 0, mostCopies),
		between("scales", c.Scales, 0, mostCopies),
	)
}

// Loss is at each layer the distance of the patches Ψ_i of the picture's features, vectors of
// Patch·Patch·C numbers, from those of the style's with the largest normalised
// cross-correlation,
//
//	distance(Ψ_i, Ψ'_k),  k = argmax_k Ψ_i · Ψ'_k / (|Ψ_i|·|Ψ'_k|)
//
// over all elements of all patches: framework.Measures, squared by default, where the paper has
// the sum. The match is found anew in each evaluation and has no gradient. Patches
// are those of graph.Builder.Patches, the last ones at the border, as in the authors' program.
//
// With overlap: mean each squared difference is divided by the number of patches that its
// position is in. So the gradient of half the sum is the sum of the differences at
// a position over their number, which the authors' program computes in place of a loss: its weight w is
// w/2 with distance: sum.
//
// With masks there is a term for each region of the picture and each layer, whose patches
// and matches are those where the mean of the region's mask is above ½. The patches of all style
// images and copies compete, whatever their weights, but for those of weight 0.
//
// Departures from the source code: its turned copies are cut to a rectangle of another
// aspect ratio, and its matches may be left out below a least correlation, 0 in its recipes.
type Loss struct {
	c    Config
	taps []framework.Tap
}

var (
	_ framework.MaskReader   = (*Loss)(nil)
	_ framework.ImageDeriver = copying{}
)

// New returns the loss; it is a framework.ImageDeriver if it compares with copies.
func New(c Config) (framework.Loss, error) {
	l := &Loss{c, framework.TapsOf(c.Layers)}
	if c.Rotations+c.Scales > 0 {
		return copying{l}, nil
	}
	return l, nil
}

// Roles returns the style images' role. The picture's regions are the content image's.
func (l *Loss) Roles() []framework.Role { return []framework.Role{framework.Style} }

// ReadsMasks returns true.
func (l *Loss) ReadsMasks() bool { return true }

// Taps returns the layers compared.
func (l *Loss) Taps() []framework.Tap { return l.taps }

// Represent returns each layer's features, [H W C], and for each region and layer, as
// region/layer, which patches are in it, [N 1].
func (l *Loss) Represent(b *graph.Builder, v framework.View) (framework.Values, error) {
	values := v.Each(l.taps, func(features graph.Node) graph.Node { return features })
	for _, tap := range l.taps {
		if s := values[tap.Layer].Shape(); len(s) == 3 && min(s[0], s[1]) < l.c.Patch {
			return nil, fmt.Errorf("%s has %d×%d positions, fewer than a patch of %d×%d: choose a larger size, an earlier layer or a smaller patch",
				tap.Layer, s[0], s[1], l.c.Patch, l.c.Patch)
		}
		for _, region := range v.Regions() {
			share := b.MeanAlong(l.patches(b, v.Masks[region][tap.Layer]), 1)
			values[region+"/"+tap.Layer] = matching.Inside(b, share)
		}
	}
	return values, b.Err()
}

func (l *Loss) patches(b *graph.Builder, x graph.Node) graph.Node {
	return b.Patches(x, l.c.Patch, l.c.Stride)
}

// Score returns a term for each layer, or for each region and layer.
func (l *Loss) Score(b *graph.Builder, got framework.Values, want framework.Targets) ([]framework.Term, error) {
	var terms []framework.Term
	for _, tap := range l.taps {
		picture := l.sets(b, got, tap)
		var styles []map[string]matching.Set
		for _, style := range want[framework.Style] {
			if style.Weight > 0 {
				styles = append(styles, l.sets(b, style.Values, tap))
			}
		}
		for _, name := range slices.Sorted(maps.Keys(picture)) {
			var of []matching.Set
			for _, style := range styles {
				if set, has := style[name]; has {
					of = append(of, set)
				}
			}
			if len(of) == 0 {
				region, _, _ := strings.Cut(name, "/")
				return nil, fmt.Errorf("no style image has the region %s of the picture: add it to style.0.masks, or remove it from content.masks", region)
			}
			distance := l.distance(b, picture[name], of, got[tap.Layer].Shape())
			terms = append(terms, framework.Term{Name: name, Weight: tap.Weight, Node: distance})
		}
	}
	return terms, b.Err()
}

// sets returns the patches of an image at a layer by the names of terms: the layer, or
// region/layer for each region.
func (l *Loss) sets(b *graph.Builder, values framework.Values, tap framework.Tap) map[string]matching.Set {
	rows := l.patches(b, values[tap.Layer])
	all := map[string]matching.Set{}
	for name, node := range values {
		if strings.HasSuffix(name, "/"+tap.Layer) {
			all[name] = matching.Set{Rows: rows, In: node}
		}
	}
	if len(all) == 0 {
		all[tap.Layer] = matching.Set{Rows: rows}
	}
	return all
}

// distance is that of the patches of x, of a layer of a shape, from their matches among styles.
func (l *Loss) distance(b *graph.Builder, x matching.Set, styles []matching.Set, layer graph.Shape) graph.Node {
	matched := matching.MatchedAt0(b, x, styles)
	weights, rows := x.In, x.Rows
	if l.c.Overlap == "mean" {
		elements := graph.Shape{rows.Shape().Len() / layer[2], layer[2]}
		rows, matched = b.Reshape(rows, elements...), b.Reshape(matched, elements...)
		shares := l.patches(b, b.Constant("shares of patches", l.shares(layer)))
		if weights.Valid() {
			shares = b.Mul(shares, weights)
		}
		weights = b.Reshape(shares, elements[0], 1)
	}
	return framework.WeightedDistance(b, l.c.Distance, rows, matched, weights)
}
