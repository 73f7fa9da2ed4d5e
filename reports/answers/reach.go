package answers

import (
	"fmt"
	"slices"

	"runexp/framework/sizes"
	"runexp/reports/effects"
)

// needed is a needed number of units in a sentence, before "could" or "would".
func needed(n int) string {
	if n == 0 {
		return "no number of them"
	}
	return fmt.Sprint(n)
}

// Reach describes what the study's design can claim, for any values: "2 pairs can show
// nothing at 5%; 7 would". Of the runs of a plan, with any values, it is what the sweep
// can claim once it has finished. All is false where a test cannot reach 5%.
func Reach(a *effects.Analysis) (text string, all bool) {
	var out []string // factors of which nothing can be shown
	tests, most, never := 0, 0, false
	for _, e := range a.Effects {
		if e.These == nil {
			continue
		}
		tests++
		if !e.These.Reachable {
			most, never = max(most, e.These.Needed), never || e.These.Needed == 0
			if !slices.Contains(out, e.Factor) {
				out = append(out, e.Factor)
			}
		}
	}
	if never {
		most = 0
	}
	units := noun(a, a.Units)
	if of := shared(a); of != "" && a.Units > 1 {
		units += " " + of
	}
	corrected := "corrected for " + sizes.Count(tests, "test")
	switch {
	case a.Adaptive:
		return "nothing is claimed where results decide on settings", false
	case a.Censored > 0:
		return "nothing is claimed where trials are stopped early", false
	case tests == 0:
		return "nothing can be claimed: it takes a setting with two levels, and a metric that the question names (sweep.metrics)", false
	case len(out) == 0:
		return fmt.Sprintf("%s can show an effect at 5%%, %s", units, corrected) + apart(a), true
	case slices.ContainsFunc(a.Effects, func(e *effects.Effect) bool { return e.These != nil && e.These.Reachable }):
		return fmt.Sprintf("%s can show nothing of %s at 5%%, %s; %s would", units, list(out, "or"), corrected, needed(most)) + asPairs(a), false
	}
	return fmt.Sprintf("%s can show nothing at 5%%, %s; %s would", units, corrected, needed(most)) + asPairs(a), false
}

// asPairs says how other settings are compared within pictures that are themselves varied.
func asPairs(a *effects.Analysis) string {
	if a.Sharing != effects.Varied || len(a.Factors) < 2 {
		return ""
	}
	return "; images are among the settings here: as sweep.pairs each would count as one"
}

// apart says of which settings no two levels could be told apart, and what it would take.
func apart(a *effects.Analysis) string {
	var factors []string
	most := 0
	for _, e := range a.Effects {
		if e.These == nil || e.These.PairsReachable {
			continue
		}
		most = max(most, e.These.PairsNeeded)
		if !slices.Contains(factors, e.Factor) {
			factors = append(factors, e.Factor)
		}
	}
	if len(factors) == 0 {
		return ""
	}
	return fmt.Sprintf("; to tell which levels of %s differ takes %s", list(factors, "or"), needed(most))
}
