package moments

import (
	"runexp/framework"
	"runexp/framework/graph"
)

// average returns the mean of each channel of x, [H, W, C], over positions weighted by mask,
// [H, W, 1]; all alike if it is not valid. The result is [1, 1, C], 0 for an empty mask.
func average(b *graph.Builder, x, mask graph.Node) graph.Node {
	if !mask.Valid() {
		return b.MeanAlong(x, 0, 1)
	}
	return b.Div(b.SumAlong(b.Mul(x, mask), 0, 1), framework.Area(b, mask))
}

// epsilon is added to a variance, in units of the features squared. It is far below the variance
// of an active channel, and gives a constant channel a gradient of 0.
const epsilon = 1e-8

// deviation returns √(variance + 1e-8) of each channel, [1, 1, C]. Features are centred first: the
// difference of second moments and squared means can be negative in single precision.
func deviation(b *graph.Builder, x, mean, mask graph.Node) graph.Node {
	variance := average(b, b.Square(b.Sub(x, mean)), mask)
	return b.Sqrt(b.Add(variance, b.Number(epsilon)))
}

// central returns the mean of each channel and its central moments of the orders 2 to orders,
// [1, 1, C] each.
func central(b *graph.Builder, x, mask graph.Node, orders int) []graph.Node {
	mean := average(b, x, mask)
	all := []graph.Node{mean}
	centred := b.Sub(x, mean)
	power := centred
	for len(all) < orders {
		power = b.Mul(power, centred)
		all = append(all, average(b, power, mask))
	}
	return all
}

// leastFeature bounds features from below before their sigmoid, 1e-26 there: e⁻ˣ must not overflow.
const leastFeature = -60

// sigmoid returns 1/(1 + e⁻ˣ).
func sigmoid(b *graph.Builder, x graph.Node) graph.Node {
	e := b.Exp(b.Scale(b.Max(x, b.Number(leastFeature)), -1))
	return b.Div(b.Number(1), b.Add(b.Number(1), e))
}
