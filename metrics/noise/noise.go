// Package noise is a picture's noise at the scale of pixels, absolute and relative to the
// content image's.
package noise

import (
	"math"

	"runexp/framework"
	"runexp/framework/imaging"
	"runexp/framework/measure"
)

// levels is the number of steps of 8 bits, the unit of noise.
const levels = 255

// floor is the noise of rounding to 8 bits, in levels: rounding errors are uniform on ±½,
// so their standard deviation is 1/√12. It is added to both sides of the ratio, which is
// then finite for a content image without noise.
const floor = 0.28867513459481287

// Metric is the standard deviation of the picture's noise, by Immerkær's estimate.
type Metric struct{}

// Relative is (σ + floor) / (σ' + floor), σ the noise of the picture and σ' of the
// content image. It lies in [0, ∞), 1 for equal noise.
type Relative struct{}

var (
	_ framework.Metric = Metric{}
	_ framework.Metric = Relative{}
)

// Definition is part of framework.Metric.
func (Metric) Definition() framework.Definition {
	return framework.Definition{
		Label: "noise", Doc: "standard deviation of the finest noise, by Immerkær's estimate", Unit: "levels of 255",
		Low: 0, High: math.Inf(1), Better: framework.Lower,
		Formula: "255 √(π/2)/6 · mean |N ∗ I|, N = (1 −2 1)ᵀ(1 −2 1)", Source: "Immerkær 1996, CVIU 64(2)",
	}
}

// Definition is part of framework.Metric.
func (Relative) Definition() framework.Definition {
	return framework.Definition{
		Label: "relative noise", Doc: "noise as a multiple of the content image's",
		Low: 0, High: math.Inf(1), Better: framework.Lower, Against: framework.Content, Equal: 1,
		Formula: "(σ + 0.289) / (σ' + 0.289), σ of noise", Source: "Immerkær 1996, CVIU 64(2), as a ratio",
	}
}

// Prepare needs no image to compare with.
func (Metric) Prepare(*measure.Image, string) (framework.Score, error) { return immerkaer, nil }

// Prepare computes the content image's noise.
func (Relative) Prepare(image *measure.Image, _ string) (framework.Score, error) {
	want := immerkaer(image)
	return func(picture *measure.Image) float64 { return (immerkaer(picture) + floor) / (want + floor) }, nil
}

// immerkaer estimates the standard deviation of noise in pixels I, [h, w, 3] in
// [0, 1], in levels of 255:
//
//	σ = 255 · √(π/2) · mean|I ∗ M| / 6,  M = (1 −2 1)ᵀ(1 −2 1)
//
// over the inner pixels of the three channels. M responds neither to gradients nor to
// straight edges along an axis; its response to white noise of deviation σ has deviation
// 6σ and mean absolute value 6σ√(2/π).
//
// It lies in [0, ∞), lower is cleaner. Brushwork as fine as a pixel counts as noise, so
// compare pictures of the same style image. Immerkær (1996), "Fast noise variance
// estimation", has one channel; we use all three, since the noise of style transfer is
// coloured.
func immerkaer(m *measure.Image) float64 {
	sum, stride := 0.0, m.W*imaging.Channels
	for y := 1; y < m.H-1; y++ {
		above, middle, below := m.Pix[(y-1)*stride:][:stride], m.Pix[y*stride:][:stride], m.Pix[(y+1)*stride:][:stride]
		column := func(i int) float64 { return float64(above[i]) - 2*float64(middle[i]) + float64(below[i]) }
		for i := imaging.Channels; i < stride-imaging.Channels; i++ {
			sum += math.Abs(column(i-imaging.Channels) - 2*column(i) + column(i+imaging.Channels))
		}
	}
	n := float64((m.H - 2) * (m.W - 2) * imaging.Channels)
	return levels * math.Sqrt(math.Pi/2) * sum / 6 / n
}
