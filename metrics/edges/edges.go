// Package edges is the edge correlation: whether the picture's edges are where the content
// image's are.
package edges

import (
	"math"

	"runexp/framework"
	"runexp/framework/measure"
)

// Metric is Pearson's correlation of the edge strengths a and b in the luma of the picture
// and of the content image:
//
//	Σ(a − ā)(b − b̄) / √(Σ(a − ā)² Σ(b − b̄)²)
//
// It lies in [−1, 1], higher is closer: 1 if edges are equal up to contrast, 0 for
// unrelated ones and if only one image has edges. It follows the edge preservation index
// of Sattar et al. (1997), which correlates Laplacians; edge strength does not depend on
// which side of an edge is brighter.
type Metric struct{}

var _ framework.Metric = Metric{}

// Definition is part of framework.Metric.
func (Metric) Definition() framework.Definition {
	return framework.Definition{
		Label: "edge correlation", Doc: "correlation of the strength of edges",
		Low: -1, High: 1, Better: framework.Higher, Against: framework.Content, Equal: 1,
		Formula: "Σ(a − ā)(b − b̄) / √(Σ(a − ā)² Σ(b − b̄)²), a and b the strength of Sobel edges", Source: "after Sattar et al. 1997, ICIP, who correlate Laplacians",
	}
}

// Prepare computes the content image's edges.
func (Metric) Prepare(image *measure.Image, _ string) (framework.Score, error) {
	want := sobel(image.Luma())
	return func(picture *measure.Image) float64 { return correlation(sobel(picture.Luma()), want) }, nil
}

// sobel returns the edge strength √(gx² + gy²) of the inner pixels, with Sobel's masks
// (1 2 1)ᵀ(−1 0 1) and its transpose.
func sobel(p measure.Plane) measure.Plane {
	out := measure.NewPlane(p.H-2, p.W-2)
	for y := range out.H {
		above, middle, below := p.Row(y), p.Row(y+1), p.Row(y+2)
		to := out.Row(y)
		for x := range to {
			gx := above[x+2] - above[x] + 2*(middle[x+2]-middle[x]) + below[x+2] - below[x]
			gy := below[x] - above[x] + 2*(below[x+1]-above[x+1]) + below[x+2] - above[x+2]
			to[x] = math.Hypot(gx, gy)
		}
	}
	return out
}

// correlation returns Pearson's correlation of a and b.
func correlation(a, b measure.Plane) float64 {
	meanA, meanB := mean(a), mean(b)
	var products, squaresA, squaresB float64
	for i, v := range a.V {
		dA, dB := v-meanA, b.V[i]-meanB
		products += dA * dB
		squaresA += dA * dA
		squaresB += dB * dB
	}
	switch {
	case squaresA == 0 && squaresB == 0:
		return 1 // neither has edges
	case squaresA == 0 || squaresB == 0:
		return 0
	}
	return max(-1, min(1, products/math.Sqrt(squaresA)/math.Sqrt(squaresB)))
}

func mean(p measure.Plane) float64 {
	sum := 0.0
	for _, v := range p.V {
		sum += v
	}
	return sum / float64(len(p.V))
}
