package answers

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"runexp/reports/effects"
)

// turned says where the level that is best on average is not the best: at some level of
// another factor a claimed difference has the other sign, with an interval that shows it, or the
// interaction explains more of the variation than the factor itself.
func turned(a *effects.Analysis, e *effects.Effect) []string {
	var list []string
	for _, other := range a.Factors {
		share, interaction := shares(a, e, other.Path)
		if other.Path == e.Factor || interaction < 0 {
			continue
		}
		m := metric(a, e.Metric)
		turns := false
		best := map[string]string{} // by level of the other factor
		var order []string
		for _, s := range a.Simple(e.Factor, other.Path, e.Metric) {
			c, has := e.Between(s.To, s.From)
			if !has || !c.Differs() {
				continue
			}
			for _, at := range s.At {
				if opposite(at.Effect, e.Scale, c.Direction()) {
					turns = true
				}
			}
		}
		if !turns && interaction <= share {
			continue
		}
		for _, level := range levels(a, other.Path) {
			best[level] = bestAt(a, e, m, other.Path, level)
			order = append(order, level)
		}
		list = append(list, depends(a, e, m, other.Path, order, best))
	}
	return list
}

// opposite reports whether an effect has the other direction, and its interval leaves no
// doubt of it.
func opposite(e effects.Estimate, scale string, direction int) bool {
	none := 0.0
	if scale == effects.Ratio {
		none = 1
	}
	if e.Interval == nil {
		return false
	}
	if direction > 0 {
		return e.Interval.High < none
	}
	return e.Interval.Low > none
}

// shares returns what of a metric's variation a factor explains, and what its interaction with
// another one does; −1 where there is none.
func shares(a *effects.Analysis, e *effects.Effect, other string) (main, interaction float64) {
	interaction = -1
	for _, v := range a.Variances {
		if v.Metric != e.Metric {
			continue
		}
		for _, p := range v.Parts {
			if p.Kind == effects.Main && p.Name == e.Factor {
				main = p.Share
			}
		}
	}
	for _, x := range a.Interactions {
		if x.Metric == e.Metric && x.Notable && (x.Factors == [2]string{e.Factor, other} || x.Factors == [2]string{other, e.Factor}) {
			interaction = x.Share
		}
	}
	return main, interaction
}

// levels lists a factor's levels that ran.
func levels(a *effects.Analysis, factor string) []string {
	var list []string
	for _, e := range a.Effects {
		if e.Factor != factor {
			continue
		}
		for _, l := range e.Levels {
			list = append(list, l.Label)
		}
		break
	}
	return list
}

// bestAt is a factor's best level at one level of another.
func bestAt(a *effects.Analysis, e *effects.Effect, m effects.Metric, other, level string) string {
	better := func(estimate effects.Estimate) bool { // than the first of the contrast
		none := 0.0
		if e.Scale == effects.Ratio {
			none = 1
		}
		if m.Better == "higher" {
			return estimate.Value > none
		}
		return estimate.Value < none
	}
	wins := map[string]int{}
	for _, s := range a.Simple(e.Factor, other, e.Metric) {
		for _, at := range s.At {
			switch {
			case at.Level != level:
			case better(at.Effect):
				wins[s.To]++
			default:
				wins[s.From]++
			}
		}
	}
	best := ""
	for _, l := range e.Levels {
		if best == "" || wins[l.Label] > wins[best] {
			best = l.Label
		}
	}
	return best
}

// depends is the sentence on an interaction that an answer must not leave out.
func depends(a *effects.Analysis, e *effects.Effect, m effects.Metric, other string, order []string, best map[string]string) string {
	word := "lowest"
	if m.Better == "higher" {
		word = "highest"
	}
	different := false
	var parts []string
	for _, level := range order {
		different = different || best[level] != best[order[0]]
		parts = append(parts, fmt.Sprintf("%s with %s", best[level], level))
	}
	if different {
		return fmt.Sprintf("Which level has the %s %s depends on %s: %s (a hint, averaged over in the line above)", word, labelOf(m), other, strings.Join(parts, ", "))
	}
	var at []string
	first, last := e.Levels[0].Label, e.Levels[len(e.Levels)-1].Label
	for _, s := range a.Simple(e.Factor, other, e.Metric) {
		if s.From == first && s.To == last {
			for _, one := range s.At {
				at = append(at, fmt.Sprintf("%s with %s", Estimate(one.Effect, e.Scale, m), one.Level))
			}
		}
	}
	return fmt.Sprintf("How much it changes %s depends on %s: from %s to %s %s (a hint, averaged over in the line above)", labelOf(m), other, first, last, strings.Join(at, ", "))
}

// Capital is a text with its first letter in upper case.
func Capital(text string) string {
	first, size := utf8.DecodeRuneInString(text)
	return string(unicode.ToUpper(first)) + text[size:]
}

// disagreeing says which metrics of the same kind rank another level best.
func disagreeing(a *effects.Analysis, e *effects.Effect, f Finding) []string {
	var list []string
	for _, d := range a.Disagreements(e, f.Best[0]) {
		other := metric(a, d.Metric)
		text := fmt.Sprintf("%s disagrees with %s: by it %s is best, in %d of %s", Capital(labelOf(other)), labelOf(metric(a, e.Metric)), d.Best, d.Units, noun(a, d.Of))
		if d.Worst {
			text += fmt.Sprintf(", and %s last", f.Best[0])
		}
		list = append(list, text+" (a hint)")
	}
	return list
}
