package main

import (
	"fmt"
	"math"
	"strings"
)

// A point is the scores of a picture: distances from content and style, at layers that
// no loss uses.
type point struct{ content, style float64 }

// A curve is the points of one pair, from the largest factor to the smallest.
type curve []point

// boldness is how far each factor is on the way from the faintest to the boldest picture
// that was made, as a mean over pairs. For a pair
//
//	y = ½ (s₀ − s)/(s₀ − s₁) + ½ (c − c₀)/(c₁ − c₀)
//
// with the style distance s and the content distance c, at the largest (0) and the
// smallest factor (1). Both distances count, since each alone is flat where the other
// still changes: a picture near the photo gains style at once and one near the painting
// loses content to the end. Differences, not logarithms: near the photo the content
// distance falls by half again and again, and nothing is seen of it.
func boldness(curves []curve) []float64 {
	y := make([]float64, len(curves[0]))
	for _, c := range curves {
		first, last := c[0], c[len(c)-1]
		for i, p := range c {
			style := (first.style - p.style) / (first.style - last.style)
			content := (p.content - first.content) / (last.content - first.content)
			y[i] += (style + content) / 2 / float64(len(curves))
		}
	}
	for i := 1; i < len(y); i++ { // noise must not fold the curve
		y[i] = max(y[i], y[i-1])
	}
	return y
}

// reach is the part of what is there on the shorter side of the recipe that strengths 0 and
// 1 use. The very ends cost factors that change nothing.
const reach = 0.9

// knots returns the factors at strengths 0, 0.25, 0.5, 0.75 and 1. Boldness is linear in
// the strength: half is as far from faint as from bold. 0.5 is the recipe, factor 1, so the
// ends are equally far from it, by reach of the shorter side.
func knots(factors, y []float64) (at [5]float64, step float64) {
	middle := boldnessAt(factors, y, 1)
	step = reach * min(middle-y[0], y[len(y)-1]-middle) / 2
	for k := range at {
		at[k] = factorAt(factors, y, middle+float64(k-2)*step)
	}
	at[2] = 1
	return at, step
}

// boldnessAt returns the boldness at a factor, linear in its logarithm.
func boldnessAt(factors, y []float64, factor float64) float64 {
	for i := 1; i < len(factors); i++ {
		if factors[i] <= factor {
			part := math.Log(factors[i-1]/factor) / math.Log(factors[i-1]/factors[i])
			return y[i-1] + part*(y[i]-y[i-1])
		}
	}
	return y[len(y)-1]
}

// factorAt returns the factor at a boldness.
func factorAt(factors, y []float64, want float64) float64 {
	for i := 1; i < len(y); i++ {
		if y[i] >= want && y[i] > y[i-1] {
			part := (want - y[i-1]) / (y[i] - y[i-1])
			return math.Exp((1-part)*math.Log(factors[i-1]) + part*math.Log(factors[i]))
		}
	}
	return factors[len(factors)-1]
}

// report prints the scores and the table.
func report(factors []float64, curves []curve) error {
	for i, c := range curves {
		if c == nil {
			return fmt.Errorf("pair %d has no pictures", i+1)
		}
		for k, p := range c {
			if math.IsNaN(p.content) || math.IsNaN(p.style) {
				return fmt.Errorf("pair %d has no scores at factor %g", i+1, factors[k])
			}
		}
	}
	y := boldness(curves)
	fmt.Printf("%10s %10s %10s %10s\n", "factor", "content", "style", "boldness")
	for k, factor := range factors {
		var mean point
		for _, c := range curves {
			mean.content += c[k].content / float64(len(curves))
			mean.style += c[k].style / float64(len(curves))
		}
		fmt.Printf("%10.4g %10.4f %10.4f %10.3f\n", factor, mean.content, mean.style, y[k])
	}
	at, step := knots(factors, y)
	var list []string
	for _, factor := range at {
		list = append(list, fmt.Sprintf("%.2g", factor))
	}
	fmt.Printf("\n%d pairs; a quarter of strength is %.3f of boldness\nfunc strengthKnots() [5]float64 { return [5]float64{%s} }\n",
		len(curves), step, strings.Join(list, ", "))
	return nil
}
