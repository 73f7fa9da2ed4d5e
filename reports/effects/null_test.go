package effects_test

import (
	"math"
	"sync"
	"testing"

	"runexp/reports/effects/simulated"
)

// bound is 5% and what 2 standard errors of that rate over so many reports add.
func bound(reports int) float64 {
	return 0.05 + 2*math.Sqrt(0.05*0.95/float64(reports))
}

// In a thousand reports of each world at most 5% have a false claim, within the error of
// a thousand draws; and over all worlds of a population together, within that of them all.
func TestFalseClaims(t *testing.T) {
	const reports = 1000
	var mu sync.Mutex
	total, all := map[string]int{}, map[string]int{}
	t.Run("worlds", func(t *testing.T) {
		for i, w := range simulated.Worlds() {
			t.Run(w.About.Name+": "+w.Name, func(t *testing.T) {
				t.Parallel()
				wrong, claims, err := w.Wrong(reports, simulated.Random(uint64(i)))
				if err != nil {
					t.Fatal(err)
				}
				rate := float64(wrong) / reports
				t.Logf("%.3f of reports have a false claim", rate)
				if rate > bound(reports) {
					t.Errorf("%.3f of reports have a false claim; at most %.3f may", rate, bound(reports))
				}
				if w.Real != nil && w.About.Name == simulated.These().Name && claims < reports {
					t.Errorf("only %d real effects found; contrasts were not put to the test", claims)
				}
				mu.Lock()
				defer mu.Unlock()
				total[w.About.Name] += wrong
				all[w.About.Name] += reports
			})
		}
	})
	for name, n := range all {
		rate := float64(total[name]) / float64(n)
		t.Logf("%s: %.4f of all reports have a false claim", name, rate)
		if rate > bound(n) {
			t.Errorf("%s: %.4f of all reports have a false claim; at most %.4f may", name, rate, bound(n))
		}
	}
}
