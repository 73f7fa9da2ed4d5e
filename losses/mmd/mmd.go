// Package mmd is a style loss: the maximum mean discrepancy of the picture's features and the style
// image's, of which Gram matrices are a case (Li, Wang, Liu and Hou 2017, arXiv:1701.01036).
package mmd

import (
	"errors"
	"math"

	"runexp/framework"
	"runexp/framework/graph"
	"runexp/internal/samples"
)

// Config holds the options of the loss.
type Config struct {
	Layers []framework.LayerWeight `config:"layers" doc:"layers whose features are compared"`
	Kernel string                  `config:"kernel" choices:"linear,poly,gaussian" doc:"of two features x and y: linear, x·y, which compares means; poly, (x·y + offset)², which compares Gram matrices; or gaussian, exp(-|x - y|²/2sigma²), which compares everything, by random pairs"`
	Offset float64                 `config:"offset" doc:"kernel: poly: the weight of means beside Gram matrices, at least 0, in units of the features squared"`
	Sigma  float64                 `config:"sigma" doc:"kernel: gaussian: its width, in units of the features; 0 for the root of half the mean squared distance of the style image's pairs"`
	Pairs  int                     `config:"pairs" doc:"kernel: gaussian: pairs that are drawn of each layer in each iteration; 0 for half as many as the picture has positions there"`
}

// Defaults returns the Gaussian kernel, at the layers of the authors.
func Defaults() Config {
	c := Config{Kernel: gaussian}
	for _, name := range []string{"relu1_1", "relu2_1", "relu3_1", "relu4_1", "relu5_1"} {
		c.Layers = append(c.Layers, framework.LayerWeight{Layer: name, Weight: 1})
	}
	return c
}

const (
	linear   = "linear"
	poly     = "poly"
	gaussian = "gaussian"
)

// mostPairs bounds pairs: more take memory, and estimate no better.
const mostPairs = 1 << 20

// Validate reports a loss without layers and options out of range.
func (c Config) Validate() error {
	var pairs error
	if c.Pairs < 0 || c.Pairs > mostPairs {
		pairs = framework.Invalid("pairs", "%d is not between 0 and %d", c.Pairs, mostPairs)
	}
	return errors.Join(
		framework.NeedLayers(c.Layers), pairs,
		framework.OneOf("kernel", c.Kernel, linear, poly, gaussian),
		framework.InRange("offset", c.Offset, 0, math.Inf(1)),
		framework.InRange("sigma", c.Sigma, 0, math.Inf(1)),
	)
}

// Loss is at each layer, of features x of the picture and y of the style image with C channels,
//
//	MMD² = mean k(x_i, x_j) + mean k(y_i, y_j) − 2 mean k(x_i, y_j)
//
// over all pairs of positions, with the kernel k, and divided by Cᵈ for a kernel of the degree d:
//
//	linear    x·y          mean((μ − μ')²), of the means μ of the channels
//	poly      (x·y + c)²   mean((G − G')²) + 2c/C · mean((μ − μ')²), G = FᵀF / (H·W)
//	gaussian  exp(−|x − y|²/2σ²), not divided
//
// The first two are computed as on the right. With c = 0 poly is the loss gram with per:
// positions. The Gaussian one is the unbiased estimate of Gretton et al. by M random pairs,
//
//	1/M Σ k(x, x⁺) + k(y, y⁺) − k(x, y⁺) − k(x⁺, y)
//
// which can be negative and is not 0 at the style image itself. Positions are drawn with
// repetition in each iteration. 2σ² is the mean of |y − y⁺|², by default: Li et al. take the pairs of
// both images, which would make σ² depend on the picture.
//
// Where images have masks, it is so for each region, where positions are weighted by the
// mask. Of several style images it is the weighted mean; the discrepancy from the mixture of their
// features has the same gradient.
type Loss struct {
	c    Config
	taps []framework.Tap
}

var (
	_ framework.MaskReader = (*Loss)(nil)
	_ framework.Drawer     = (*Loss)(nil)
)

// New returns the loss.
func New(c Config) (framework.Loss, error) { return &Loss{c, framework.TapsOf(c.Layers)}, nil }

// Roles returns the style images' role.
func (l *Loss) Roles() []framework.Role { return []framework.Role{framework.Style} }

// ReadsMasks returns true.
func (l *Loss) ReadsMasks() bool { return true }

// Draws returns whether pairs are drawn.
func (l *Loss) Draws() bool { return l.c.Kernel == gaussian }

// Taps returns the layers compared.
func (l *Loss) Taps() []framework.Tap { return l.taps }

// Represent returns what the kernel compares: features with their masks, or moments.
func (l *Loss) Represent(b *graph.Builder, v framework.View) (framework.Values, error) {
	if l.c.Kernel == gaussian {
		return samples.Represent(b, v, l.taps), b.Err()
	}
	return v.EachRegion(l.taps, func(features, mask graph.Node) graph.Node {
		mean := average(b, features, mask)
		if l.c.Kernel == linear {
			return b.Scale(mean, 1/math.Sqrt(float64(mean.Shape()[1])))
		}
		channels := float64(mean.Shape()[1])
		return b.Scale(b.Concat(0, second(b, features, mask), b.Scale(mean, math.Sqrt(2*l.c.Offset))), 1/channels)
	}), nil
}

// Score returns the discrepancy at each layer.
func (l *Loss) Score(b *graph.Builder, got framework.Values, want framework.Targets) ([]framework.Term, error) {
	targets := want[framework.Style]
	if l.c.Kernel == gaussian {
		draw := make([]pairs, len(l.taps))
		for i, tap := range l.taps {
			draw[i] = l.draw(b, got[tap.Layer].Shape()[0])
		}
		return samples.Terms(b, l.taps, got, targets, false, func(i int, x, y samples.Set) graph.Node {
			return draw[i].discrepancy(b, x, y, l.c.Sigma)
		})
	}
	return framework.RegionDistances(b, l.taps, got, targets, framework.MeasureOf("sum"))
}

// average returns the mean of features [H, W, C], weighted by mask, [H, W, 1], unless it is not valid:
// [1, C].
func average(b *graph.Builder, features, mask graph.Node) graph.Node {
	shape := features.Shape()
	n, c := shape[0]*shape[1], shape[2]
	if !mask.Valid() {
		return b.Reshape(b.MeanAlong(features, 0, 1), 1, c)
	}
	return b.Div(b.MatMul(b.Reshape(mask, 1, n), b.Reshape(features, n, c)), framework.Area(b, mask))
}

// second returns the mean of the products of features, [C, C], weighted alike.
func second(b *graph.Builder, features, mask graph.Node) graph.Node {
	if !mask.Valid() {
		return b.Gram(features, 1/float64(features.Shape()[0]*features.Shape()[1]))
	}
	return b.Div(b.Gram(b.Mul(features, b.Sqrt(mask)), 1), framework.Area(b, mask))
}
