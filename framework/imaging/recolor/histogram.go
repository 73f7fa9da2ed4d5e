package recolor

import (
	"slices"
	"sort"

	"runexp/framework/imaging"
)

// MatchHistogram is the kind of match that is no Map: of each channel the whole histogram.
const MatchHistogram = "histogram"

// bins of a histogram, as in Gatys's program for textures.
const bins = 100

// A Histogram is the distribution of each of red, green and blue: the share of values up to
// each edge of bins of equal width between the smallest and the largest value.
type Histogram struct {
	edges, shares [channels][bins + 1]float64
}

// HistogramOf returns the distribution of the colours of images together; each has its
// weight's share, however large it is.
func HistogramOf(images []*imaging.Image, weights []float64) Histogram {
	var h Histogram
	total := 0.0
	for _, w := range weights {
		total += w
	}
	for c := range channels {
		low, high := float64(images[0].Pix[c]), float64(images[0].Pix[c])
		for _, m := range images {
			for i := c; i < len(m.Pix); i += channels {
				low, high = min(low, float64(m.Pix[i])), max(high, float64(m.Pix[i]))
			}
		}
		var counts [bins]float64
		for k, m := range images {
			each := weights[k] / total / float64(len(m.Pix)/channels)
			for i := c; i < len(m.Pix); i += channels {
				bin := 0
				if high > low {
					bin = min(bins-1, int(bins*(float64(m.Pix[i])-low)/(high-low)))
				}
				counts[bin] += each
			}
		}
		h.edges[c][0] = low
		for bin, n := range counts {
			h.edges[c][bin+1] = low + (high-low)*float64(bin+1)/bins
			h.shares[c][bin+1] = h.shares[c][bin] + n
		}
	}
	return h
}

// Apply returns the image with its values replaced so that each channel is distributed like
// h, in the same order; equal values stay equal (Gatys, Ecker and Bethge 2015,
// arXiv:1505.07376, for finished textures). A value whose rank from 1 to n is r becomes the
// one below which h has a share of r/n, evenly distributed within a bin.
func (h Histogram) Apply(image *imaging.Image) *imaging.Image {
	out := imaging.New(image.H, image.W)
	n := image.H * image.W
	order := make([]int, n)
	for c := range channels {
		for i := range order {
			order[i] = i*channels + c
		}
		slices.SortFunc(order, func(a, b int) int {
			switch x, y := image.Pix[a], image.Pix[b]; {
			case x < y:
				return -1
			case x > y:
				return 1
			}
			return 0
		})
		for from := 0; from < n; {
			to := from + 1
			for to < n && image.Pix[order[to]] == image.Pix[order[from]] {
				to++
			}
			value := h.quantile(c, float64(from+1+to)/2/float64(n)) // equals have their ranks' mean
			for _, at := range order[from:to] {
				out.Pix[at] = float32(value)
			}
			from = to
		}
	}
	return out
}

// quantile returns the value below which channel c has the share.
func (h Histogram) quantile(c int, share float64) float64 {
	edges, shares := &h.edges[c], &h.shares[c]
	k := 1 + sort.SearchFloat64s(shares[1:], share)
	if k > bins { // the shares' sum is rounded
		return edges[bins]
	}
	return edges[k-1] + (edges[k]-edges[k-1])*(share-shares[k-1])/(shares[k]-shares[k-1])
}
