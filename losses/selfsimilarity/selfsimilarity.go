// Package selfsimilarity is the content loss of STROTSS (Kolkin, Salavon and Shakhnarovich
// 2019, arXiv:1904.12785): which of the picture's pixels look alike is compared with which
// of the content image's do, so that their features themselves may change.
package selfsimilarity

import (
	"errors"

	"runexp/framework"
	"runexp/framework/graph"
	"runexp/internal/hypercolumn"
)

// Config holds the options of the loss.
type Config struct {
	Layers []framework.LayerWeight `config:"layers" doc:"layers of which a pixel's features consist; weights multiply them"`
	Pixels float64                 `config:"pixels" doc:"weight of the pixel's colour among its features; 0 leaves it out"`
	Points int                     `config:"points" doc:"pixels of the picture that are drawn in each iteration"`
}

// Defaults returns the choices of the authors' program.
func Defaults() Config { return Config{Layers: hypercolumn.Layers(), Pixels: 1, Points: 1024} }

// Validate reports a loss without layers and numbers out of range.
func (c Config) Validate() error {
	return errors.Join(framework.NeedLayers(c.Layers), hypercolumn.Check(c.Pixels, c.Points, 1))
}

// Loss is, of hypercolumns at N pixels, the same of the picture and the content image, with
// D_ij = 1 − cos(x_i, x_j) of the picture's and D' of the content image's,
//
//	1/N Σ_ij |D_ij / Σ_k D_kj − D'_ij / Σ_k D'_kj|
//
// from 0 to 2, without units. Pixels are drawn uniformly, with repetition. With masks it is
// computed region by region, and averaged.
type Loss struct{ hypercolumn.Sampler }

var (
	_ framework.MaskReader = (*Loss)(nil)
	_ framework.Drawer     = (*Loss)(nil)
)

// New returns the loss.
func New(c Config) (framework.Loss, error) {
	return &Loss{hypercolumn.Sampler{Parts: hypercolumn.Taps(c.Pixels, c.Layers), Points: c.Points}}, nil
}

// Roles returns the content image's role.
func (l *Loss) Roles() []framework.Role { return []framework.Role{framework.Content} }

// Score returns the distance in each region.
func (l *Loss) Score(b *graph.Builder, got framework.Values, want framework.Targets) ([]framework.Term, error) {
	return l.ContentTerms(b, got, want[framework.Content][0].Values, func(columns, content graph.Node) graph.Node {
		d := b.Sub(shares(b, columns), shares(b, content))
		return b.Scale(b.Sum(b.Abs(d)), 1/float64(columns.Shape()[0]))
	})
}

// noDistance bounds the sum of a pixel's distances from below: a picture of one colour has
// shares of 0, not of 0/0.
const noDistance = 1e-6

// shares returns the distances of all pairs of rows of x, [N C], relative to their sum over
// a column, [N N].
func shares(b *graph.Builder, x graph.Node) graph.Node {
	n, c := x.Shape()[0], x.Shape()[1]
	// A Gram matrix takes half the operations of a product.
	cosines := b.Gram(b.Reshape(b.Transpose(hypercolumn.Directions(b, x)), 1, c, n), 1)
	distances := b.Sub(b.Number(1), cosines)
	return b.Div(distances, b.Max(b.SumAlong(distances, 0), b.Number(noDistance)))
}
