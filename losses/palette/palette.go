// Package palette is the colour matching of STROTSS (Kolkin, Salavon and Shakhnarovich 2019,
// arXiv:1904.12785): the relaxed earth mover's distance of the picture's colours at random
// pixels from the style image's.
package palette

import (
	"errors"
	"math"

	"runexp/framework"
	"runexp/framework/graph"
	"runexp/internal/hypercolumn"
)

// Config holds the options of the loss.
type Config struct {
	Grey        float64 `config:"grey" doc:"the colour from which hues are seen, in the variable's space: 0.5 in unit, 127.5 in bytes, 0 in normalized"`
	Points      int     `config:"points" doc:"pixels of the picture that are drawn in each iteration"`
	StylePoints int     `config:"style_points" doc:"pixels of each style image that are drawn once in a stage"`
}

// Defaults returns the choices of the authors' program, in the space unit.
func Defaults() Config { return Config{Grey: 0.5, Points: 1024, StylePoints: 5000} }

var _ framework.QuestionMetrics = Config{}

// QuestionMetrics returns the distance of the colours.
func (Config) QuestionMetrics() []string { return []string{"eval/palette"} }

// Validate reports numbers out of range.
func (c Config) Validate() error {
	var grey error
	if math.IsNaN(c.Grey) || math.IsInf(c.Grey, 0) {
		grey = framework.Invalid("grey", "%g is not a number", c.Grey)
	}
	return errors.Join(grey, hypercolumn.Check(1, c.Points, c.StylePoints))
}

// Loss is, of RGB colours x of the picture, [N 3], and y of a style image, [M 3], less grey,
//
//	max(1/N Σ_i min_j D_ij, 1/M Σ_j min_i D_ij)
//	D_ij = 1 − cos(x_i, y_j) + √(max(|x_i − y_j|², 1e-5)/3)
//
// in the variable's units. The authors' program turns colours into luminance and two
// differences first, by an orthogonal matrix, which changes neither cosines nor distances.
// Pixels are drawn uniformly, with repetition; of several style images the loss is the weighted
// mean. With masks it is computed region by region, and averaged.
type Loss struct {
	hypercolumn.Sampler
	grey float64
}

var (
	_ framework.TargetPreparer = (*Loss)(nil)
	_ framework.MaskReader     = (*Loss)(nil)
	_ framework.Drawer         = (*Loss)(nil)
)

// New returns the loss.
func New(c Config) (framework.Loss, error) {
	return &Loss{hypercolumn.Sampler{Parts: hypercolumn.Taps(1, nil), Points: c.Points, StylePoints: c.StylePoints}, c.Grey}, nil
}

// Roles returns the style images' role.
func (l *Loss) Roles() []framework.Role { return []framework.Role{framework.Style} }

// PrepareTargets returns the style images' colours, less grey.
func (l *Loss) PrepareTargets(b *graph.Builder, want framework.Targets) (framework.Targets, error) {
	return framework.Targets{framework.Style: l.Prepare(b, want[framework.Style], func(colours graph.Node) framework.Values {
		return framework.Values{"colours": l.centred(b, colours)}
	})}, nil
}

// Score returns the distance in each region.
func (l *Loss) Score(b *graph.Builder, got framework.Values, want framework.Targets) ([]framework.Term, error) {
	return l.Terms(b, got, want[framework.Style], func(colours graph.Node, style framework.Values) graph.Node {
		x, y := l.centred(b, colours), style["colours"]
		return hypercolumn.RelaxedEMD(b, x, y, nearness(b, b.Detach(x), y), func(x, y graph.Node) graph.Node {
			cosine := b.SumAlong(b.Mul(hypercolumn.Directions(b, x), hypercolumn.Directions(b, y)), 1)
			distance := length(b, b.SumAlong(b.Square(b.Sub(x, y)), 1))
			return b.Add(b.Sub(b.Number(1), cosine), distance)
		})
	})
}

func (l *Loss) centred(b *graph.Builder, colours graph.Node) graph.Node {
	return b.Sub(colours, b.Number(l.grey))
}

// nearness returns 1 − D of all pairs of rows of x, [N 3], and y, [M 3].
func nearness(b *graph.Builder, x, y graph.Node) graph.Node {
	squares := b.Scale(b.MatMul(x, b.Transpose(y)), -2)
	squares = b.Add(squares, b.SumAlong(b.Square(x), 1))
	squares = b.Add(squares, b.Transpose(b.SumAlong(b.Square(y), 1)))
	cosines := b.MatMul(hypercolumn.Directions(b, x), b.Transpose(hypercolumn.Directions(b, y)))
	return b.Sub(cosines, length(b, squares))
}

// length returns √(max(squares, 1e-5)/3), the authors' bound: below it, a colour difference of 0.3% of the
// range of unit, nothing pulls colours together.
func length(b *graph.Builder, squares graph.Node) graph.Node {
	return b.Sqrt(b.Scale(b.Max(squares, b.Number(1e-5)), 1.0/3))
}
