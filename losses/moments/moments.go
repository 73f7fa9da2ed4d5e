// Package moments is a style loss: the difference between the mean and the deviation, or more
// moments, of each channel of the picture's features and those of the style image.
package moments

import (
	"errors"

	"runexp/framework"
	"runexp/framework/graph"
)

// Config holds the options of the loss.
type Config struct {
	Layers   []framework.LayerWeight `config:"layers" doc:"layers whose channels are compared"`
	Of       string                  `config:"of" choices:"both,mean,deviation,central" doc:"what is compared: both, means and standard deviations; mean or deviation alone; or central, the mean and the central moments of the features' sigmoid"`
	Orders   int                     `config:"orders" doc:"of: central: the highest order of the moments, from 1, the mean alone, to 10"`
	Distance string                  `config:"distance" choices:"squared,sum,root,scaled,norm" doc:"of each moment with the difference D over C channels, added up over the moments: squared, ΣD²/C; sum, ΣD²; root, ΣD²/√C; scaled, ΣD²/Σ|D|; or norm, √ΣD²"`
	Styles   string                  `config:"styles" choices:"each,mean" doc:"of several style images: each, the weighted mean of the distances, or mean, the distance to the weighted mean of their moments"`
}

// Defaults returns the batch-norm statistics of Li et al., at their layers.
func Defaults() Config {
	c := Config{Of: "both", Orders: 5, Distance: "squared", Styles: "each"}
	for _, name := range []string{"relu1_1", "relu2_1", "relu3_1", "relu4_1", "relu5_1"} {
		c.Layers = append(c.Layers, framework.LayerWeight{Layer: name, Weight: 1})
	}
	return c
}

// mostOrders bounds the order: numbers in [-1, 1] to a higher power are near 0.
const mostOrders = 10

// norm is a distance that framework.Measures does not have.
const norm = "norm"

// Validate reports a loss without layers and options that are not among the known ones.
func (c Config) Validate() error {
	var orders error
	if c.Orders < 1 || c.Orders > mostOrders {
		orders = framework.Invalid("orders", "%d is not between 1 and %d", c.Orders, mostOrders)
	}
	return errors.Join(
		framework.NeedLayers(c.Layers), orders,
		framework.OneOf("of", c.Of, "both", "mean", "deviation", "central"),
		framework.OneOf("distance", c.Distance, append(framework.Measures(), norm)...),
		framework.OneOf("styles", c.Styles, "each", "mean"),
	)
}

// Loss is at each layer, with the mean μ, [C], and the standard deviation σ, [C], of each
// channel over all positions,
//
//	mean((μ − μ')²) + mean((σ − σ')²)        σ = √(mean((F − μ)²) + 1e-8)
//
// the loss on the statistics of batch normalisation of Li et al. (2017, arXiv:1701.01036), who
// add no epsilon. With of: mean or deviation it is one of the two.
//
// With of: central and distance: norm it is the central moment discrepancy of Kalischek, Wegner
// and Schindler (2021, arXiv:2103.07208), of the features' sigmoid S = 1/(1 + e⁻ᶠ), with
// equal weights of the orders:
//
//	‖c₁ − c₁'‖ + … + ‖c_k − c_k'‖        c₁ = mean(S),  c_k = mean((S − c₁)ᵏ)
//
// Their layers are those before the ReLU. framework.Measures has the other distances.
//
// Where images have masks, it is so for each region m, with means Σ m·x / Σm.
type Loss struct {
	c    Config
	taps []framework.Tap
}

var (
	_ framework.Loss       = (*Loss)(nil)
	_ framework.MaskReader = (*Loss)(nil)
)

// New returns the loss.
func New(c Config) (framework.Loss, error) { return &Loss{c, framework.TapsOf(c.Layers)}, nil }

// Roles returns the style images' role.
func (l *Loss) Roles() []framework.Role { return []framework.Role{framework.Style} }

// ReadsMasks returns true.
func (l *Loss) ReadsMasks() bool { return true }

// Taps returns the layers compared.
func (l *Loss) Taps() []framework.Tap { return l.taps }

// Represent returns the moments of each layer, or of each region and layer, a row for each
// moment: [K, 1, C].
func (l *Loss) Represent(b *graph.Builder, v framework.View) (framework.Values, error) {
	return v.EachRegion(l.taps, func(features, mask graph.Node) graph.Node {
		if l.c.Of == "central" {
			return b.Concat(0, central(b, sigmoid(b, features), mask, l.c.Orders)...)
		}
		mean := average(b, features, mask)
		if l.c.Of == "mean" {
			return mean
		}
		deviation := deviation(b, features, mean, mask)
		if l.c.Of == "deviation" {
			return deviation
		}
		return b.Concat(0, mean, deviation)
	}), nil
}

// Score returns the distance of each layer's moments.
func (l *Loss) Score(b *graph.Builder, got framework.Values, want framework.Targets) ([]framework.Term, error) {
	targets := want[framework.Style]
	if l.c.Styles == "mean" {
		targets = framework.MeanTarget(b, targets)
	}
	measure := length
	if l.c.Distance != norm {
		measure = framework.MeasureOf(l.c.Distance)
	}
	return framework.RegionDistances(b, l.taps, got, targets, eachRow(measure))
}

// eachRow is the sum of a measure over the rows of both.
func eachRow(measure framework.Measure) framework.Measure {
	return func(b *graph.Builder, x, y graph.Node) graph.Node {
		total := measure(b, b.Slice(x, 0, 0, 1), b.Slice(y, 0, 0, 1))
		for i := 1; i < x.Shape()[0]; i++ {
			total = b.Add(total, measure(b, b.Slice(x, 0, i, i+1), b.Slice(y, 0, i, i+1)))
		}
		return total
	}
}

// leastSquare bounds a sum of squares from below, so that the gradient of its root is 0, not
// 0/0, where two moments are equal. It is far below what single precision tells apart.
const leastSquare = 1e-24

// length is the Measure √Σ(x − y)².
func length(b *graph.Builder, x, y graph.Node) graph.Node {
	return b.Sqrt(b.Max(b.Sum(b.Square(b.Sub(x, y))), b.Number(leastSquare)))
}
