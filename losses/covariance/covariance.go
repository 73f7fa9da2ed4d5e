// Package covariance is the moment matching of STROTSS (Kolkin, Salavon and Shakhnarovich
// 2019, arXiv:1904.12785): mean and covariance of the picture's features at random pixels
// against the style image's. The cosines of the loss emd leave the features' magnitudes open;
// this one determines them.
package covariance

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

// Loss is, of hypercolumns with C channels, with means μ and covariances Σ over the picture's
// pixels and μ', Σ' over a style image's,
//
//	1/C Σ_c |μ_c − μ'_c| + 1/C² Σ_cd |Σ_cd − Σ'_cd|
//
// The first part is in units of the features, the second in their squares, so their ratio
// depends on the features' scale. Covariances are divided by the number of pixels. Pixels are
// drawn uniformly, with repetition; of several style images the loss is the weighted mean. With
// masks it is computed region by region, and averaged.
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

// PrepareTargets returns the style images' moments.
func (l *Loss) PrepareTargets(b *graph.Builder, want framework.Targets) (framework.Targets, error) {
	return framework.Targets{framework.Style: l.Prepare(b, want[framework.Style], func(columns graph.Node) framework.Values {
		mean, covariance := moments(b, columns)
		return framework.Values{"mean": mean, "covariance": covariance}
	})}, nil
}

// Score returns the distance in each region.
func (l *Loss) Score(b *graph.Builder, got framework.Values, want framework.Targets) ([]framework.Term, error) {
	return l.Terms(b, got, want[framework.Style], func(columns graph.Node, style framework.Values) graph.Node {
		mean, covariance := moments(b, columns)
		return b.Add(b.Mean(b.Abs(b.Sub(mean, style["mean"]))), b.Mean(b.Abs(b.Sub(covariance, style["covariance"]))))
	})
}

// moments returns the mean, [1 C], and the covariance, [C C], of the rows of x, [N C].
func moments(b *graph.Builder, x graph.Node) (mean, covariance graph.Node) {
	mean = b.MeanAlong(x, 0)
	n, c := x.Shape()[0], x.Shape()[1]
	return mean, b.Gram(b.Reshape(b.Sub(x, mean), 1, n, c), 1/float64(n))
}
