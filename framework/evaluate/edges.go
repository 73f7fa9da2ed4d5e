package evaluate

import "math"

// sobel returns the strength of edges √(gx² + gy²) of the inner pixels, by
// Sobel's masks: (1 2 1)ᵀ(−1 0 1) and its transpose.
func (p plane) sobel() plane {
	out := newPlane(p.h-2, p.w-2)
	for y := range out.h {
		above, middle, below := p.row(y), p.row(y+1), p.row(y+2)
		to := out.row(y)
		for x := range to {
			gx := above[x+2] - above[x] + 2*(middle[x+2]-middle[x]) + below[x+2] - below[x]
			gy := below[x] - above[x] + 2*(below[x+1]-above[x+1]) + below[x+2] - above[x+2]
			to[x] = math.Hypot(gx, gy)
		}
	}
	return out
}

// correlation returns Pearson's correlation of a and b, here of the strength of
// edges in the luma of a picture and of the photograph:
//
//	Σ(a − ā)(b − b̄) / √(Σ(a − ā)² Σ(b − b̄)²)
//
// It lies in [−1, 1], higher is closer: 1 where edges are equal up to contrast, 0
// for unrelated ones and where one picture has none. The idea is the edge
// preservation index of Sattar et al. (1997), which correlates Laplacians; the
// strength of edges does not mind which side of an edge is the bright one.
func correlation(a, b plane) float64 {
	meanA, meanB := a.mean(), b.mean()
	var products, squaresA, squaresB float64
	for i, v := range a.v {
		dA, dB := v-meanA, b.v[i]-meanB
		products += dA * dB
		squaresA += dA * dA
		squaresB += dB * dB
	}
	switch {
	case squaresA == 0 && squaresB == 0:
		return 1 // neither has any
	case squaresA == 0 || squaresB == 0:
		return 0
	}
	return max(-1, min(1, products/math.Sqrt(squaresA)/math.Sqrt(squaresB)))
}

func (p plane) mean() float64 {
	sum := 0.0
	for _, v := range p.v {
		sum += v
	}
	return sum / float64(len(p.v))
}
