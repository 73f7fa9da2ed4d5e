// Package effectiveness is the E statistic: how well the features of a picture match the
// normal distribution of the style image's.
package effectiveness

import (
	"errors"
	"math"

	"gonum.org/v1/gonum/mat"

	"runexp/framework"
	"runexp/framework/measure"
)

// Metric is the base E statistic at each of relu1_1 … relu5_1,
//
//	E = −log KL(N(μ, Σ) ‖ N(μ', Σ'))
//	  = −log ½(tr(Σ'⁻¹Σ) + (μ' − μ)ᵀΣ'⁻¹(μ' − μ) − k + log(det Σ' / det Σ))
//
// with the mean μ, [k], and covariance Σ, [k, k], of the features over all positions,
// projected onto the k principal components; primed symbols are the style image's. k is 32,
// 48, 128, 256 and 256, at most half of the channels and a quarter of the positions, which
// is no limit for VGG-19 and 512×512 pixels.
//
// It lies in (−∞, 13.8], higher is closer: 0 for a divergence of 1, one more for one that is
// e times smaller. A divergence below 10⁻⁶, such as that of equal pictures, counts as 10⁻⁶.
//
// Yeh, Tang, Bhattad, Zou and Forsyth (2020, WACV; arXiv:1910.09447), checked against their
// code, github.com/stringtron/quantative_style, file Baed_E_scripts/EBase/tools.py. They
// take the components from the covariance averaged over photographs of BSDS500, which would
// have to be kept for every network; we take the style image's own. A part of its variance,
// 10⁻⁶ of the mean, is added to all variances, so that a picture of one colour has a finite
// value. They go on to calibrate the five numbers by people's preferences, with coefficients
// that are not part of their code.
type Metric struct{}

var _ framework.Metric = Metric{}

const (
	least = 1e-6 // divergence
	ridge = 1e-6 // of the mean variance
)

// Definition is part of framework.Metric.
func (Metric) Definition() framework.Definition {
	return framework.Definition{
		Label: "effectiveness E", Doc: "E, minus the logarithm of the divergence between normal distributions of the features' principal components",
		Low: math.Inf(-1), High: -math.Log(least), Better: framework.Higher, Against: framework.Style, Equal: -math.Log(least),
		Layers: framework.FixedLayers, Fixed: []string{"relu1_1", "relu2_1", "relu3_1", "relu4_1", "relu5_1"},
		Formula:   "−log ½(tr(Σ'⁻¹Σ) + (μ' − μ)ᵀΣ'⁻¹(μ' − μ) − k + log(det Σ' / det Σ)), in the style image's k principal components",
		Source:    "Yeh, Tang, Bhattad, Zou and Forsyth 2020, Improving Style Transfer with Calibrated Metrics, arXiv:1910.09447: base E",
		OnRequest: true,
	}
}

// count returns k, the number of principal components, for features at a layer.
func count(layer string, f measure.Features) int {
	k := 256
	switch layer {
	case "relu1_1":
		k = 32
	case "relu2_1":
		k = 48
	case "relu3_1":
		k = 128
	}
	return max(1, min(k, f.C/2, f.H*f.W/4))
}

// Prepare computes the style image's principal components.
func (Metric) Prepare(image *measure.Image, layer string) (framework.Score, error) {
	p, err := newProjection(image.Moments(layer), count(layer, image.Features(layer)))
	if err != nil {
		return nil, err
	}
	return func(picture *measure.Image) float64 {
		return -math.Log(max(p.divergence(picture.Moments(layer)), least))
	}, nil
}

// A projection holds the k largest principal components of the style image's features.
type projection struct {
	mean      []float64  // μ', [C]
	basis     *mat.Dense // [C, k]
	variances []float64  // the diagonal of Σ', [k], with floor
	floor     float64    // added to variances
}

func newProjection(m measure.Moments, k int) (projection, error) {
	channels := len(m.Mean)
	floor := ridge * mat.Trace(m.Covariance) / float64(channels)
	if !(floor > 0) {
		return projection{}, errors.New("all positions have the same features, so there is no variance to compare with")
	}
	var e mat.EigenSym
	if !e.Factorize(m.Covariance, true) {
		return projection{}, errors.New("the covariance of the features has no eigenvalues that could be found")
	}
	values := e.Values(nil) // ascending
	var vectors mat.Dense
	e.VectorsTo(&vectors)
	p := projection{mean: m.Mean, basis: mat.DenseCopyOf(vectors.Slice(0, channels, channels-k, channels)), floor: floor}
	for _, v := range values[channels-k:] {
		p.variances = append(p.variances, max(v, 0)+floor)
	}
	return p, nil
}

// divergence returns KL(N(μ, Σ) ‖ N(μ', Σ')) for the moments of a picture; NaN if they are
// not finite.
func (p projection) divergence(m measure.Moments) float64 {
	_, k := p.basis.Dims()
	var half, projected mat.Dense
	half.Mul(m.Covariance, p.basis)
	projected.Mul(p.basis.T(), &half)
	symmetric := mat.NewSymDense(k, nil)
	for i := range k {
		for j := i; j < k; j++ {
			symmetric.SetSym(i, j, (projected.At(i, j)+projected.At(j, i))/2)
		}
	}
	var e mat.EigenSym
	if !e.Factorize(symmetric, false) {
		return math.NaN()
	}
	twice := -float64(k)
	for i, variance := range e.Values(nil) {
		shift := 0.0
		for c, mean := range p.mean {
			shift += (mean - m.Mean[c]) * p.basis.At(c, i)
		}
		twice += (symmetric.At(i, i)+p.floor+shift*shift)/p.variances[i] + math.Log(p.variances[i]) - math.Log(max(variance, 0)+p.floor)
	}
	return twice / 2
}
