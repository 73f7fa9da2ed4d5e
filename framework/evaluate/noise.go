package evaluate

import (
	"math"

	"runexp/framework/compute"
	"runexp/framework/imaging"
)

// levels is how many steps 8 bits have: noise and variation are given in them.
const levels = 255

// What rounding to 8 bits alone does to a picture, in levels: rounding errors are
// uniform on ±½, so their standard deviation is 1/√12, and two of them differ by
// ⅓ on average, in either direction of total variation. Ratios are taken above
// that, so that a photograph without noise does not make them infinite.
const (
	noiseFloor     = 0.28867513459481287
	variationFloor = 2.0 / 3
)

// ratio returns (value + floor) / (photograph + floor): 1 for equals, [0, ∞).
func ratio(value, photograph, floor float64) float64 { return (value + floor) / (photograph + floor) }

// immerkaer estimates the standard deviation of noise in pix, [h, w, 3] in [0, 1],
// in levels of 255:
//
//	σ = 255 · √(π/2) · mean|I ∗ M| / 6,  M = (1 −2 1)ᵀ(1 −2 1)
//
// over the inner pixels of the three channels. M sees neither slopes nor straight
// edges along an axis, and white noise of deviation σ with 6σ, whose absolute
// value is 6σ√(2/π) on average.
//
// It lies in [0, ∞), lower is cleaner; brushwork as fine as a pixel counts as
// noise, so pictures of one painting are compared. Immerkær (1996), "Fast noise
// variance estimation", for one channel; we take all three, since the noise of
// style transfer is coloured.
func immerkaer(pix []float32, h, w int) float64 {
	sum, stride := 0.0, w*imaging.Channels
	for y := 1; y < h-1; y++ {
		above, middle, below := pix[(y-1)*stride:][:stride], pix[y*stride:][:stride], pix[(y+1)*stride:][:stride]
		column := func(i int) float64 { return float64(above[i]) - 2*float64(middle[i]) + float64(below[i]) }
		for i := imaging.Channels; i < stride-imaging.Channels; i++ {
			sum += math.Abs(column(i-imaging.Channels) - 2*column(i) + column(i+imaging.Channels))
		}
	}
	n := float64((h - 2) * (w - 2) * imaging.Channels)
	return levels * math.Sqrt(math.Pi/2) * sum / 6 / n
}

// totalVariation returns the anisotropic total variation of pix, [h, w, 3] in
// [0, 1], as means:
//
//	255 · (mean|x[y+1] − x[y]| + mean|x[x+1] − x[x]|)
//
// in levels of 255. It is reported as a multiple of the photograph's, in [0, ∞).
// Neither direction is better: below 1 a picture is smoother than the photograph,
// above it has the brushwork of its painting, or noise. Rudin, Osher and Fatemi (1992);
// the absolute differences are those of the usual loss.
func totalVariation(k compute.Kernels[float32], pix []float32, h, w int) float64 {
	dy, dx := k.AbsDifferences(pix, h, w, imaging.Channels)
	return levels * (dy/float64((h-1)*w) + dx/float64(h*(w-1))) / imaging.Channels
}
