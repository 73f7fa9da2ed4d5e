package segment

import "math"

// Match returns, for each mean of want, the index of the one of have that it is matched
// with: of all assignments that use as many of have as possible, the one with the smallest
// sum of squared distances. So it is one to one if there are as many of both or more of have;
// if there are more of want, each of have is used at least once, and the nearest several
// times. Were only the nearest used, parts of a style image would be left out, and two
// unlike images would be matched by a single region.
//
// It tries all assignments but those that cannot be better: for 9 and 8 there are 1,451,520.
func Match(want, have [][]float64) []int {
	apart := make([][]float64, len(want))
	for i, w := range want {
		for _, h := range have {
			apart[i] = append(apart[i], squaredDistance(w, h))
		}
	}
	used, distinct := make([]int, len(have)), 0
	now, best, lowest := make([]int, len(want)), make([]int, len(want)), math.Inf(1)
	most := min(len(want), len(have))
	var assign func(i int, sum float64)
	assign = func(i int, sum float64) {
		if sum >= lowest || distinct+len(want)-i < most {
			return
		}
		if i == len(want) {
			copy(best, now)
			lowest = sum
			return
		}
		for k := range have {
			if used[k]++; used[k] == 1 {
				distinct++
			}
			now[i] = k
			assign(i+1, sum+apart[i][k])
			if used[k]--; used[k] == 0 {
				distinct--
			}
		}
	}
	assign(0, 0)
	return best
}
