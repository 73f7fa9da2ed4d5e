// Package ssim is the structural similarity of a picture and the content image.
package ssim

import (
	"math"

	"runexp/framework"
	"runexp/framework/measure"
)

// Constants of SSIM as chosen by its authors: the window's side and standard deviation in
// pixels, and K₁² and K₂², for values in [0, 1], which stabilise the fractions.
const (
	window = 11
	sigma  = 1.5
	means  = 0.01 * 0.01
	spread = 0.03 * 0.03
)

// Metric is SSIM, the mean over all windows of
//
//	(2μₓμᵧ + c₁)(2σₓᵧ + c₂) / ((μₓ² + μᵧ² + c₁)(σₓ² + σᵧ² + c₂))
//
// with the means μ, variances σ² and covariance σₓᵧ of the luma of the picture, x,
// and of the content image, y, in a Gaussian window of 11×11 pixels, σ = 1.5; c₁ =
// 0.01², c₂ = 0.03².
//
// It lies in [−1, 1], higher is closer: 1 for equal pictures. Wang, Bovik, Sheikh
// and Simoncelli (2004); large pictures are not shrunk first, as they advise. Only windows
// inside the picture count.
type Metric struct{}

var _ framework.Metric = Metric{}

// Definition is part of framework.Metric.
func (Metric) Definition() framework.Definition {
	return framework.Definition{
		Label: "SSIM", Doc: "structural similarity (SSIM) of the brightness",
		Low: -1, High: 1, Better: framework.Higher, Against: framework.Content, Equal: 1,
		Formula: "mean of (2μₓμᵧ + c₁)(2σₓᵧ + c₂) / ((μₓ² + μᵧ² + c₁)(σₓ² + σᵧ² + c₂))", Source: "Wang, Bovik, Sheikh and Simoncelli 2004, IEEE TIP 13(4)",
		Comparable: "with SSIM of luma (BT.601) in Gaussian windows of 11×11 pixels at the same size, not shrunk first",
	}
}

// Prepare computes the content image's luma, with its mean and mean square in each window.
func (Metric) Prepare(image *measure.Image, _ string) (framework.Score, error) {
	want := image.Luma()
	wantMean, wantSquare := smoothed(want), smoothed(times(want, want))
	return func(picture *measure.Image) float64 {
		luma := picture.Luma()
		mean, square, product := smoothed(luma), smoothed(times(luma, luma)), smoothed(times(luma, want))
		sum := 0.0
		for i, x := range mean.V {
			y := wantMean.V[i]
			variances := (square.V[i] - x*x) + (wantSquare.V[i] - y*y)
			covariance := product.V[i] - x*y
			sum += (2*x*y + means) * (2*covariance + spread) / ((x*x + y*y + means) * (variances + spread))
		}
		return sum / float64(len(mean.V))
	}, nil
}

// times returns the products of p's and q's elements.
func times(p, q measure.Plane) measure.Plane {
	out := measure.NewPlane(p.H, p.W)
	for i := range out.V {
		out.V[i] = p.V[i] * q.V[i]
	}
	return out
}

// smoothed returns the means of p in the Gaussian windows that lie within it.
func smoothed(p measure.Plane) measure.Plane {
	var weights [window]float64
	total := 0.0
	for i := range weights {
		d := float64(i - window/2)
		weights[i] = math.Exp(-d * d / (2 * sigma * sigma))
		total += weights[i]
	}
	for i := range weights {
		weights[i] /= total
	}
	rows := measure.NewPlane(p.H, p.W-window+1)
	for y := range rows.H {
		from, to := p.Row(y), rows.Row(y)
		for x := range to {
			for i, weight := range weights {
				to[x] += weight * from[x+i]
			}
		}
	}
	out := measure.NewPlane(p.H-window+1, rows.W)
	for y := range out.H {
		to := out.Row(y)
		for i, weight := range weights {
			for x, v := range rows.Row(y + i) {
				to[x] += weight * v
			}
		}
	}
	return out
}
