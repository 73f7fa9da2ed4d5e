// Package w2 is a style loss: the distance between the normal distributions that have the
// mean and covariance of the picture's features and of the style image's, as crowsonkb's
// style-transfer-pytorch has it.
package w2

import (
	"errors"

	"runexp/framework"
	"runexp/framework/graph"
)

// Config holds the options of the loss.
type Config struct {
	Layers []framework.LayerWeight `config:"layers" doc:"layers whose means and covariances are compared"`
	Styles string                  `config:"styles" choices:"each,mean" doc:"of several style images: each, the weighted mean of the distances, or mean, the distance to the mixture of their features"`
}

// Defaults returns the layers of crowsonkb, with equal weights.
func Defaults() Config {
	c := Config{Styles: "each"}
	for _, name := range []string{"relu1_1", "relu2_1", "relu3_1", "relu4_1", "relu5_1"} {
		c.Layers = append(c.Layers, framework.LayerWeight{Layer: name, Weight: 1})
	}
	return c
}

// Validate reports a loss without layers and an unknown treatment of several styles.
func (c Config) Validate() error {
	return errors.Join(framework.NeedLayers(c.Layers), framework.OneOf("styles", c.Styles, "each", "mean"))
}

// Loss is, at each layer,
//
//	(‖μ − μ'‖² + tr Σ + tr Σ' − 2·tr(Σ'^½ Σ Σ'^½)^½) / C
//
// where μ, [C], and Σ, [C, C], are mean and covariance of the picture's features over all
// positions, μ' and Σ' those of the style image: the squared 2-Wasserstein distance of the
// normal distributions with these moments, per channel, in units of the features squared.
//
// Where images have masks, it is so for each region m, with positions weighted by m.
//
// 1e-4 is added to the diagonals of Σ and Σ'. Roots are by twelve steps of Newton and
// Schulz, which leaves out what is small beside the largest eigenvalue: the loss is not 0
// at its target, and can be negative near it, by a little.
type Loss struct {
	c    Config
	taps []framework.Tap
}

var (
	_ framework.Loss           = (*Loss)(nil)
	_ framework.MaskReader     = (*Loss)(nil)
	_ framework.TargetPreparer = (*Loss)(nil)
)

// New returns the loss.
func New(c Config) (framework.Loss, error) { return &Loss{c, framework.TapsOf(c.Layers)}, nil }

// Roles returns the style images' role.
func (l *Loss) Roles() []framework.Role { return []framework.Role{framework.Style} }

// ReadsMasks returns true.
func (l *Loss) ReadsMasks() bool { return true }

// Taps returns the layers compared.
func (l *Loss) Taps() []framework.Tap { return l.taps }

// epsilon is added to variances, in units of the features squared, so that a covariance of
// few positions has a root. It is crowsonkb's.
const epsilon = 1e-4

// Represent returns, for each layer or each region and layer, mean and covariance as one
// matrix [1 + C, C].
func (l *Loss) Represent(b *graph.Builder, v framework.View) (framework.Values, error) {
	return v.EachRegion(l.taps, func(features, mask graph.Node) graph.Node {
		mean, covariance := moments(b, features, mask)
		return b.Concat(0, mean, plusDiagonal(b, covariance, 1, epsilon))
	}), nil
}

// moments returns the mean, [1, C], and the covariance, [C, C], of features [H, W, C]
// weighted by mask [H, W, 1]; all alike if it is not valid. The covariance is of centred
// features: the difference of second moments and squared means would have eigenvalues below
// 0 where features hardly vary, and no root.
func moments(b *graph.Builder, features, mask graph.Node) (mean, covariance graph.Node) {
	shape := features.Shape()
	n, c := shape[0]*shape[1], shape[2]
	if !mask.Valid() {
		mean = b.MeanAlong(features, 0, 1)
		return b.Reshape(mean, 1, c), b.Gram(b.Sub(features, mean), 1/float64(n))
	}
	area := framework.Area(b, mask)
	mean = b.Div(b.MatMul(b.Reshape(mask, 1, n), b.Reshape(features, n, c)), area)
	centred := b.Sub(features, b.Reshape(mean, 1, 1, c))
	return mean, b.Div(b.Gram(b.Mul(centred, b.Sqrt(mask)), 1), area)
}

// part returns the k-th matrix [C, C] below the first row of m.
func part(b *graph.Builder, m graph.Node, k int) graph.Node {
	c := m.Shape()[1]
	return b.Slice(m, 0, 1+k*c, 1+(k+1)*c)
}

// PrepareTargets appends the root of the covariance to each value: [1 + 2C, C]. With styles:
// mean it makes one target of all, whose moments are the means of theirs.
func (l *Loss) PrepareTargets(b *graph.Builder, want framework.Targets) (framework.Targets, error) {
	targets := want[framework.Style]
	if l.c.Styles == "mean" {
		targets = mixture(b, targets)
	}
	prepared := make([]framework.Target, len(targets))
	for i, t := range targets {
		prepared[i] = mapped(t, func(m graph.Node) graph.Node { return b.Concat(0, m, root(b, part(b, m, 0))) })
	}
	return framework.Targets{framework.Style: prepared}, nil
}

// mixture returns one target with the moments of all positions of all targets:
//
//	μ = Σ_i w_i·μ_i,  Σ = Σ_i w_i·(Σ_i + (μ_i − μ)ᵀ(μ_i − μ))
func mixture(b *graph.Builder, targets []framework.Target) []framework.Target {
	if len(targets) == 1 {
		return targets
	}
	mean := framework.MeanTarget(b, targets)[0] // its first rows are μ
	apart := make([]framework.Target, len(targets))
	for i, t := range targets {
		apart[i] = framework.Target{Values: framework.Values{}, Weight: t.Weight}
		for name, m := range t.Values {
			away := b.Sub(b.Slice(m, 0, 0, 1), b.Slice(mean.Values[name], 0, 0, 1))
			apart[i].Values[name] = b.Add(m, b.Concat(0, b.Scale(away, 0), b.MatMul(b.Transpose(away), away)))
		}
	}
	return framework.MeanTarget(b, apart)
}

// mapped returns t with change applied to every value.
func mapped(t framework.Target, change func(graph.Node) graph.Node) framework.Target {
	values := framework.Values{}
	for name, m := range t.Values {
		values[name] = change(m)
	}
	return framework.Target{Values: values, Weight: t.Weight}
}

// Score returns the distance of each layer, or of each region and layer.
func (l *Loss) Score(b *graph.Builder, got framework.Values, want framework.Targets) ([]framework.Term, error) {
	return framework.RegionDistances(b, l.taps, got, want[framework.Style], distance)
}

// distance is the framework.Measure of a picture's moments and a prepared target's.
func distance(b *graph.Builder, got, want graph.Node) graph.Node {
	c := got.Shape()[1]
	means := b.Sum(b.Square(b.Sub(b.Slice(got, 0, 0, 1), b.Slice(want, 0, 0, 1))))
	covariance, target := part(b, got, 0), part(b, want, 0)
	half := part(b, want, 1)
	variances := b.Add(trace(b, covariance), trace(b, target))
	shared := traceOfRoot(b, b.MatMul(half, b.MatMul(covariance, half)))
	return b.Scale(b.Add(means, b.Sub(variances, b.Scale(shared, 2))), 1/float64(c))
}
