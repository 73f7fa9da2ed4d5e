// Package pixelrange is a loss, called range, against pixels that no file can hold: a
// picture without bounds is clamped when it is written, and loses what is outside.
package pixelrange

import (
	"runexp/framework"
	"runexp/framework/graph"
)

// Config holds the options of the loss.
type Config struct {
	Reduce string `config:"reduce" choices:"mean,sum" doc:"mean, over pixels and channels, so that a weight means the same at every size; or sum"`
}

// Defaults returns the mean.
func Defaults() Config { return Config{Reduce: "mean"} }

// Validate reports an unknown reduction.
func (c Config) Validate() error { return framework.OneOf("reduce", c.Reduce, "mean", "sum") }

// Loss is mean(e²) or Σe² of the picture x, [H, W, 3], in the variable's own space, where
//
//	e = x − min(max(x, low), high)
//
// is what x exceeds the bounds by, those of framework.Space in each channel. It is 0, and so is its gradient,
// for a picture within them; with variable.bounds it always is. Gradient ascent on classes
// and CLIP-guided diffusion (crowsonkb) use the same on [0, 1] and [−1, 1].
type Loss struct{ sum bool }

var _ framework.Loss = Loss{}

// New returns the loss.
func New(c Config) (framework.Loss, error) { return Loss{c.Reduce == "sum"}, nil }

// Roles returns none: the loss depends on the picture alone.
func (Loss) Roles() []framework.Role { return nil }

// Taps returns the picture itself.
func (Loss) Taps() []framework.Tap { return []framework.Tap{{Layer: framework.ImageTap, Weight: 1}} }

// Represent returns what the picture exceeds its bounds by.
func (Loss) Represent(b *graph.Builder, v framework.View) (framework.Values, error) {
	x := v.Taps[framework.ImageTap]
	low, high := v.Space.Bounds()
	bound := func(name string, values [3]float64) graph.Node {
		return b.Constant(name, graph.Double(graph.Shape{3}, values[:]))
	}
	within := b.Min(b.Max(x, bound("lowest", low)), bound("highest", high))
	return framework.Values{framework.ImageTap: b.Sub(x, within)}, nil
}

// Score returns the one term.
func (l Loss) Score(b *graph.Builder, got framework.Values, _ framework.Targets) ([]framework.Term, error) {
	squares := b.Square(got[framework.ImageTap])
	node := b.Mean(squares)
	if l.sum {
		node = b.Sum(squares)
	}
	return []framework.Term{{Name: framework.ImageTap, Weight: 1, Node: node}}, nil
}
