package compute

// Winograd's F(4×4, 3×3) in float32 rounds differently from the plain sum: its
// transforms multiply by numbers other than 1 and add what nearly cancels. With
// the points 0, ±5/8, ±3/2, ∞ that oneDNN uses too, the error against a float64
// sum stays under
//
//	|Δ| ≤ WinogradBound · rms(output)
//
// for pictures and kernels of independent normal numbers (ReLUs of them
// included), 64 to 512 channels; with Lavin's points 0, ±1, ±2, ∞ it is about
// three times as large. All constants of the transforms but those of G are
// exact in float32, and G is applied in float64.
const WinogradBound = 2e-5

const winogradP, winogradQ = 0.625, 1.5

// winogradG is G of y = Aᵀ [(G g Gᵀ) ⊙ (Bᵀ d B)] A: row i evaluates the
// polynomial g0 + g1·x + g2·x² at the i-th point, divided by the product of the
// point's distances to the other finite points.
func winogradG() (g [6][3]float64) {
	points := [5]float64{0, winogradP, -winogradP, winogradQ, -winogradQ}
	for i, x := range points {
		distances := 1.0
		for j, other := range points {
			if j != i {
				distances *= x - other
			}
		}
		g[i] = [3]float64{1 / distances, x / distances, x * x / distances}
	}
	g[5] = [3]float64{0, 0, 1} // the point ∞
	return g
}

// winogradKernel returns G k Gᵀ.
func winogradKernel(g *[6][3]float64, k *[9]float32) (u [36]float64) {
	var half [6][3]float64
	for i := range g {
		for j := range 3 {
			half[i][j] = g[i][0]*float64(k[j]) + g[i][1]*float64(k[3+j]) + g[i][2]*float64(k[6+j])
		}
	}
	for i := range half {
		for j := range g {
			u[i*6+j] = half[i][0]*g[j][0] + half[i][1]*g[j][1] + half[i][2]*g[j][2]
		}
	}
	return u
}
