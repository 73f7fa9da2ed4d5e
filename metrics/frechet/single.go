package frechet

import (
	"math"

	"runexp/framework"
	"runexp/framework/measure"
)

// SingleImage is SIFID by VGG: the Fréchet distance of the features at one layer, as Metric
// defines it, in the features' own squared units:
//
//	‖μ − μ'‖² + tr(Σ + Σ' − 2 (Σ'^½ Σ Σ'^½)^½)
//
// with covariances over n positions divided by n − 1.
//
// It lies in [0, ∞), lower is closer: 0 for equal moments. Shaham, Dekel and Michaeli (2019,
// SinGAN, ICCV; arXiv:1905.01164), checked against the formula of their code,
// github.com/tamarott/SinGAN, file SIFID/sifid_score.py. They read an Inception network before
// its second pooling; we read VGG's last layer before its second pooling, relu2_2, so values
// do not compare with theirs.
type SingleImage struct{}

// rounding is the error of the distance of equal pictures, relative to their energy; what is
// less counts as 0.
const rounding = 1e-12

var _ framework.Metric = SingleImage{}

// Definition is part of framework.Metric.
func (SingleImage) Definition() framework.Definition {
	return framework.Definition{
		Label: "SIFID by VGG", Doc: "Fréchet distance of the features' mean and covariance in a single pair of images (SIFID), by VGG instead of Inception",
		Low: 0, High: math.Inf(1), Better: framework.Lower, Against: framework.Style,
		Layers: framework.FixedLayers, Fixed: []string{"relu2_2"},
		Formula: "‖μ − μ'‖² + tr(Σ + Σ' − 2(Σ'^½ Σ Σ'^½)^½)",
		Source:  "Shaham, Dekel and Michaeli 2019, SinGAN, arXiv:1905.01164, with VGG instead of Inception",
	}
}

// Prepare computes the style image's moments and the root of their covariance.
func (SingleImage) Prepare(image *measure.Image, layer string) (framework.Score, error) {
	want := image.Moments(layer)
	energy := want.Energy()
	if !(energy > 0) {
		return nil, measure.ErrBlank
	}
	root := factor(want.Covariance)
	return func(picture *measure.Image) float64 {
		f := picture.Features(layer)
		n := float64(f.H * f.W)
		got, d := picture.Moments(layer), 0.0
		for i, v := range got.Mean {
			d += (v - want.Mean[i]) * (v - want.Mean[i])
		}
		if d += rootDistance(factor(got.Covariance), root) * n / max(n-1, 1); d < rounding*energy {
			return 0
		}
		return d
	}, nil
}
