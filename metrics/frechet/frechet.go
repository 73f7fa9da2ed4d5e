// Package frechet is the Fréchet distance of a picture's features from the style
// image's.
package frechet

import (
	"math"

	"gonum.org/v1/gonum/mat"

	"runexp/framework"
	"runexp/framework/measure"
)

// Metric is d² / (tr Σ' + ‖μ'‖²) at each style layer, with the Fréchet distance
//
//	d² = ‖μ − μ'‖² + tr(Σ + Σ' − 2 (Σ'^½ Σ Σ'^½)^½)
//
// of two normal distributions with the means μ and covariances Σ of the features
// over all positions, [C] and [C, C]; primed symbols are the style image's.
//
// It lies in [0, ∞), lower is closer: 0 for equal moments, 1 for a picture
// without features. Dowson and Landau (1982) give the distance; Heusel et al. (2017,
// arXiv:1706.08500) compare sets of images by it, Shaham et al. (2019, arXiv:1905.01164,
// SIFID) two images at one layer of an Inception network. We use the backbone's layers,
// divide by n instead of n − 1, and divide the distance by the style image's energy.
type Metric struct{}

var _ framework.Metric = Metric{}

// Definition is part of framework.Metric.
func (Metric) Definition() framework.Definition {
	return framework.Definition{
		Label: "Fréchet distance", Doc: "Fréchet distance of the features' mean and covariance, relative to their energy in the style image",
		Low: 0, High: math.Inf(1), Better: framework.Lower, Against: framework.Style, Layers: framework.StyleLayers,
		Formula: "(‖μ − μ'‖² + tr(Σ + Σ' − 2(Σ'^½ Σ Σ'^½)^½)) / (tr Σ' + ‖μ'‖²)", Source: "Dowson and Landau 1982; Heusel et al. 2017, arXiv:1706.08500, divided by the style image's energy",
	}
}

// Prepare computes the style image's moments and the root of their covariance.
func (Metric) Prepare(image *measure.Image, layer string) (framework.Score, error) {
	want := image.Moments(layer)
	energy := want.Energy()
	if !(energy > 0) {
		return nil, measure.ErrBlank
	}
	root := factor(want.Covariance)
	return func(picture *measure.Image) float64 {
		got, d := picture.Moments(layer), 0.0
		for i, v := range got.Mean {
			d += (v - want.Mean[i]) * (v - want.Mean[i])
		}
		return (d + rootDistance(factor(got.Covariance), root)) / energy
	}, nil
}

// rootDistance returns tr(Σ + Σ' − 2 (Σ'^½ Σ Σ'^½)^½) for Σ = RᵀR and Σ' = R'ᵀR':
//
//	‖R‖² + ‖R'‖² − 2 Σ singular values of R R'ᵀ
//
// No matrix is squared, so the distance of equal covariances is 0 to the last digits.
func rootDistance(a, b *mat.Dense) float64 {
	var product mat.Dense
	product.Mul(a, b.T())
	var svd mat.SVD
	if !svd.Factorize(&product, mat.SVDNone) {
		return math.NaN()
	}
	normA, normB := mat.Norm(a, 2), mat.Norm(b, 2) // Frobenius
	d := normA*normA + normB*normB
	for _, value := range svd.Values(nil) {
		d -= 2 * value
	}
	return max(d, 0)
}

// factor returns R with RᵀR = Σ, by Cholesky's factorisation with pivoting:
// there are often more channels than positions, and constant ones.
func factor(covariance *mat.SymDense) *mat.Dense {
	var cholesky mat.PivotedCholesky
	cholesky.Factorize(covariance, -1) // it need not have full rank
	upper := cholesky.RawU()
	c := covariance.SymmetricDim()
	root := mat.NewDense(c, c, nil)
	for k, column := range cholesky.ColumnPivots(nil) {
		for i := range k + 1 {
			root.Set(i, column, upper.At(i, k))
		}
	}
	return root
}
