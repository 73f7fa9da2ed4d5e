// Package recolor moves colours between images: it matches the mean and covariance of
// RGB, and joins one image's luminance with another's colours.
//
// Values are those of imaging.Image: sRGB as stored, 0 to 1, not linearised except
// within Lab. Results may leave [0, 1]; nothing here clamps. Sums are in float64.
package recolor

import "runexp/framework/imaging"

// channels of a pixel.
const channels = imaging.Channels

// A vector is a colour, red, green, blue; a matrix maps one to another.
type (
	vector = [channels]float64
	matrix = [channels][channels]float64
)

// Moments are the mean μ, [3], and the covariance Σ, [3, 3], of an image's colours x over
// its n pixels:
//
//	μ = 1/n · Σ x    Σ = 1/n · Σ (x − μ)(x − μ)ᵀ
type Moments struct {
	Mean vector
	Cov  matrix
}

// Of returns the moments of an image.
func Of(m *imaging.Image) Moments {
	var o Moments
	n := float64(m.H * m.W)
	for i, v := range m.Pix {
		o.Mean[i%channels] += float64(v) / n
	}
	for i := 0; i < len(m.Pix); i += channels {
		var d vector
		for c := range d {
			d[c] = float64(m.Pix[i+c]) - o.Mean[c]
		}
		for r := range d {
			for c := range d {
				o.Cov[r][c] += d[r] * d[c] / n
			}
		}
	}
	return o
}

// Mix returns the moments of the colours of several images together, drawn from image i
// with probability w_i = weights[i] / Σ weights:
//
//	μ = Σ_i w_i·μ_i    Σ = Σ_i w_i·(Σ_i + (μ_i − μ)(μ_i − μ)ᵀ)
//
// Weights are at least 0, one of them above.
func Mix(parts []Moments, weights []float64) Moments {
	var o Moments
	sum := 0.0
	for _, w := range weights {
		sum += w
	}
	for i, p := range parts {
		for c := range p.Mean {
			o.Mean[c] += weights[i] / sum * p.Mean[c]
		}
	}
	for i, p := range parts {
		for r := range p.Cov {
			for c := range p.Cov[r] {
				o.Cov[r][c] += weights[i] / sum * (p.Cov[r][c] + (p.Mean[r]-o.Mean[r])*(p.Mean[c]-o.Mean[c]))
			}
		}
	}
	return o
}
