package effects

import (
	"cmp"
	"math"
	"math/bits"
	"slices"

	"gonum.org/v1/gonum/floats"
)

const (
	// exactUnits is the number of units up to which all 2ⁿ signs are tried.
	exactUnits = 16
	// slack is the relative difference at which two sums of the same numbers count as
	// equal; a tie counts against the claim.
	slack = 1e-9
)

// flip returns the two-sided p of paired differences: with the sign of each
// flipped at will, how often the sum is at least as far from 0 as it is,
//
//	p = #{s ∈ {−1, 1}ⁿ : |Σ sᵢdᵢ| ≥ |Σ dᵢ|} / 2ⁿ,
//
// in [2/2ⁿ, 1]. It is exact where differences are independent and symmetric about 0
// (Fisher 1935). Without differences, or with none but zeros, it is 1.
func flip(d []float64) float64 {
	rows := make([][]float64, len(d))
	for i := range d {
		rows[i] = d[i : i+1]
	}
	return flipRows(rows)
}

// flipRows is flip for vectors: each row keeps or changes all its signs, and the statistic is
// the squared length of the sum.
func flipRows(rows [][]float64) float64 {
	rows = slices.DeleteFunc(slices.Clone(rows), func(r []float64) bool { return floats.Norm(r, 2) == 0 })
	n := len(rows)
	if n == 0 {
		return 1
	}
	// Largest first: drawn signs then do not depend on the order of the units.
	slices.SortStableFunc(rows, func(a, b []float64) int { return cmp.Compare(floats.Norm(b, 2), floats.Norm(a, 2)) })
	sum := make([]float64, len(rows[0]))
	length := 0.0
	for _, r := range rows {
		floats.Add(sum, r)
		length += floats.Norm(r, 2)
	}
	least := floats.Dot(sum, sum) - slack*length*length
	if n > exactUnits {
		random := source()
		return draw(func() bool {
			var sign uint64
			clear(sum)
			for i, r := range rows {
				if i%64 == 0 {
					sign = random.Uint64()
				}
				floats.AddScaled(sum, float64(int(sign&1)*2-1), r)
				sign >>= 1
			}
			return floats.Dot(sum, sum) >= least
		})
	}
	// Signs in Gray code's order differ in one row from each to the next. The first
	// row keeps its sign: the other half is the same mirrored.
	reached := 1
	sign := slices.Repeat([]float64{1}, n)
	for i := uint(1); i < 1<<(n-1); i++ {
		row := 1 + bits.TrailingZeros(i)
		sign[row] = -sign[row]
		floats.AddScaled(sum, 2*sign[row], rows[row])
		if floats.Dot(sum, sum) >= least {
			reached++
		}
	}
	return float64(reached) / float64(uint(1)<<(n-1))
}

// flipAbove returns the one-sided p of paired differences whose centre is not above 0,
//
//	p = #{s ∈ {−1, 1}ⁿ : Σ sᵢdᵢ ≥ Σ dᵢ} / 2ⁿ,
//
// in [1/2ⁿ, 1]. Without differences it is 1.
func flipAbove(d []float64) float64 {
	n := len(d)
	if n == 0 {
		return 1
	}
	// Largest first: drawn signs then do not depend on the order of the units.
	d = slices.SortedStableFunc(slices.Values(d), func(a, b float64) int { return cmp.Compare(math.Abs(b), math.Abs(a)) })
	least := floats.Sum(d) - slack*floats.Norm(d, 1)
	if n > exactUnits {
		random := source()
		return draw(func() bool {
			var sign uint64
			sum := 0.0
			for i, v := range d {
				if i%64 == 0 {
					sign = random.Uint64()
				}
				sum += float64(int(sign&1)*2-1) * v
				sign >>= 1
			}
			return sum >= least
		})
	}
	sum, reached := floats.Sum(d), 1
	sign := slices.Repeat([]float64{1}, n)
	for i := uint(1); i < 1<<n; i++ { // Gray code's order, as in flipRows
		at := bits.TrailingZeros(i)
		sign[at] = -sign[at]
		if sum += 2 * sign[at] * d[at]; sum >= least {
			reached++
		}
	}
	return float64(reached) / float64(uint(1)<<n)
}

// flipFloor is the smallest p that n units can give.
func flipFloor(n int) float64 {
	if n > exactUnits {
		return 1 / float64(draws+1)
	}
	return math.Min(1, math.Ldexp(2, -n))
}
