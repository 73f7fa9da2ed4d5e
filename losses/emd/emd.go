// Package emd is the style loss of STROTSS (Kolkin, Salavon and Shakhnarovich 2019,
// arXiv:1904.12785): the relaxed earth mover's distance of the picture's features at
// random pixels from the style image's.
package emd

import (
	"errors"

	"runexp/framework"
	"runexp/framework/graph"
	"runexp/internal/hypercolumn"
)

// Config holds the options of the loss.
type Config struct {
	Layers      []framework.LayerWeight `config:"layers" doc:"layers of which a pixel's features consist; weights multiply them"`
	Pixels      float64                 `config:"pixels" doc:"weight of the pixel's colour among its features; 0 leaves it out"`
	Points      int                     `config:"points" doc:"pixels of the picture that are drawn in each iteration"`
	StylePoints int                     `config:"style_points" doc:"pixels of each style image that are drawn once in a stage"`
}

// Defaults returns the choices of the authors' program.
func Defaults() Config {
	return Config{Layers: hypercolumn.Layers(), Pixels: 1, Points: 1024, StylePoints: 5000}
}

// Validate reports a loss without layers and numbers out of range.
func (c Config) Validate() error {
	return errors.Join(framework.NeedLayers(c.Layers), hypercolumn.Check(c.Pixels, c.Points, c.StylePoints))
}

// Loss is, of hypercolumns x of the picture, [N C], and y of a style image, [M C], with
// D_ij = 1 − cos(x_i, y_j),
//
//	max(1/N Σ_i min_j D_ij, 1/M Σ_j min_i D_ij)
//
// from 0 to 2, without units: each pixel of the picture looks like one of the style, and
// each of the style occurs in the picture. Pixels are drawn uniformly, with repetition; of
// several style images the loss is the weighted mean. With masks it is computed region by
// region, and averaged.
type Loss struct{ hypercolumn.Sampler }

var (
	_ framework.TargetPreparer = (*Loss)(nil)
	_ framework.MaskReader     = (*Loss)(nil)
	_ framework.Drawer         = (*Loss)(nil)
)

// New returns the loss.
func New(c Config) (framework.Loss, error) {
	return &Loss{hypercolumn.Sampler{Parts: hypercolumn.Taps(c.Pixels, c.Layers), Points: c.Points, StylePoints: c.StylePoints}}, nil
}

// Roles returns the style images' role.
func (l *Loss) Roles() []framework.Role { return []framework.Role{framework.Style} }

// PrepareTargets returns the directions of the style images' hypercolumns.
func (l *Loss) PrepareTargets(b *graph.Builder, want framework.Targets) (framework.Targets, error) {
	return framework.Targets{framework.Style: l.Prepare(b, want[framework.Style], func(columns graph.Node) framework.Values {
		return framework.Values{"directions": hypercolumn.Directions(b, columns)}
	})}, nil
}

// Score returns the distance in each region.
func (l *Loss) Score(b *graph.Builder, got framework.Values, want framework.Targets) ([]framework.Term, error) {
	return l.Terms(b, got, want[framework.Style], func(columns graph.Node, style framework.Values) graph.Node {
		x, y := hypercolumn.Directions(b, columns), style["directions"]
		return hypercolumn.RelaxedEMD(b, x, y, b.MatMul(b.Detach(x), b.Transpose(y)), func(x, y graph.Node) graph.Node {
			return b.Sub(b.Number(1), b.SumAlong(b.Mul(x, y), 1))
		})
	})
}
