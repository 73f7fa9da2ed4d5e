package effects

import (
	"fmt"
	"slices"

	"runexp/framework/sizes"
)

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
		case Trends:
			later = []step{{flips, 1}}
		case Orders:
			first = 1 / float64(draws+1)
			later = pairwise(levels, slices.Repeat([]float64{flips}, levels*(levels-1)/2))
		}
		families = append(families, append([]step{{first, 1}}, later...))
	}
	return families
}

// needed is how many units make a claim of test i possible where all tests have as many;
// 0 if no number does, as with more tests than the number of draws allows.
func needed(tests []*evidence, i int) int {
	for n := fewestUnits; n <= exactUnits+1; n++ { // beyond, p is drawn and gets no smaller
		if correct(atBest(tests, n))[i][0] <= errorRate {
			return n
		}
	}
	return 0
}

// unitsNeeded is a needed number of units in a sentence, before "could" or "would".
func unitsNeeded(n int) string {
	if n == 0 {
		return "no number of them"
	}
	return fmt.Sprint(n)
}

// Reach describes what the study's design can claim, for any values: "2 pairs can show
// nothing at 5%; 7 would". Of the runs of a plan, with any values, it is what the sweep
// can claim once it has finished. All is false where a test cannot reach 5%.
func (a *Analysis) Reach() (text string, all bool) {
	var out []string // factors of which nothing can be shown
	tests, most, never := 0, 0, false
	for _, e := range a.Effects {
		if e.Test == nil {
			continue
		}
		tests++
		if !e.Test.Reachable {
			most, never = max(most, e.Test.Needed), never || e.Test.Needed == 0
			if !slices.Contains(out, e.Factor) {
				out = append(out, e.Factor)
			}
		}
	}
	if never {
		most = 0
	}
	units := a.noun(a.Units)
	if of := a.overlap(); of != "" && a.Units > 1 {
		units += " " + of
	}
	switch {
	case a.grid.study.Adaptive:
		return "nothing is claimed where results decide on settings", false
	case a.grid.study.Censored > 0:
		return "nothing is claimed where trials are stopped early", false
	case tests == 0:
		return "nothing can be claimed: it takes a setting with two levels, and a metric that the question names (sweep.metrics)", false
	case len(out) == 0:
		return fmt.Sprintf("%s can show an effect at 5%%, corrected for %s", units, sizes.Count(tests, "test")), true
	case slices.ContainsFunc(a.Effects, func(e *Effect) bool { return e.Test != nil && e.Test.Reachable }):
		return fmt.Sprintf("%s can show nothing of %s at 5%%, corrected for %s; %s would", units, list(out, "or"), sizes.Count(tests, "test"), unitsNeeded(most)), false
	}
	return fmt.Sprintf("%s can show nothing at 5%%, corrected for %s; %s would", units, sizes.Count(tests, "test"), unitsNeeded(most)), false
}
