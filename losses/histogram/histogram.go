// Package histogram is the histogram loss of Risser, Wilmot and Barnes (2017, arXiv:1701.08893): how far each
// channel of the picture's features is from having the values of the style image's, as often.
package histogram

import (
	"errors"

	"runexp/framework"
	"runexp/framework/graph"
	"runexp/internal/samples"
	"runexp/internal/transport"
)

// Config holds the options of the loss.
type Config struct {
	Layers   []framework.LayerWeight `config:"layers" doc:"layers whose histograms are matched"`
	Distance string                  `config:"distance" choices:"squared,sum" doc:"of features F and their remap R(F): squared, the mean of (F - R(F))² over positions and channels; or sum, its sum"`
	Styles   string                  `config:"styles" choices:"each,mean" doc:"of several style images: each, the weighted mean of the distances, or mean, the distance to the histograms of all together"`
}

// Defaults returns the layers of the authors, with equal weights.
func Defaults() Config {
	c := Config{Distance: "squared", Styles: "each"}
	for _, name := range []string{"relu1_1", "relu4_1"} {
		c.Layers = append(c.Layers, framework.LayerWeight{Layer: name, Weight: 1})
	}
	return c
}

// Validate reports a loss without layers and options that are not among the known ones.
func (c Config) Validate() error {
	return errors.Join(
		framework.NeedLayers(c.Layers),
		framework.OneOf("distance", c.Distance, "squared", "sum"),
		framework.OneOf("styles", c.Styles, "each", "mean"),
	)
}

// Loss is mean((F − R(F))²) at each layer, or the sum, of features F, [H·W, C]. R remaps each channel to the
// style image's histogram by optimal transport, which keeps the order: each value goes to the style
// image's at the same share of the positions. Where images have different sizes a value may be
// split among several, and the square is the mean over its parts. R is held fixed in the gradient,
// 2(F − R(F)): its derivative is 0 where no two values are equal.
//
// Risser et al. remap by histograms of bins; here every value is its own, and equal values, such as
// the zeros of a ReLU, need not go to one.
//
// Where images have masks, it is so for each region m: Σ m·(F − R(F))²/(C·Σm), or without the
// division, where positions weigh m in the histograms too.
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

// Represent returns each layer's features and masks.
func (l *Loss) Represent(b *graph.Builder, v framework.View) (framework.Values, error) {
	return samples.Represent(b, v, l.taps), b.Err()
}

// Score returns the distance at each layer, or at each region and layer.
func (l *Loss) Score(b *graph.Builder, got framework.Values, want framework.Targets) ([]framework.Term, error) {
	return samples.Terms(b, l.taps, got, want[framework.Style], l.c.Styles == "mean", func(_ int, x, y samples.Set) graph.Node {
		return l.distance(b, x, y)
	})
}

func (l *Loss) distance(b *graph.Builder, x, y samples.Set) graph.Node {
	moved := transport.Displacements(b, b.Transpose(x.Rows), x.Weights, b.Transpose(y.Rows), y.Weights)
	mean := transport.MeanSquare(b, moved) // over positions and channels
	shape := x.Rows.Shape()
	switch {
	case l.c.Distance != "sum":
		return mean
	case x.Weights.Valid():
		return b.Scale(b.Mul(mean, b.Sum(x.Weights)), float64(shape[1]))
	}
	return b.Scale(mean, float64(shape.Len()))
}
