package framework

import (
	"math"
	"slices"
)

// strengthKnots returns the factors of StrengthFactor at 0, 0.25, 0.5, 0.75 and 1.
// tools/strength measures them; these are of the preset standard on three pairs at 182 pixels.
func strengthKnots() [5]float64 { return [5]float64{9.4, 3, 1, 0.29, 0.05} }

// StrengthFactor returns the factor m(s) of the weights of the losses that follow a
// strength s in [0, 1]: 1 at 0.5, where a recipe is as written, more below and less
// above. log m is linear between the knots, which are a quarter apart.
func StrengthFactor(s float64) float64 {
	knots := strengthKnots()
	last := len(knots) - 1
	i := min(int(s*float64(last)), last-1)
	part := s*float64(last) - float64(i)
	return math.Exp((1-part)*math.Log(knots[i]) + part*math.Log(knots[i+1]))
}

// FollowsStrength reports whether the weights of a loss are multiplied by StrengthFactor:
// it holds the picture to the content image. A loss of content and style together does
// not follow, since its weight would move both.
func FollowsStrength(l Loss) bool {
	roles := l.Roles()
	return slices.Contains(roles, Content) && !slices.Contains(roles, Style)
}
