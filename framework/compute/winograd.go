package compute

// Winograd's F(4×4, 3×3) in float32 rounds differently from the plain sum: its
// transforms multiply by numbers other than 1 and add what nearly cancels. With
// the points 0, ±5/8, ±3/2, ∞ that oneDNN uses too, the error against a float64
// sum stays under
//
//	|Δ| ≤ WinogradBound · rms(output)
//
// for pictures and kernels of independent normal numbers (ReLUs of them
// included) with up to 512 channels. Measured on 512: largest 1.7e-5, rms 2e-6,
// where a plain float32 sum of as many terms has 1.5e-5 and 1.2e-6. Lavin's
// points 0, ±1, ±2, ∞ have about two and a half times the error. The constants of
// A and B are exact in float32, and G is applied in float64.
const WinogradBound = 4e-5

// Gradients of small filters take F(6×6, 3×3) with the points 0, ±1/2, ±1, ±2, ∞: 64
// products for thirty-six outputs, a fifth fewer. Its error for up to 256 channels
// stays under
//
//	|Δ| ≤ WinogradBackwardBound · rms(gradient)
//
// Measured on 256: largest 7.4e-5, rms 5.8e-6; no other points among multiples of 1/16 are
// better by more than a few percent. That is accurate enough for a gradient; forward it
// would flip more ReLUs and maxima than necessary.
const WinogradBackwardBound = 1.6e-4

// If all neighbours are equal, F(4×4, 3×3) rounds the same number differently at each
// position of a tile, and max pooling, which takes the first of ties, may pick any. F(2×2,
// 3×3) with the points 0, ±1, ∞ does not: its transforms of input that is constant along an
// axis are exact zeros but for one, so that equal neighbourhoods in a flat area give equal
// bits. It costs 16 products for four outputs instead of 36 for sixteen. Flat filters use
// it, forward, for tiles in which two neighbouring outputs have the same input.

// winogradPoints returns the finite interpolation points of F(tile×tile, 3×3).
func winogradPoints(tile int) []float64 {
	switch tile {
	case 2:
		return []float64{0, 1, -1}
	case 6:
		return []float64{0, 0.5, -0.5, 1, -1, 2, -2}
	}
	const p, q = 0.625, 1.5
	return []float64{0, p, -p, q, -q}
}

// winogradPositions returns the number of products of a tile for a pair of channels.
func winogradPositions(tile int) int { return (tile + 2) * (tile + 2) }

// winogradG is G of y = Aᵀ [(G g Gᵀ) ⊙ (Bᵀ d B)] A: row i evaluates the
// polynomial g0 + g1·x + g2·x² at the i-th point, divided by the product of the
// point's distances to the other finite points.
func winogradG(tile int) (g [][3]float64) {
	points := winogradPoints(tile)
	for i, x := range points {
		distances := 1.0
		for j, other := range points {
			if j != i {
				distances *= x - other
			}
		}
		g = append(g, [3]float64{1 / distances, x / distances, x * x / distances})
	}
	return append(g, [3]float64{0, 0, 1}) // the point ∞
}

// winogradKernel writes G k Gᵀ, row by row, into u.
func winogradKernel(u []float64, g [][3]float64, k *[9]float32) {
	for i := range g {
		var half [3]float64
		for j := range half {
			half[j] = g[i][0]*float64(k[j]) + g[i][1]*float64(k[3+j]) + g[i][2]*float64(k[6+j])
		}
		for j := range g {
			u[i*len(g)+j] = half[0]*g[j][0] + half[1]*g[j][1] + half[2]*g[j][2]
		}
	}
}
