package tpe

import (
	"cmp"
	"math"
	"slices"

	"runexp/framework"
)

// maxGood is the largest number of good settings by one objective.
const maxGood = 25

// split divides the settings into good ones and the others, both in their order. Good are the
// best of those with values, as many as the share gamma of all that have ended, by failure or
// early stopping too. ok is false if fewer than least have ended or none has values.
func split(history []framework.Result, least int, gamma float64) (good, bad [][]framework.Choice, ok bool) {
	var done []int
	var values [][]float64
	ended := 0
	for i, r := range history {
		if !r.Pending {
			ended++
		}
		if len(r.Values) > 0 {
			done, values = append(done, i), append(values, r.Values)
		}
	}
	if len(done) == 0 || ended < least {
		return nil, nil, false
	}
	n := min(int(math.Ceil(gamma*float64(ended))), len(done))
	if len(values[0]) == 1 {
		n = min(n, maxGood)
	}
	isGood := make([]bool, len(history))
	for _, k := range bestOf(values, n) {
		isGood[done[k]] = true
	}
	for i, r := range history {
		if isGood[i] {
			good = append(good, r.Setting)
		} else {
			bad = append(bad, r.Setting)
		}
	}
	return good, bad, true
}

// bestOf returns the indices of the n best values. Of one objective these are the lowest; of
// two, front after front of those that no other dominates, and of the front of which not all
// are taken those that together dominate the largest area.
func bestOf(values [][]float64, n int) []int {
	left := make([]int, len(values))
	for i := range left {
		left[i] = i
	}
	if len(values[0]) == 1 {
		slices.SortStableFunc(left, func(a, b int) int { return cmp.Compare(values[a][0], values[b][0]) })
		return left[:n]
	}
	var best []int
	for len(best) < n {
		var front, rest []int
		for _, i := range left {
			if slices.ContainsFunc(left, func(j int) bool { return dominates(values[j], values[i]) }) {
				rest = append(rest, i)
			} else {
				front = append(front, i)
			}
		}
		if len(front) > n-len(best) {
			front = spread(values, front, n-len(best))
		}
		best, left = append(best, front...), rest
	}
	return best
}

// dominates reports whether a is at least as good as b in both objectives and better in one.
func dominates(a, b []float64) bool {
	return a[0] <= b[0] && a[1] <= b[1] && (a[0] < b[0] || a[1] < b[1])
}

// spread chooses n of a front, one at a time: each adds the largest area to that dominated
// by those before, which is at least 1 − 1/e of the largest possible area of n (Nemhauser,
// Wolsey and Fisher 1978).
func spread(values [][]float64, front []int, n int) []int {
	var all [][]float64
	for _, i := range front {
		all = append(all, values[i])
	}
	corner := reference(all)
	var taken []int
	var points [][]float64
	for range n {
		best, area := -1, math.Inf(-1)
		for k, i := range front {
			if a := dominated(append(points[:len(points):len(points)], all[k]), corner); a > area && !slices.Contains(taken, i) {
				best, area = k, a
			}
		}
		taken, points = append(taken, front[best]), append(points, all[best])
	}
	return taken
}

// reference returns the corner up to which areas count: a tenth of the points' range beyond
// the worst values, so that the ends of a front count too. Optuna takes a tenth of the worst
// value, which depends on where a metric's zero is; ours are logarithms.
func reference(points [][]float64) [2]float64 {
	var corner [2]float64
	for k := range corner {
		low, high := math.Inf(1), math.Inf(-1)
		for _, p := range points {
			low, high = min(low, p[k]), max(high, p[k])
		}
		corner[k] = high + 0.1*(high-low)
		if high == low {
			corner[k] = high + 1
		}
	}
	return corner
}

// dominated returns the area between points and a corner that is worse than all of them.
func dominated(points [][]float64, corner [2]float64) float64 {
	sorted := slices.SortedFunc(slices.Values(points), func(a, b []float64) int {
		return cmp.Or(cmp.Compare(a[0], b[0]), cmp.Compare(a[1], b[1]))
	})
	area, floor := 0.0, corner[1]
	for _, p := range sorted {
		if p[1] < floor {
			area += (corner[0] - p[0]) * (floor - p[1])
			floor = p[1]
		}
	}
	return area
}
