// Package content is the content distance: the distance of a picture's features from the
// content image's, position by position.
package content

import (
	"math"
	"slices"

	"runexp/framework"
	"runexp/framework/measure"
)

// Metric is ‖F − P‖² / ‖P‖² of the features F of the picture and P of the content
// image at each content layer, over all positions and channels.
//
// It lies in [0, ∞), lower is closer: 0 for equal features, 1 for features that are all 0,
// about 2 for unrelated ones of the same energy. The numerator is the content loss of
// Gatys, Ecker and Bethge (2016, equation 1) without its ½; the denominator, which they do
// not have, makes layers comparable.
type Metric struct{}

var _ framework.Metric = Metric{}

// Definition is part of framework.Metric.
func (Metric) Definition() framework.Definition {
	return framework.Definition{
		Label: "content distance", Doc: "squared distance of the features from the content image's, relative to their energy",
		Low: 0, High: math.Inf(1), Better: framework.Lower, Against: framework.Content, Layers: framework.ContentLayers,
		Formula: "‖F − P‖² / ‖P‖²", Source: "Gatys, Ecker and Bethge 2016, CVPR, equation 1, divided by the content image's energy",
	}
}

// Prepare copies the content image's features.
func (Metric) Prepare(image *measure.Image, layer string) (framework.Score, error) {
	want := slices.Clone(image.Features(layer).Values)
	energy := 0.0
	for _, v := range want {
		energy += float64(v) * float64(v)
	}
	if energy == 0 {
		return nil, measure.ErrBlank
	}
	return func(picture *measure.Image) float64 {
		return picture.Kernels.SquaredError(picture.Features(layer).Values, want) / energy
	}, nil
}
