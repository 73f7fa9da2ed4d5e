// Package median computes the median.
package median

import (
	"math"
	"slices"
)

// Of returns the median of values, for an even number the mean of the middle two; NaN if
// there are none. Values may be in any order, are not modified, and must not be NaN.
func Of(values []float64) float64 {
	n := len(values)
	if n == 0 {
		return math.NaN()
	}
	sorted := slices.Sorted(slices.Values(values))
	return (sorted[(n-1)/2] + sorted[n/2]) / 2
}
