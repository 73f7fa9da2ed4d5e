package effects

import "math/rand/v2"

const (
	// draws is how many signs, orders or settings are drawn where there are too many to try all.
	draws = 4999
	// enough is how many draws that reach the statistic settle that p is not small: it is
	// then known to about 7%.
	enough = 200
	// seed makes a report the same each time.
	seed = 20
)

// source returns the draws of one test, the same for each.
func source() *rand.Rand { return rand.New(rand.NewPCG(seed, seed)) }

// draw returns the p of a drawn test. reaches makes a draw, and says whether its statistic
// is at least the observed one. With b of them among all draws
//
//	p = (b+1)/(draws+1),
//
// and if b comes to enough with draw l, p = enough/l at once. Both are valid whatever
// the number of draws: P(p ≤ α) ≤ α (Besag and Clifford 1991).
func draw(reaches func() bool) float64 {
	reached := 0
	for l := 1; l <= draws; l++ {
		if reaches() {
			reached++
			if reached == enough {
				return float64(enough) / float64(l)
			}
		}
	}
	return float64(reached+1) / float64(draws+1)
}
