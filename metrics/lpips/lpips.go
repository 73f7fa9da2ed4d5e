// Package lpips is LPIPS by VGG-16: the perceptual distance of a picture from the content
// image.
package lpips

import (
	"errors"
	"fmt"
	"math"
	"slices"

	"runexp/framework"
	"runexp/framework/measure"
	"runexp/internal/vgg16"
)

// Metric is LPIPS of version 0.1 with VGG-16,
//
//	Σₗ mean over positions of Σ꜀ wₗ꜀ (f꜀/(‖f‖ + ε) − f'꜀/(‖f'‖ + ε))²
//
// with the features f of the picture, [C], at each position of relu1_2, relu2_2, relu3_3,
// relu4_3 and relu5_3, f' those of the content image, ε = 10⁻¹⁰ and learnt weights w ≥ 0.
//
// It lies in [0, ∞), lower is closer: 0 for equal pictures; unrelated ones are about 0.7.
// Zhang, Isola, Efros, Shechtman and Wang (2018, CVPR; arXiv:1801.03924), checked against
// their code, github.com/richzhang/PerceptualSimilarity, PyPI package lpips 0.1.4. The
// weights w are in lpips/weights/v0.1/vgg.pth of that package.
type Metric struct {
	weights [][]float32 // w, [C] at each layer; nil if none are given
}

var (
	_ framework.Metric         = Metric{}
	_ framework.NetworkChecker = Metric{}
)

// epsilon keeps features of length 0 finite.
const epsilon = 1e-10

// published is the SHA-256 of the weights of version 0.1.
const published = "9153a2043dccf3b525d4f13db916e93ef040548ea923b6f2100de5ebac141a78"

// Key is where a config names the file of the weights.
const Key = "evaluate.lpips"

// Read returns the metric with the weights in a file; with "" for the file one that has
// none, and that no network can compute. Errors: a file that is not vgg.pth of version 0.1.
func Read(path string) (framework.Metric, error) {
	if path == "" {
		return Metric{}, nil
	}
	var names []string
	_, widths := vgg16.Layers()
	for i := range widths {
		names = append(names, fmt.Sprintf("lin%d.model.1.weight", i))
	}
	w, err := vgg16.Read(path, "LPIPS's vgg.pth of version 0.1 (lpips/weights/v0.1 in the PyPI package lpips)", published, names, widths)
	return Metric{w}, err
}

// New returns the metric with these weights, [C] for each layer.
func New(weights [][]float32) Metric { return Metric{weights} }

// Definition is part of framework.Metric.
func (Metric) Definition() framework.Definition {
	layers, _ := vgg16.Layers()
	return framework.Definition{
		Label: "LPIPS", Doc: "LPIPS by VGG-16, the distance of features of length 1, weighted as people see them",
		Low: 0, High: math.Inf(1), Better: framework.Lower, Against: framework.Content,
		Layers: framework.LayersTogether, Fixed: layers,
		Formula:    "Σₗ mean Σ꜀ wₗ꜀ (f꜀/‖f‖ − f'꜀/‖f'‖)²",
		Source:     "Zhang, Isola, Efros, Shechtman and Wang 2018, arXiv:1801.03924, version 0.1",
		Comparable: "with LPIPS of net='vgg': by vgg16 with torchvision's weights, at the same size; " + Key + " names vgg.pth of the PyPI package lpips",
	}
}

// CheckNetwork is part of framework.NetworkChecker.
func (m Metric) CheckNetwork(layers []framework.Layer) error {
	if m.weights == nil {
		return errNoWeights()
	}
	return vgg16.Check(layers, "maxpool", "")
}

func errNoWeights() error {
	return errors.New("it needs weights of its own; name their file with " + Key + ": vgg.pth, from lpips/weights/v0.1 in the PyPI package lpips")
}

// Prepare copies the content image's features.
func (m Metric) Prepare(image *measure.Image, _ string) (framework.Score, error) {
	if m.weights == nil {
		return nil, errNoWeights()
	}
	layers, _ := vgg16.Layers()
	want := make([]measure.Features, len(layers))
	for l, layer := range layers {
		want[l] = image.Features(layer)
		want[l].Values = slices.Clone(want[l].Values)
	}
	return func(picture *measure.Image) float64 {
		sum := 0.0
		for l, layer := range layers {
			got := picture.Features(layer)
			rows := make([]float64, got.H)
			picture.Kernels.Parallel(got.H, 1, func(from, to int) {
				for y := from; y < to; y++ {
					for x := range got.W {
						at := (y*got.W + x) * got.C
						rows[y] += distance(got.Values[at:][:got.C], want[l].Values[at:][:got.C], m.weights[l])
					}
				}
			})
			mean := 0.0
			for _, row := range rows {
				mean += row / float64(got.H*got.W)
			}
			sum += mean
		}
		return sum
	}, nil
}

// distance returns Σ꜀ w꜀ (f꜀/‖f‖ − g꜀/‖g‖)².
func distance(f, g, w []float32) float64 {
	scaleF, scaleG := 1/(length(f)+epsilon), 1/(length(g)+epsilon)
	sum := 0.0
	for c, v := range f {
		d := float64(v)*scaleF - float64(g[c])*scaleG
		sum += float64(w[c]) * d * d
	}
	return sum
}

func length(f []float32) float64 {
	squares := 0.0
	for _, v := range f {
		squares += float64(v) * float64(v)
	}
	return math.Sqrt(squares)
}
