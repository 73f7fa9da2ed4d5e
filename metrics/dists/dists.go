// Package dists is DISTS: the similarity of a picture's structure and texture to the content
// image's.
package dists

import (
	"errors"
	"slices"

	"runexp/framework"
	"runexp/framework/imaging"
	"runexp/framework/measure"
	"runexp/internal/vgg16"
)

// Metric is DISTS,
//
//	1 − Σ꜀ (α꜀ l꜀ + β꜀ s꜀) / Σ꜀ (α꜀ + β꜀)
//	l = (2μμ' + ε) / (μ² + μ'² + ε)
//	s = (2σ₍ff'₎ + ε) / (σ² + σ'² + ε)
//
// over 1475 channels c: R, G and B of the pixels, in [0, 1], and those of relu1_2, relu2_2,
// relu3_3, relu4_3 and relu5_3 of VGG-16 with Hann poolings. μ, σ² and σ₍ff'₎ are mean,
// variance and covariance over all positions, primed symbols the content image's, ε = 10⁻⁶,
// and α and β ≥ 0 learnt weights.
//
// It lies in [0, 2], lower is closer: 0 for equal pictures. Means alone, l, accept another
// texture of the same kind. Ding, Ma, Wang and Simoncelli (2020, TPAMI; arXiv:2004.07728),
// checked against their code, github.com/dingkeyan93/DISTS, PyPI package DISTS_pytorch 0.1,
// whose weights.pt holds α and β.
type Metric struct {
	alpha, beta []float32 // [1475]; nil if none are given
}

var (
	_ framework.Metric         = Metric{}
	_ framework.NetworkChecker = Metric{}
)

// epsilon is the authors' c₁ and c₂, which stabilise the fractions.
const epsilon = 1e-6

// published is the SHA-256 of the authors' α and β.
const published = "7c2e5100877a8207f0d6754d6cb5611d54dc781cff01124d96f9c8bbbbebb610"

// Key is where a config names the file of the weights.
const Key = "evaluate.dists"

// Read returns the metric with the weights in a file; with "" for the file one that has
// none, and that no network can compute. Errors: a file that is not DISTS's weights.pt.
func Read(path string) (framework.Metric, error) {
	if path == "" {
		return Metric{}, nil
	}
	n := imaging.Channels
	_, widths := vgg16.Layers()
	for _, width := range widths {
		n += width
	}
	w, err := vgg16.Read(path, "DISTS's weights.pt (in the PyPI package DISTS_pytorch)", published, []string{"alpha", "beta"}, []int{n, n})
	if err != nil {
		return nil, err
	}
	return New(w[0], w[1]), nil
}

// New returns the metric with these weights, [1475].
func New(alpha, beta []float32) Metric { return Metric{alpha, beta} }

// Definition is part of framework.Metric.
func (Metric) Definition() framework.Definition {
	layers, _ := vgg16.Layers()
	return framework.Definition{
		Label: "DISTS", Doc: "DISTS by VGG-16, how different means (texture) and correlations (structure) of the features are",
		Low: 0, High: 2, Better: framework.Lower, Against: framework.Content,
		Layers: framework.LayersTogether, Fixed: layers,
		Formula:    "1 − Σ (α (2μμ' + ε)/(μ² + μ'² + ε) + β (2σ₍ff'₎ + ε)/(σ² + σ'² + ε)) / Σ (α + β)",
		Source:     "Ding, Ma, Wang and Simoncelli 2020, arXiv:2004.07728",
		Comparable: "with DISTS: by vgg16 with torchvision's weights and pooling: hann, at the same size (theirs has a short side of 256 pixels); " + Key + " names weights.pt of the PyPI package DISTS_pytorch",
	}
}

// CheckNetwork is part of framework.NetworkChecker.
func (m Metric) CheckNetwork(layers []framework.Layer) error {
	if m.alpha == nil {
		return errNoWeights()
	}
	return vgg16.Check(layers, "hannpool", ", pooling: hann")
}

func errNoWeights() error {
	return errors.New("it needs weights of its own; name their file with " + Key + ": weights.pt, in the PyPI package DISTS_pytorch")
}

// Prepare copies the content image's pixels and features.
func (m Metric) Prepare(image *measure.Image, _ string) (framework.Score, error) {
	if m.alpha == nil {
		return nil, errNoWeights()
	}
	var want []measure.Features
	for _, f := range all(image) {
		f.Values = slices.Clone(f.Values)
		want = append(want, f)
	}
	return func(picture *measure.Image) float64 {
		similar, total, first := 0.0, 0.0, 0
		for l, f := range all(picture) {
			n := float64(f.H * f.W)
			for c, s := range newSums(f, want[l]) {
				alpha, beta := float64(m.alpha[first+c]), float64(m.beta[first+c])
				similar += alpha*s.means(n) + beta*s.variances(n)
				total += alpha + beta
			}
			first += f.C
		}
		return max(1-similar/total, 0) // rounding may give slightly less than 0 for equal pictures
	}, nil
}

// all returns an image's pixels and features.
func all(m *measure.Image) []measure.Features {
	list := []measure.Features{{H: m.H, W: m.W, C: imaging.Channels, Values: m.Pix}}
	layers, _ := vgg16.Layers()
	for _, layer := range layers {
		list = append(list, m.Features(layer))
	}
	return list
}

// sums are those of a channel f of the picture and g of the content image, over n positions.
type sums struct{ f, g, ff, gg, fg float64 }

// newSums returns the sums of all channels.
func newSums(f, g measure.Features) []sums {
	list := make([]sums, f.C)
	for i := 0; i < len(f.Values); i += f.C {
		for c := range list {
			a, b := float64(f.Values[i+c]), float64(g.Values[i+c])
			s := &list[c]
			s.f += a
			s.g += b
			s.ff += a * a
			s.gg += b * b
			s.fg += a * b
		}
	}
	return list
}

// means returns the similarity of the means.
func (s sums) means(n float64) float64 {
	f, g := s.f/n, s.g/n
	return (2*f*g + epsilon) / (f*f + g*g + epsilon)
}

// variances returns the correlation, less where the variances differ.
func (s sums) variances(n float64) float64 {
	f, g := s.f/n, s.g/n
	return (2*(s.fg/n-f*g) + epsilon) / ((s.ff/n - f*f) + (s.gg/n - g*g) + epsilon)
}
