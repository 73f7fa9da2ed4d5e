// Package median has one function.
package median

import (
	"math"
	"slices"
)

// Of returns the middle one of values, or the mean of the two in the middle; NaN
// where there are none. They may be in any order and keep it. None may be NaN.
func Of(values []float64) float64 {
	n := len(values)
	if n == 0 {
		return math.NaN()
	}
	sorted := slices.Sorted(slices.Values(values))
	return (sorted[(n-1)/2] + sorted[n/2]) / 2
}
