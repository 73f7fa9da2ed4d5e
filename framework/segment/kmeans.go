package segment

import (
	"math"
	"math/rand/v2"
	"slices"
)

const (
	restarts   = 8   // of k-means, of which the one with the smallest sum is kept
	iterations = 100 // at most; it has settled long before
)

// kMeans returns the clusters of points, n vectors of d numbers one after another: labels
// [n] from 0 to at most k−1 and the means of the clusters, as many vectors. There are fewer
// than k if there are fewer distinct points.
//
// It minimises Σᵢ |xᵢ − mean of i's cluster|² by Lloyd's iteration from seeds drawn by
// k-means++ (Arthur and Vassilvitskii 2007): the first uniformly, each further one with a
// probability in proportion to the squared distance from the nearest so far. A start may
// end in a poor minimum, so the best of a few is taken. All sums are in float64 and in
// order, so that equal input gives equal bits.
func kMeans(points []float64, d, k int, random *rand.Rand) (labels []int, means [][]float64) {
	lowest := math.Inf(1)
	for range restarts {
		l, m, sum := lloyd(points, d, seeds(points, d, k, random))
		if sum < lowest || labels == nil {
			labels, means, lowest = l, m, sum
		}
	}
	return labels, means
}

// seeds draws at most k distinct points.
func seeds(points []float64, d, k int, random *rand.Rand) [][]float64 {
	weights := make([]float64, len(points)/d) // of the next draw
	for i := range weights {
		weights[i] = 1
	}
	var drawn [][]float64
	for len(drawn) < k {
		at := draw(weights, random)
		if at < 0 {
			break
		}
		drawn = append(drawn, slices.Clone(points[at*d:][:d]))
		for i := range weights {
			_, weights[i] = nearest(points[i*d:][:d], drawn)
		}
	}
	return drawn
}

// draw returns an index with a probability in proportion to its weight; -1 if all are 0.
func draw(weights []float64, random *rand.Rand) int {
	total := 0.0
	for _, w := range weights {
		total += w
	}
	at, left := -1, random.Float64()*total
	for i, w := range weights {
		if w > 0 && (at < 0 || left >= 0) { // rounding may leave some at the end
			at = i
		}
		left -= w
	}
	return at
}

// lloyd moves means, which it changes, to a local minimum of the sum that it returns.
func lloyd(points []float64, d int, means [][]float64) (labels []int, _ [][]float64, sum float64) {
	labels = make([]int, len(points)/d)
	for i := range labels {
		labels[i] = -1
	}
	for range iterations {
		moved := false
		sum = 0
		for i := range labels {
			label, distance := nearest(points[i*d:][:d], means)
			moved, sum = moved || label != labels[i], sum+distance
			labels[i] = label
		}
		if !moved {
			break
		}
		average(points, d, labels, means)
	}
	return labels, means, sum
}

// average sets the mean of every cluster that has points, and returns how many each has.
func average(points []float64, d int, labels []int, means [][]float64) (counts []int) {
	counts = make([]int, len(means))
	sums := make([][]float64, len(means))
	for c := range sums {
		sums[c] = make([]float64, d)
	}
	for i, c := range labels {
		counts[c]++
		for j, v := range points[i*d:][:d] {
			sums[c][j] += v
		}
	}
	for c, n := range counts {
		for j := range sums[c] {
			if n > 0 {
				means[c][j] = sums[c][j] / float64(n)
			}
		}
	}
	return counts
}

// nearest returns the index of the mean nearest to x, the first of equal ones, and its
// squared distance.
func nearest(x []float64, means [][]float64) (index int, distance float64) {
	distance = math.Inf(1)
	for c, mean := range means {
		if v := squaredDistance(x, mean); v < distance {
			index, distance = c, v
		}
	}
	return index, distance
}

func squaredDistance(x, y []float64) float64 {
	sum := 0.0
	for i, v := range x {
		sum += (v - y[i]) * (v - y[i])
	}
	return sum
}
