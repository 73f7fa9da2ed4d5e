// Package style is the style distance: the distance of the Gram matrices of a picture's
// features from the style image's.
package style

import (
	"math"

	"runexp/framework"
	"runexp/framework/measure"
)

// Metric is ‖G − A‖ / ‖A‖ (Frobenius) of the Gram matrices G of the picture and A
// of the style image at each style layer, each FᵀF/n over n positions.
//
// It lies in [0, ∞), lower is closer: 0 for equal matrices, 1 for a picture
// without features. Gram matrices are the style of Gatys, Ecker and Bethge (2016,
// equations 3 and 4), who square the distance and divide by sizes. We do not square it,
// since G is quadratic in the features already, and divide by the style image's norm,
// since at least five other normalisations are in use.
type Metric struct{}

var _ framework.Metric = Metric{}

// Definition is part of framework.Metric.
func (Metric) Definition() framework.Definition {
	return framework.Definition{
		Label: "style distance", Doc: "distance of the Gram matrices, relative to the style image's",
		Low: 0, High: math.Inf(1), Better: framework.Lower, Against: framework.Style, Layers: framework.StyleLayers,
		Formula: "‖G − A‖ / ‖A‖, G = FᵀF/n", Source: "Gatys, Ecker and Bethge 2016, CVPR, equations 3 and 4, not squared, divided by the style image's norm",
	}
}

// Prepare computes the style image's moments, which give the Gram matrix.
func (Metric) Prepare(image *measure.Image, layer string) (framework.Score, error) {
	want := image.Moments(layer)
	squares := 0.0
	for i := range want.Mean {
		for j := range want.Mean {
			squares += want.Gram(i, j) * want.Gram(i, j)
		}
	}
	norm := math.Sqrt(squares)
	if !(norm > 0) {
		return nil, measure.ErrBlank
	}
	return func(picture *measure.Image) float64 {
		got, sum := picture.Moments(layer), 0.0
		for i := range want.Mean {
			for j := range want.Mean {
				d := got.Gram(i, j) - want.Gram(i, j)
				sum += d * d
			}
		}
		return math.Sqrt(sum) / norm
	}, nil
}
