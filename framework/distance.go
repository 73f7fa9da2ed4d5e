package framework

import (
	"maps"
	"math"
	"slices"

	"runexp/framework/graph"
)

// A Measure returns how far x is from y, two values of equal shape: a scalar, 0 if they
// are equal.
type Measure func(b *graph.Builder, x, y graph.Node) graph.Node

// MeanSquared is the Measure mean((x − y)²).
func MeanSquared(b *graph.Builder, x, y graph.Node) graph.Node { return b.MSE(x, y) }

// noDifference makes ScaledSquared 0, not 0/0, for equal values. It is crowsonkb's, and
// far below the sum of differences of features.
const noDifference = 1e-8

// ScaledSquared is the Measure Σ(x − y)² / (Σ|x − y| + 1e-8), in units of x. The absolute
// values of its gradient add up to about 1, whatever the number and the scale of the
// elements (crowsonkb's style-transfer-pytorch, 2021).
func ScaledSquared(b *graph.Builder, x, y graph.Node) graph.Node {
	d := b.Sub(x, y)
	return b.Div(b.Sum(b.Square(d)), b.Add(b.Sum(b.Abs(d)), b.Number(noDifference)))
}

// Measures returns the names of measures, for a loss's option `distance`. With the difference
// D of n elements:
//
//	squared   ΣD²/n
//	sum       ΣD²
//	root      ΣD²/√n
//	scaled    ΣD²/(Σ|D| + 1e-8), see ScaledSquared
func Measures() []string { return []string{"squared", "sum", "root", "scaled"} }

// MeasureOf returns the Measure of one of Measures.
func MeasureOf(name string) Measure {
	switch name {
	case "scaled":
		return ScaledSquared
	case "sum":
		return meanSquaredTimes(func(n float64) float64 { return n })
	case "root":
		return meanSquaredTimes(math.Sqrt)
	}
	return MeanSquared
}

// meanSquaredTimes is the Measure factor(n) · mean((x − y)²) of n elements.
func meanSquaredTimes(factor func(n float64) float64) Measure {
	return func(b *graph.Builder, x, y graph.Node) graph.Node {
		return b.Scale(b.MSE(x, y), factor(float64(x.Shape().Len())))
	}
}

// WeightedDistance is the Measure called name of x and y, [N C], where row i counts w_i ≥ 0
// times, [N 1]: sums over elements are weighted, and n is C·Σw. The zero Node is weights of 1.
// It is 0 if all weights are.
func WeightedDistance(b *graph.Builder, name string, x, y, weights graph.Node) graph.Node {
	if !weights.Valid() {
		return MeasureOf(name)(b, x, y)
	}
	d := b.Sub(x, y)
	squares := b.Sum(b.Mul(b.Square(d), weights))
	n := b.Max(b.Scale(b.Sum(weights), float64(x.Shape()[1])), b.Number(noDifference))
	switch name {
	case "sum":
		return squares
	case "root":
		return b.Div(squares, b.Sqrt(n))
	case "scaled":
		return b.Div(squares, b.Add(b.Sum(b.Mul(b.Abs(d), weights)), b.Number(noDifference)))
	}
	return b.Div(squares, n)
}

// Distances is the Score of a loss that compares each layer's value with the targets of
// one role. The term of a tap has its name and weight, and is Distance.
func Distances(b *graph.Builder, taps []Tap, got Values, want []Target, measure Measure) []Term {
	terms := make([]Term, len(taps))
	for i, tap := range taps {
		terms[i] = Term{Name: tap.Layer, Weight: tap.Weight, Node: Distance(b, tap.Layer, got, want, measure)}
	}
	return terms
}

// Distance returns Σ_r w_r · measure(got, want_r) for the values called name. Targets
// without such a value are skipped, and the weights of the others normalised to sum to 1.
// It returns the zero Node if no target has one.
func Distance(b *graph.Builder, name string, got Values, want []Target, measure Measure) graph.Node {
	var distance graph.Node
	for i, r := range having(name, want) {
		part := b.Scale(measure(b, got[name], r.Values[name]), r.Weight)
		if i > 0 {
			part = b.Add(distance, part)
		}
		distance = part
	}
	return distance
}

// having returns the targets that have a value called name, with weights that sum to 1;
// none if all of these have weight 0.
func having(name string, want []Target) []Target {
	var with []Target
	sum := 0.0
	for _, r := range want {
		if _, has := r.Values[name]; has {
			with, sum = append(with, r), sum+r.Weight
		}
	}
	if sum == 0 {
		return nil
	}
	if len(with) < len(want) {
		for i := range with {
			with[i].Weight /= sum
		}
	}
	return with
}

// MeanTarget returns a single target, whose values are the weighted means of those of want:
// Σ_r w_r · want_r for each name, with weights as in Distance. It returns nil for no targets.
func MeanTarget(b *graph.Builder, want []Target) []Target {
	if len(want) < 2 {
		return want
	}
	names := map[string]bool{}
	for _, r := range want {
		for name := range r.Values {
			names[name] = true
		}
	}
	mean := Target{Values: Values{}, Weight: 1}
	for _, name := range slices.Sorted(maps.Keys(names)) {
		for i, r := range having(name, want) {
			part := b.Scale(r.Values[name], r.Weight)
			if i > 0 {
				part = b.Add(mean.Values[name], part)
			}
			mean.Values[name] = part
		}
	}
	return []Target{mean}
}

// SquaredDistances is Distances by mean squared error.
func SquaredDistances(b *graph.Builder, taps []Tap, got Values, want []Target) []Term {
	return Distances(b, taps, got, want, MeanSquared)
}

// SquaredDistance is Distance by mean squared error.
func SquaredDistance(b *graph.Builder, name string, got Values, want []Target) graph.Node {
	return Distance(b, name, got, want, MeanSquared)
}
