package evaluate

import "math"

// Constants of SSIM as its authors chose them: the window's side and standard
// deviation in pixels, and what keeps the fractions finite, K₁² and K₂² for
// values in [0, 1].
const (
	ssimWindow = 11
	ssimSigma  = 1.5
	ssimMeans  = 0.01 * 0.01
	ssimSpread = 0.03 * 0.03
)

// An ssimTarget is a photograph's luma with its mean and mean square in each window.
type ssimTarget struct{ luma, mean, square plane }

func newSSIMTarget(luma plane) ssimTarget {
	return ssimTarget{luma, luma.smoothed(), luma.times(luma).smoothed()}
}

// similarity returns SSIM, the mean over all windows of
//
//	(2μₓμᵧ + c₁)(2σₓᵧ + c₂) / ((μₓ² + μᵧ² + c₁)(σₓ² + σᵧ² + c₂))
//
// with the means μ, variances σ² and covariance σₓᵧ of the luma of the picture, x,
// and of the photograph, y, in a Gaussian window of 11×11 pixels, σ = 1.5; c₁ =
// 0.01², c₂ = 0.03².
//
// It lies in [−1, 1], higher is closer: 1 for equal pictures. Wang, Bovik, Sheikh
// and Simoncelli (2004), without their advice to shrink large pictures first.
// Windows that leave the picture are left out.
func (t ssimTarget) similarity(luma plane) float64 {
	mean, square, product := luma.smoothed(), luma.times(luma).smoothed(), luma.times(t.luma).smoothed()
	sum := 0.0
	for i, x := range mean.v {
		y := t.mean.v[i]
		spread := (square.v[i] - x*x) + (t.square.v[i] - y*y)
		covariance := product.v[i] - x*y
		sum += (2*x*y + ssimMeans) * (2*covariance + ssimSpread) / ((x*x + y*y + ssimMeans) * (spread + ssimSpread))
	}
	return sum / float64(len(mean.v))
}

// smoothed returns the means of p in the Gaussian windows that lie within it.
func (p plane) smoothed() plane {
	var weights [ssimWindow]float64
	total := 0.0
	for i := range weights {
		d := float64(i - ssimWindow/2)
		weights[i] = math.Exp(-d * d / (2 * ssimSigma * ssimSigma))
		total += weights[i]
	}
	for i := range weights {
		weights[i] /= total
	}
	rows := newPlane(p.h, p.w-ssimWindow+1)
	for y := range rows.h {
		from, to := p.row(y), rows.row(y)
		for x := range to {
			for i, weight := range weights {
				to[x] += weight * from[x+i]
			}
		}
	}
	out := newPlane(p.h-ssimWindow+1, rows.w)
	for y := range out.h {
		to := out.row(y)
		for i, weight := range weights {
			for x, v := range rows.row(y + i) {
				to[x] += weight * v
			}
		}
	}
	return out
}
