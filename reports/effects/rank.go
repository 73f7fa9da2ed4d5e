package effects

import (
	"cmp"
	"math"
	"slices"

	"gonum.org/v1/gonum/floats"
)

// ranks returns twice the rank of each value less its mean, whole numbers that add up to 0:
// −2, 0, 2 for three values. Values no further apart than tiny share their mean rank.
func ranks(values []float64, tiny float64) []int {
	n := len(values)
	order := make([]int, n)
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int { return cmp.Compare(values[a], values[b]) })
	r := make([]int, n)
	for i := 0; i < n; {
		j := i + 1
		for j < n && values[order[j]]-values[order[j-1]] <= tiny {
			j++
		}
		for _, place := range order[i:j] {
			r[place] = i + j - n // ranks i+1 … j, doubled mean i+j+1, less n+1
		}
		i = j
	}
	return r
}

// spearman is the correlation of two lists of ranks, in [−1, 1]; 0 where either is constant.
func spearman(x, y []int) float64 {
	a, b := toFloats(x), toFloats(y)
	length := floats.Norm(a, 2) * floats.Norm(b, 2)
	if length == 0 {
		return 0
	}
	return math.Max(-1, math.Min(1, floats.Dot(a, b)/length))
}

func toFloats(list []int) []float64 {
	f := make([]float64, len(list))
	for i, v := range list {
		f[i] = float64(v)
	}
	return f
}
