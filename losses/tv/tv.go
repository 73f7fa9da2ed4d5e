// Package tv is the total-variation loss, which penalises differences of neighbouring
// pixels and so noise.
package tv

import (
	"errors"

	"runexp/framework"
	"runexp/framework/graph"
)

// Config holds the options of the loss.
type Config struct {
	Form   string  `config:"form,optional=absolute" choices:"absolute,squared,isotropic,nine_point" doc:"absolute, of |dy| and |dx|, which keeps edges; squared, of dy² and dx², which smooths them; isotropic, of (dy² + dx²)^(power/2), edges in all directions alike; nine_point, of dy², dx² and the squared differences along both diagonals"`
	Power  float64 `config:"power,optional=1" doc:"of form: isotropic: 1 keeps edges, 2 smooths them"`
	Reduce string  `config:"reduce,optional=mean" choices:"mean,axes,sum" doc:"mean, over pixels, so that a weight means the same at every size; axes, the mean of dy's terms plus that of dx's; or sum"`
}

// Defaults returns the form of Dive into Deep Learning.
func Defaults() Config { return Config{Form: "absolute", Power: 1, Reduce: "mean"} }

// Validate reports unknown names, a power out of range or of another form, and a form that has no such reduction.
func (c Config) Validate() error {
	problems := []error{
		framework.OneOf("form", c.Form, "absolute", "squared", "isotropic", "nine_point"),
		framework.OneOf("reduce", c.Reduce, "mean", "axes", "sum"),
	}
	switch {
	case c.Form == "isotropic" && !(c.Power >= 1 && c.Power <= mostPower):
		problems = append(problems, framework.Invalid("power", "%g is not from 1 to %d", c.Power, mostPower))
	case c.Form != "isotropic" && c.Power != 1:
		problems = append(problems, framework.Invalid("power", "only form: isotropic has one; set it, or leave power out"))
	}
	if c.Form == "nine_point" && c.Reduce != "mean" || c.Form == "isotropic" && c.Reduce == "axes" {
		problems = append(problems, framework.Invalid("reduce", "form: %s has no %s; use mean, or another form", c.Form, c.Reduce))
	}
	return errors.Join(problems...)
}

// mostPower bounds Power: from 1, below which the gradient is infinite, to where single
// precision overflows on pixels up to 255.
const mostPower = 10

var _ framework.QuestionMetrics = Config{}

// QuestionMetrics returns noise, which the loss is against.
func (Config) QuestionMetrics() []string { return []string{"eval/noise"} }

// Loss is a number of the picture x, [H, W, C], in the variable's own space. With the
// differences dy = x[y+1] − x[y], dx = x[x+1] − x[x] and those along the diagonals,
// dd = x[y+1, x+1] − x[y, x] and de = x[y+1, x] − x[y, x+1]:
//
//	form        reduce
//	absolute    mean   ½·(mean|dy| + mean|dx|)              Dive into Deep Learning
//	            axes   mean|dy| + mean|dx|
//	            sum    Σ|dy| + Σ|dx|                        neural-style-pt, gordic, cysmith
//	squared     mean   (Σdy² + Σdx²)/(H·W·C)                crowsonkb, 2021
//	            axes   mean dy² + mean dx²                  anishathalye
//	            sum    Σdy² + Σdx²
//	isotropic   mean   Σ(dy² + dx²)^(β/2)/((H−1)·(W−1)·C)   pystiche
//	            sum    Σ(dy² + dx²)^(β/2)                   Mahendran and Vedaldi 2015
//	nine_point  mean   ⅔·(Σdy² + Σdx²)/(H·W·C) + ⅙·(Σdd² + Σde²)/((H+1)·(W+1)·C)
//	                                                        crowsonkb
//
// The means of absolute and of axes are over the H−1 rows or W−1 columns of differences, and
// sign(0) = 0 in the gradient. isotropic is over the pixels with both neighbours, so without the last row and
// column, each channel for itself; β is Power, 1 in Rudin, Osher and Fatemi (1992). Johnson's gradient is that of half its sum with β = 2.
// The other sums of squares are of the picture with its border repeated once on
// every side: differences across it are 0 along the axes, and of neighbours on the border
// along the diagonals.
type Loss struct{ c Config }

var _ framework.Loss = Loss{}

// New returns the loss.
func New(c Config) (framework.Loss, error) { return Loss{c}, nil }

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
	ofY, ofX := over((h-1)*w*c), over(h*(w-1)*c)
	switch l.c.Form + " " + l.c.Reduce {
	case "absolute axes":
		return b.AbsDifferences(picture, ofY, ofX)
	case "absolute sum":
		return b.AbsDifferences(picture, 1, 1)
	case "squared mean":
		return squaredDifferences(b, picture, weights{1 / pixels, 1 / pixels, 0})
	case "squared axes":
		return squaredDifferences(b, picture, weights{ofY, ofX, 0})
	case "squared sum":
		return squaredDifferences(b, picture, weights{1, 1, 0})
	case "isotropic mean":
		return isotropicDifferences(b, picture, l.c.Power, over((h-1)*(w-1)*c))
	case "isotropic sum":
		return isotropicDifferences(b, picture, l.c.Power, 1)
	case "nine_point mean":
		return squaredDifferences(b, picture, weights{2.0 / 3 / pixels, 2.0 / 3 / pixels, 1.0 / 6 / cells})
	}
	return b.AbsDifferences(picture, ofY/2, ofX/2)
}

// over returns 1/n, the factor of a mean over n differences.
func over(n int) float64 {
	if n == 0 {
		return 0
	}
	return 1 / float64(n)
}
