// Package tv is the total-variation loss, which penalises differences of neighbouring
// pixels and so noise.
package tv

import (
	"runexp/framework"
	"runexp/framework/graph"
)

// Config holds the options of the loss.
type Config struct {
	Form string `config:"form,optional=absolute" choices:"absolute,squared,nine_point" doc:"absolute, the mean of |dy| and |dx|, which keeps edges; squared, of dy² + dx², which smooths them; nine_point, of dy², dx² and the squared differences along both diagonals, alike in all directions"`
}

// Defaults returns the form of Dive into Deep Learning.
func Defaults() Config { return Config{Form: "absolute"} }

// Validate reports an unknown form.
func (c Config) Validate() error {
	return framework.OneOf("form", c.Form, "absolute", "squared", "nine_point")
}

var _ framework.QuestionMetrics = Config{}

// QuestionMetrics returns noise, which the loss is against.
func (Config) QuestionMetrics() []string { return []string{"eval/noise"} }

// Loss is a number of the picture x, [H, W, C], in the variable's own space. With the
// differences dy = x[y+1] − x[y], dx = x[x+1] − x[x] and those along the diagonals,
// dd = x[y+1, x+1] − x[y, x] and de = x[y+1, x] − x[y, x+1]:
//
//	absolute     ½·(mean|dy| + mean|dx|)                    Dive into Deep Learning
//	squared      (Σdy² + Σdx²)/(H·W·C)                      crowsonkb, 2021
//	nine_point   ⅔·(Σdy² + Σdx²)/(H·W·C) + ⅙·(Σdd² + Σde²)/((H+1)·(W+1)·C)
//	                                                        crowsonkb
//
// The means of absolute are over the H−1 rows or W−1 columns of differences, and sign(0) = 0
// in its gradient. The sums of squares are of the picture with its border repeated once on
// every side: differences across it are 0 along the axes, and of neighbours on the border
// along the diagonals.
type Loss struct{ form string }

var _ framework.Loss = Loss{}

// New returns the loss.
func New(c Config) (framework.Loss, error) { return Loss{c.Form}, nil }

// Roles returns none: the loss depends on the picture alone.
func (Loss) Roles() []framework.Role { return nil }

// Taps returns the picture itself.
func (Loss) Taps() []framework.Tap { return []framework.Tap{{Layer: framework.ImageTap, Weight: 1}} }

// Represent returns the picture.
func (Loss) Represent(_ *graph.Builder, v framework.View) (framework.Values, error) {
	return framework.Values{framework.ImageTap: v.Taps[framework.ImageTap]}, nil
}

// Score returns the one term. A direction with a single pixel counts as 0.
func (l Loss) Score(b *graph.Builder, got framework.Values, _ framework.Targets) ([]framework.Term, error) {
	picture := got[framework.ImageTap]
	return []framework.Term{{Name: framework.ImageTap, Weight: 1, Node: l.of(b, picture)}}, nil
}

func (l Loss) of(b *graph.Builder, picture graph.Node) graph.Node {
	s := picture.Shape()
	h, w, c := s[0], s[1], s[2]
	pixels, cells := float64(h*w*c), float64((h+1)*(w+1)*c)
	switch l.form {
	case "squared":
		return squaredDifferences(b, picture, 1/pixels, 0)
	case "nine_point":
		return squaredDifferences(b, picture, 2.0/3/pixels, 1.0/6/cells)
	}
	return b.AbsDifferences(picture, half((h-1)*w*c), half(h*(w-1)*c))
}

// half returns ½/n, the factor of a mean over n differences.
func half(n int) float64 {
	if n == 0 {
		return 0
	}
	return 0.5 / float64(n)
}
