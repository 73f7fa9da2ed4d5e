// Package tv is the total-variation loss, which penalises differences of neighbouring
// pixels and so noise.
package tv

import (
	"runexp/framework"
	"runexp/framework/graph"
)

// Config holds the options of the loss. It has none.
type Config struct{}

// Defaults returns the options of a config that names none.
func Defaults() Config { return Config{} }

// Loss is ½·(mean|x[y+1] − x[y]| + mean|x[x+1] − x[x]|) over the picture x in
// the variable's own space, as in Dive into Deep Learning. Both means are over
// all channels; sign(0) = 0 in the gradient.
type Loss struct{}

var _ framework.Loss = Loss{}

// New returns the loss.
func New(Config) (framework.Loss, error) { return Loss{}, nil }

// Roles returns none: the loss depends on the picture alone.
func (Loss) Roles() []framework.Role { return nil }

// Taps returns the picture itself.
func (Loss) Taps() []framework.Tap { return []framework.Tap{{Layer: framework.ImageTap, Weight: 1}} }

// Represent returns the picture.
func (Loss) Represent(_ *graph.Builder, v framework.View) (framework.Values, error) {
	return framework.Values{framework.ImageTap: v.Taps[framework.ImageTap]}, nil
}

// Score returns the one term. A direction with a single pixel counts as 0.
func (Loss) Score(b *graph.Builder, got framework.Values, _ framework.Targets) ([]framework.Term, error) {
	picture := got[framework.ImageTap]
	s := picture.Shape()
	h, w, c := s[0], s[1], s[2]
	node := b.AbsDifferences(picture, half((h-1)*w*c), half(h*(w-1)*c))
	return []framework.Term{{Name: framework.ImageTap, Weight: 1, Node: node}}, nil
}

// half returns ½/n, the factor of a mean over n differences.
func half(n int) float64 {
	if n == 0 {
		return 0
	}
	return 0.5 / float64(n)
}
