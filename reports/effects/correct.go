package effects

import (
	"math"
	"slices"
)

// errorRate is the chance of a single false claim in a whole report, at most.
const errorRate = 0.05

// fewestUnits is how many units a claim needs at least, whatever the test: fewer
// could not separate two levels, 2/2⁵ being more than 0.05.
const fewestUnits = 6

// A step is one test of a family: p, and the number of hypotheses that may still be
// true when its turn comes.
type step struct {
	p     float64
	times int
}

// correct returns the adjusted p of every step. A family is a list of steps, each
// tested only once those before it are rejected. With R the number of families that have
// steps left, the pending step with the smallest
//
//	R · times · p
//
// is next, and that is its adjusted p, or the largest so far if that is larger. With one step
// in each family it is Holm's correction (1979). The package comment has the proof.
func correct(families [][]step) [][]float64 {
	adjusted := make([][]float64, len(families))
	left := 0
	for i, f := range families {
		adjusted[i] = make([]float64, 0, len(f))
		if len(f) > 0 {
			left++
		}
	}
	largest := 0.0
	for left > 0 {
		best, smallest := -1, math.Inf(1)
		for i, f := range families {
			if done := len(adjusted[i]); done < len(f) {
				if cost := f[done].p * float64(f[done].times*left); cost < smallest {
					best, smallest = i, cost
				}
			}
		}
		largest = math.Max(largest, math.Min(1, smallest))
		adjusted[best] = append(adjusted[best], largest)
		if len(adjusted[best]) == len(families[best]) {
			left--
		}
	}
	return adjusted
}

// mayBeTrue returns for each of the contrasts between k levels, in the order in
// which they are rejected, how many of those that are left may be true together, given that
// not all levels are equal (Shaffer 1986): equal levels form groups, and groups of sizes gᵢ
// make Σ gᵢ(gᵢ−1)/2 true contrasts. For three levels it is 1, 1, 1.
func mayBeTrue(k int) []int {
	pairs := k * (k - 1) / 2
	possible := make([]bool, pairs+1)
	var split func(left, largest, true_ int)
	split = func(left, largest, true_ int) {
		if left == 0 {
			possible[true_] = true
			return
		}
		for g := min(left, largest); g >= 1; g-- {
			split(left-g, g, true_+g*(g-1)/2)
		}
	}
	split(k, k-1, 0)
	var most []int
	for left := pairs; left >= 1; left-- {
		n := left
		for !possible[n] {
			n--
		}
		most = append(most, max(1, n))
	}
	return most
}

// pairwise is the steps of all contrasts between k levels, given in the order of their p.
func pairwise(k int, sorted []float64) []step {
	var steps []step
	for i, times := range mayBeTrue(k) {
		steps = append(steps, step{sorted[i], times})
	}
	return steps
}

// byP returns the places of a list in the order of its values.
func byP(p []float64) []int {
	order := make([]int, len(p))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int {
		switch {
		case p[a] < p[b]:
			return -1
		case p[a] > p[b]:
			return 1
		}
		return a - b
	})
	return order
}
