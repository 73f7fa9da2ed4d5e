package tpe

import (
	"cmp"
	"math"
	"math/rand/v2"
	"slices"

	"runexp/framework"
)

// priorWeight is the weight of the prior, which is uniform over levels and a wide Gaussian in
// the middle of a range: as much as a new observation.
const priorWeight = 1

// A density is an estimate of where settings are: a mixture of a kernel for each observed
// setting and, as the last one, of the prior. A kernel is a product over the parameters; for
// those that its setting does not set it has the prior.
type density struct {
	space      framework.SweepSpace
	weights    []float64 // of the kernels; sum 1
	parameters []kernels
}

// kernels are the kernels of one parameter.
type kernels interface {
	draw(k int, random *rand.Rand) framework.Choice
	log(k int, c framework.Choice) float64 // of the probability or of its density
}

func newDensity(space framework.SweepSpace, observed [][]framework.Choice) density {
	d := density{space: space, weights: append(weights(len(observed)), priorWeight)}
	sum := 0.0
	for _, w := range d.weights {
		sum += w
	}
	for k := range d.weights {
		d.weights[k] /= sum
	}
	for i, p := range space.Parameters {
		choices := make([]framework.Choice, len(observed))
		for k, setting := range observed {
			choices[k] = setting[i]
		}
		if p.Levels > 0 {
			d.parameters = append(d.parameters, levels{p.Levels, choices})
		} else {
			d.parameters = append(d.parameters, newGaussians(p.Range, choices))
		}
	}
	return d
}

// weights returns those of n observations in the order of time: 1 for the newest 25, and for
// older ones less, down to 1/n.
func weights(n int) []float64 {
	const recent = 25
	list := slices.Repeat([]float64{1}, n)
	for i := range n - recent {
		list[i] = 1 / float64(n)
		if n-recent > 1 {
			list[i] += (1 - 1/float64(n)) * float64(i) / float64(n-recent-1)
		}
	}
	return list
}

// draw draws a setting, settled.
func (d density) draw(random *rand.Rand) []framework.Choice {
	k := pick(d.weights, random)
	setting := make([]framework.Choice, len(d.parameters))
	for i, p := range d.parameters {
		setting[i] = p.draw(k, random)
	}
	d.space.Settle(setting)
	return setting
}

// log returns the logarithm of the density at a setting, over the parameters that it sets.
func (d density) log(setting []framework.Choice) float64 {
	logs, most := make([]float64, len(d.weights)), math.Inf(-1)
	for k, w := range d.weights {
		logs[k] = math.Log(w)
		for i, c := range setting {
			if !c.Unset {
				logs[k] += d.parameters[i].log(k, c)
			}
		}
		most = max(most, logs[k])
	}
	sum := 0.0
	for _, l := range logs {
		sum += math.Exp(l - most)
	}
	return most + math.Log(sum)
}

// pick draws an index with probabilities that sum to 1.
func pick(probabilities []float64, random *rand.Rand) int {
	u := random.Float64()
	for i, p := range probabilities {
		if u -= p; u < 0 {
			return i
		}
	}
	return len(probabilities) - 1 // rounding
}

// levels are the kernels of a parameter with levels: of n observations, each has 1 at the
// level that was observed and 1/(n + 1) at every level, normalised.
type levels struct {
	n        int
	observed []framework.Choice
}

// uniform reports whether kernel k is the prior.
func (l levels) uniform(k int) bool { return k == len(l.observed) || l.observed[k].Unset }

// everywhere is the share of an observation's kernel that is spread over the levels.
func (l levels) everywhere() float64 {
	prior := priorWeight * float64(l.n) / float64(len(l.observed)+1)
	return prior / (1 + prior)
}

func (l levels) draw(k int, random *rand.Rand) framework.Choice {
	if l.uniform(k) || random.Float64() < l.everywhere() {
		return framework.Choice{Level: random.IntN(l.n)}
	}
	return l.observed[k]
}

func (l levels) log(k int, c framework.Choice) float64 {
	if l.uniform(k) {
		return -math.Log(float64(l.n))
	}
	share := l.everywhere() / float64(l.n)
	if c == l.observed[k] {
		share += 1 - l.everywhere()
	}
	return math.Log(share)
}

// gaussians are the kernels of a range, truncated to it: over the logarithm of a log_uniform
// range, and over half a unit more at both ends of whole numbers.
type gaussians struct {
	span            framework.SweepRange
	low, high       float64
	mean, deviation []float64
	inside          []float64 // share of each Gaussian that is within the range
}

// newGaussians returns a Gaussian at each of the n observations that are set, and the prior.
// A deviation is the larger distance to the neighbouring observations, of the outer ones that
// to the only one, between the range's length divided by min(100, n + 2) and that length.
func newGaussians(span framework.SweepRange, observed []framework.Choice) *gaussians {
	g := &gaussians{span: span, low: span.Min, high: span.Max}
	switch span.Distribution {
	case "log_uniform":
		g.low, g.high = math.Log(span.Min), math.Log(span.Max)
	case "int":
		g.low, g.high = span.Min-0.5, span.Max+0.5
	}
	length := g.high - g.low
	g.mean = slices.Repeat([]float64{(g.low + g.high) / 2}, len(observed)+1)
	g.deviation = slices.Repeat([]float64{length}, len(observed)+1)
	var sorted []int // kernels by their mean
	for k, c := range observed {
		if !c.Unset {
			g.mean[k] = g.at(c)
			sorted = append(sorted, k)
		}
	}
	slices.SortStableFunc(sorted, func(a, b int) int { return cmp.Compare(g.mean[a], g.mean[b]) })
	n := len(sorted)
	for i, k := range sorted {
		left, right := g.mean[k]-g.low, g.high-g.mean[k]
		if n > 1 {
			left, right = 0, 0
		}
		if i > 0 {
			left = g.mean[k] - g.mean[sorted[i-1]]
		}
		if i < n-1 {
			right = g.mean[sorted[i+1]] - g.mean[k]
		}
		g.deviation[k] = min(length, max(length/min(100, float64(n+2)), left, right))
	}
	for k := range g.mean {
		g.inside = append(g.inside, g.below(k, g.high)-g.below(k, g.low))
	}
	return g
}

// at returns a choice on the kernels' axis.
func (g *gaussians) at(c framework.Choice) float64 {
	if g.span.Distribution == "log_uniform" {
		return math.Log(c.Value)
	}
	return c.Value
}

// below returns the share of Gaussian k that is below x.
func (g *gaussians) below(k int, x float64) float64 {
	return math.Erfc((g.mean[k]-x)/g.deviation[k]/math.Sqrt2) / 2
}

func (g *gaussians) draw(k int, random *rand.Rand) framework.Choice {
	share := g.below(k, g.low) + random.Float64()*g.inside[k]
	x := g.mean[k] + g.deviation[k]*math.Sqrt2*math.Erfinv(2*share-1)
	quantile := (x - g.low) / (g.high - g.low)
	return framework.Choice{Value: g.span.At(min(math.Nextafter(1, 0), max(0, quantile)))}
}

func (g *gaussians) log(k int, c framework.Choice) float64 {
	x := g.at(c)
	if g.span.Distribution == "int" {
		return math.Log((g.below(k, x+0.5) - g.below(k, x-0.5)) / g.inside[k])
	}
	z := (x - g.mean[k]) / g.deviation[k]
	return -z*z/2 - math.Log(g.deviation[k]*g.inside[k]*math.Sqrt(2*math.Pi))
}
