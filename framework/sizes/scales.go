package sizes

import (
	"fmt"
	"math"
)

// MaxScales is the largest number of stages that Scales makes, far more than any use.
const MaxScales = 100

// Scales returns the longer sides of stages that grow by a factor up to one of to pixels:
// those of to/factorᵏ that round to at least from, ascending, each once. If to is below
// from it is the only one. Sides and factor must be positive, the factor above 1.
//
// Errors: more than MaxScales.
func Scales(from, to int, factor float64) ([]int, error) {
	sides := []int{to}
	for k := 1; ; k++ {
		side := int(math.Round(float64(to) * math.Pow(factor, -float64(k))))
		switch {
		case side < from || side < 1:
			return sides, nil
		case k == MaxScales:
			return nil, fmt.Errorf("%g from %d to %d gives more than %d stages; use a larger factor", factor, from, to, MaxScales)
		case side < sides[0]:
			sides = append([]int{side}, sides...)
		}
	}
}
