// Package tv is the relative total variation: how much neighbouring pixels differ,
// as a multiple of what they do in the content image.
package tv

import (
	"math"

	"runexp/framework"
	"runexp/framework/imaging"
	"runexp/framework/measure"
)

// levels is how many steps 8 bits have: variation is given in them.
const levels = 255

// floor is the total variation that rounding to 8 bits alone gives a picture, in
// levels: rounding errors are uniform on ±½, and two of them differ by ⅓ on
// average, in either direction. The ratio is taken above that, so that a content
// image of one colour does not make it infinite.
const floor = 2.0 / 3

// Metric is (V + floor) / (V' + floor), V the total variation of the picture and V'
// of the content image. It lies in [0, ∞). Neither direction is better: below 1 a
// picture is smoother than the content image, above it has the brushwork of its
// style image, or noise.
type Metric struct{}

var _ framework.Metric = Metric{}

// Definition is part of framework.Metric.
func (Metric) Definition() framework.Definition {
	return framework.Definition{
		Label: "relative total variation", Doc: "total variation as a multiple of the content image's: brushwork and noise raise it",
		Low: 0, High: math.Inf(1), Better: framework.Neither, Against: framework.Content, Equal: 1,
	}
}

// Prepare keeps the content image's total variation.
func (Metric) Prepare(image *measure.Image, _ string) (framework.Score, error) {
	want := variation(image)
	return func(picture *measure.Image) float64 { return (variation(picture) + floor) / (want + floor) }, nil
}

// variation returns the anisotropic total variation of pixels x in [0, 1], as means:
//
//	255 · (mean|x[y+1] − x[y]| + mean|x[x+1] − x[x]|)
//
// in levels of 255. Rudin, Osher and Fatemi (1992); the absolute differences are
// those of the usual loss.
func variation(m *measure.Image) float64 {
	dy, dx := m.Kernels.AbsDifferences(m.Pix, m.H, m.W, imaging.Channels)
	return levels * (dy/float64((m.H-1)*m.W) + dx/float64(m.H*(m.W-1))) / imaging.Channels
}
