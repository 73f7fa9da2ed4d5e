package segment

import (
	"cmp"
	"math/rand/v2"
	"slices"

	"runexp/framework/imaging"
)

// smallest is the smallest share of an image that a region may have. A smaller one is
// divided among the others: style has poor statistics at so few positions.
const smallest = 0.04

// Regions are the regions of an image, the largest first.
type Regions struct {
	H, W   int
	Labels []int       // [H·W], the region of each position
	Means  [][]float64 // the mean of the points of each region
}

// Divide returns the clusters of the points, at most k ≥ 1, none smaller than a
// twenty-fifth of the image.
func (p Points) Divide(k int, random *rand.Rand) Regions {
	labels, means := kMeans(p.values, p.d, k, random)
	counts := average(p.values, p.d, labels, means)
	for len(means) > 1 {
		least := slices.Index(counts, slices.Min(counts))
		if float64(counts[least]) >= smallest*float64(len(labels)) {
			break
		}
		means = slices.Delete(means, least, least+1)
		for i, c := range labels {
			if c == least {
				labels[i], _ = nearest(p.at(i), means)
			} else if c > least {
				labels[i]--
			}
		}
		counts = average(p.values, p.d, labels, means)
	}
	order := make([]int, len(means))
	for c := range order {
		order[c] = c
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(counts[b], counts[a]) })
	r := Regions{H: p.h, W: p.w, Labels: make([]int, len(labels))}
	for region, c := range order {
		r.Means = append(r.Means, means[c])
		for i, label := range labels {
			if label == c {
				r.Labels[i] = region
			}
		}
	}
	return r
}

// edgeSmoothing is how often masks are smoothed.
const edgeSmoothing = 1

// Masks returns the mask of each region, H×W, in [0, 1]: 1 inside, 0 outside, with soft
// edges. They sum to 1 at every position.
func (r Regions) Masks() []*imaging.Image {
	masks := make([]*imaging.Image, len(r.Means))
	for region := range masks {
		values := make([]float64, len(r.Labels))
		for i, label := range r.Labels {
			if label == region {
				values[i] = 1
			}
		}
		for range edgeSmoothing {
			values = smooth(values, r.H, r.W, 1)
		}
		masks[region] = imaging.New(r.H, r.W)
		for i := range masks[region].Pix {
			masks[region].Pix[i] = float32(values[i/imaging.Channels])
		}
	}
	return masks
}
