// Package tv is the relative total variation: how much neighbouring pixels differ, as a
// multiple of the content image's.
package tv

import (
	"math"

	"runexp/framework"
	"runexp/framework/imaging"
	"runexp/framework/measure"
)

// levels is the number of steps of 8 bits, the unit of variation.
const levels = 255

// floor is the total variation of rounding to 8 bits, in levels: rounding errors are
// uniform on ±½, and two of them differ by ⅓ on average, in either direction. It is added
// to both sides of the ratio, which is then finite for a content image of one colour.
const floor = 2.0 / 3

// Metric is (V + floor) / (V' + floor), V the total variation of the picture and V'
// of the content image. It lies in [0, ∞). Neither direction is better: below 1 the
// picture is smoother than the content image, above 1 it has the style image's brushwork,
// or noise.
type Metric struct{}

var _ framework.Metric = Metric{}

// Definition is part of framework.Metric.
func (Metric) Definition() framework.Definition {
	return framework.Definition{
		Label: "relative total variation", Doc: "total variation as a multiple of the content image's: brushwork and noise raise it",
		Low: 0, High: math.Inf(1), Better: framework.Neither, Against: framework.Content, Equal: 1,
		Formula: "(V + ⅔) / (V' + ⅔), V = 255 (mean |dI/dx| + mean |dI/dy|)", Source: "Rudin, Osher and Fatemi 1992, anisotropic, as a ratio",
	}
}

// Prepare computes the content image's total variation.
func (Metric) Prepare(image *measure.Image, _ string) (framework.Score, error) {
	want := variation(image)
	return func(picture *measure.Image) float64 { return (variation(picture) + floor) / (want + floor) }, nil
}

// variation returns the anisotropic total variation of pixels x in [0, 1], as means:
//
//	255 · (mean|x[y+1] − x[y]| + mean|x[x+1] − x[x]|)
//
// in levels of 255. Rudin, Osher and Fatemi (1992), with absolute differences as in the
// usual loss.
func variation(m *measure.Image) float64 {
	dy, dx := m.Kernels.AbsDifferences(m.Pix, m.H, m.W, imaging.Channels)
	return levels * (dy/float64((m.H-1)*m.W) + dx/float64(m.H*(m.W-1))) / imaging.Channels
}
