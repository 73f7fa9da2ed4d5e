package effects

import "slices"

// atBest returns the steps of every test, as correct wants them, with the smallest p
// that n units each can give.
func atBest(tests []*evidence, n int) [][]step {
	var families [][]step
	for _, v := range tests {
		first, flips := flipFloor(n), flipFloor(n)
		levels := len(v.effect.Levels)
		var later []step
		switch v.Kind {
		case Settings:
			first = 1 / float64(draws+1)
			if v.effect.Ordered {
				first = max(first, flips)
			}
		case Curves:
			later = []step{{flips, 1}, {min(1, flips*float64(max(1, levels-2))), 1}}
		case Orders:
			first = 1 / float64(draws+1)
			later = pairwise(levels, slices.Repeat([]float64{flips}, levels*(levels-1)/2))
		}
		families = append(families, append([]step{{first, 1}}, later...))
	}
	return families
}

// needed is how many units make a claim of a step of test i possible where all tests have as
// many: of step 0, that the factor changes the metric, or 1, one more. It is 0 if no number does, as
// with more tests than the number of draws allows, or if there is no such step.
func needed(tests []*evidence, i, step int) int {
	for n := fewestUnits; n <= exactUnits+1; n++ { // beyond, p is drawn and gets no smaller
		if best := correct(atBest(tests, n))[i]; len(best) > step && best[step] <= errorRate {
			return n
		}
	}
	return 0
}
