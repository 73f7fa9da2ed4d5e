// Package hypercolumn samples images at random pixels, for the losses of STROTSS (Kolkin,
// Salavon and Shakhnarovich 2019, arXiv:1904.12785).
//
// A pixel's hypercolumn is its colour and the features of several layers there, side by
// side. Each loss draws pixels of its own, though the authors' program uses the same for all
// its losses: the expectation of their sum is the same, and a loss can be left out, added or
// given another number of pixels without a change to the others.
package hypercolumn

import (
	"errors"
	"math"
	"math/bits"
	"slices"

	"runexp/framework"
	"runexp/framework/graph"
)

// A Sampler says what is sampled, and how often. Embedded in a loss it is what these losses
// have in common.
type Sampler struct {
	Parts       []framework.Tap // a hypercolumn's parts, in this order; the weight multiplies the features
	Points      int             // pixels of the picture, drawn in each iteration
	StylePoints int             // pixels of each style image, drawn once in a stage
}

// Taps returns the image with the weight pixels, unless that is 0, and the layers.
func Taps(pixels float64, layers []framework.LayerWeight) []framework.Tap {
	taps := framework.TapsOf(layers)
	if pixels > 0 {
		taps = slices.Insert(taps, 0, framework.Tap{Layer: framework.ImageTap, Weight: pixels})
	}
	return taps
}

// Layers are the layers of the authors' program, in VGG's names, but for the last one: they
// take relu5_3, which vgg19-lite does not have.
func Layers() []framework.LayerWeight {
	var layers []framework.LayerWeight
	for _, name := range []string{"relu1_1", "relu1_2", "relu2_1", "relu2_2", "relu3_1", "relu3_2", "relu3_3", "relu4_3", "relu5_1"} {
		layers = append(layers, framework.LayerWeight{Layer: name, Weight: 1})
	}
	return layers
}

// Check returns errors for the options pixels, points and style_points out of range.
func Check(pixels float64, points, stylePoints int) error {
	return errors.Join(
		framework.InRange("pixels", pixels, 0, math.Inf(1)),
		framework.InRange("points", float64(points), 1, tooMany),
		framework.InRange("style_points", float64(stylePoints), 1, tooMany),
	)
}

// tooMany points: the matrix of all pairs would have at least 4 GiB.
const tooMany = 1 << 15

// ReadsMasks returns true.
func (s Sampler) ReadsMasks() bool { return true }

// Draws returns true.
func (s Sampler) Draws() bool { return true }

// Taps returns the parts of a hypercolumn.
func (s Sampler) Taps() []framework.Tap { return s.Parts }

// Represent returns what Columns needs of an image.
func (s Sampler) Represent(_ *graph.Builder, v framework.View) (framework.Values, error) {
	values := v.Each(s.Parts, func(features graph.Node) graph.Node { return features })
	values[framework.ImageTap] = v.Taps[framework.ImageTap]
	for _, region := range v.Regions() {
		values[named(region, mask)] = v.Masks[region][framework.ImageTap]
	}
	return values, nil
}

// Columns returns the hypercolumns, [N C], of an image as Represent returned it at pixels
// [N 2]. A layer is interpolated at pixel/stride, as in the authors' program, where stride is
// the largest power of 2 that is at most the ratio of the image's side to the layer's.
func (s Sampler) Columns(b *graph.Builder, image framework.Values, pixels graph.Node) graph.Node {
	size := image[framework.ImageTap].Shape()
	at := map[[2]int]graph.Node{}
	parts := make([]graph.Node, len(s.Parts))
	for i, tap := range s.Parts {
		features := image[tap.Layer]
		shape := features.Shape()
		stride := [2]int{strideOf(size[0], shape[0]), strideOf(size[1], shape[1])}
		if _, has := at[stride]; !has {
			row := []float64{1 / float64(stride[0]), 1 / float64(stride[1])}
			at[stride] = b.Mul(pixels, b.Constant("strides", graph.Double(graph.Shape{2}, row)))
		}
		if parts[i] = b.SampleAt(features, at[stride]); tap.Weight != 1 {
			parts[i] = b.Scale(parts[i], tap.Weight)
		}
	}
	return b.Concat(1, parts...)
}

// strideOf returns the largest power of 2 that is at most image/layer, at least 1.
func strideOf(image, layer int) int { return 1 << max(0, bits.Len(uint(image/layer))-1) }
