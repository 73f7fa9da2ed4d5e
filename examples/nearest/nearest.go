// Package nearest is a style loss by matching: it compares the features at each
// position of the picture with the most similar ones of the style image.
package nearest

import (
	"runexp/framework"
	"runexp/framework/graph"
)

// Config holds the options of the loss.
type Config struct {
	Layers []framework.LayerWeight `config:"layers" doc:"layers whose features are matched; time and memory grow with the positions of the picture times those of the style"`
}

// Defaults returns one middle layer, of textures but not yet objects.
func Defaults() Config {
	return Config{Layers: []framework.LayerWeight{{Layer: "relu3_1", Weight: 1}}}
}

// Validate reports a loss without layers.
func (c Config) Validate() error { return framework.NeedLayers(c.Layers) }

// Loss is for each layer the mean cosine distance to the nearest neighbour,
//
//	mean_i min_k (1 − cos(x_i, y_k))
//
// over the positions i of the picture's features x and k of the style's y, vectors
// of C channels: the matching of Kolkin et al. (2022, arXiv:2203.13215), but for each
// layer separately, where theirs concatenates several. It is between 0 and 2, and 0 at
// the style itself.
//
// It is computed as ½|x̂ − ŷ|² of unit vectors, which is 1 − cos but never rounds below
// 0. The choice of k has no gradient: where it changes, both distances are equal, so
// the gradient is exact everywhere else, and the gradient of the matrix of all cosines
// is not needed.
type Loss struct{ taps []framework.Tap }

var _ framework.Loss = (*Loss)(nil)

// New returns the loss.
func New(c Config) (framework.Loss, error) { return &Loss{framework.TapsOf(c.Layers)}, nil }

// Roles are the style images.
func (l *Loss) Roles() []framework.Role { return []framework.Role{framework.Style} }

// Taps are the layers matched.
func (l *Loss) Taps() []framework.Tap { return l.taps }

// epsilon is added to a squared length, in units of the features squared: a position
// where all channels are 0 stays 0, at distance ½ from everything, with a finite
// gradient. Active positions have squares of about C/100 and more.
const epsilon = 1e-6

// Represent returns each layer's features as [H·W, C], each row of length 1.
func (l *Loss) Represent(b *graph.Builder, v framework.View) (framework.Values, error) {
	return v.Each(l.taps, func(features graph.Node) graph.Node {
		s := features.Shape()
		rows := b.Reshape(features, s[0]*s[1], s[2])
		squares := b.SumAlong(b.Square(rows), 1)
		return b.Div(rows, b.Sqrt(b.Add(squares, b.Number(epsilon))))
	}), nil
}

// Score returns a term for each layer: the mean distance, weighted over the styles.
func (l *Loss) Score(b *graph.Builder, got framework.Values, want framework.Targets) ([]framework.Term, error) {
	var terms []framework.Term
	for _, tap := range l.taps {
		var total graph.Node
		for i, style := range want[framework.Style] {
			part := b.Scale(distance(b, got[tap.Layer], style.Values[tap.Layer]), style.Weight)
			if i > 0 {
				part = b.Add(total, part)
			}
			total = part
		}
		terms = append(terms, framework.Term{Name: tap.Layer, Weight: tap.Weight, Node: total})
	}
	return terms, nil
}

// distance is mean_i ½|x_i − y_k|², k the row of y whose product with x_i is the
// largest. x is [N, C] and y [M, C].
func distance(b *graph.Builder, x, y graph.Node) graph.Node {
	cosines := b.MatMul(x, b.Transpose(y)) // [N, M]
	k := b.Reshape(b.ArgMaxAlong(cosines, 1), x.Shape()[0])
	channels := float64(x.Shape()[1])
	return b.Scale(b.MSE(x, b.Gather(y, k)), channels/2) // MSE is a mean over channels too
}
