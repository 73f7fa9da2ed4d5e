package answers

import (
	"fmt"
	"math"
	"strings"

	"runexp/framework/sizes"
	"runexp/reports/effects"
)

// assumed is by how much the effect is taken to differ from unit to unit where no earlier sweep
// tells: a standard deviation of 25%.
const assumed = 0.25

// mostUnits is how many units are worth naming as what a plan would need.
const mostUnits = 100

// A Spread is how much effects on a metric differ from unit to unit, as known before a sweep.
type Spread struct {
	SD    float64 // standard deviation of the units' differences, of logarithms on the ratio scale
	Scale string  // of effects: ratio or difference
	From  string  // what it is known from, "sweep 3"
}

// Smallest says how large an effect must be for the units of a plan to show it four times in
// five; known has what earlier sweeps tell of a metric. Where the range of a metric has no room
// for such an effect, it says that there is none, and how many units would have one. It is ""
// where nothing can be shown.
func Smallest(a *effects.Analysis, known func(metric string) (Spread, bool)) string {
	level := math.Inf(1)
	for _, e := range a.Effects {
		if e.These != nil {
			level = min(level, e.These.Level)
		}
	}
	n := a.Units
	steps := effects.Detectable(n, level)
	if math.IsInf(steps, 1) {
		return ""
	}
	var parts, none []string
	taken := false
	from := ""
	for _, m := range a.Metrics {
		if !m.Claimed {
			continue
		}
		s, has := known(m.Name)
		switch {
		case !has:
			taken = true
		case s.Scale != effects.Ratio && m.Span > 0 && steps*s.SD > m.Span:
			none = append(none, outOfRange(a, m, s, level, steps))
		case s.Scale == effects.Ratio:
			parts, from = append(parts, fmt.Sprintf("%s %s", labelOf(m), ratio(steps*s.SD))), s.From
		default:
			parts, from = append(parts, fmt.Sprintf("%s %.2g%s", labelOf(m), steps*s.SD, unitOf(m))), s.From
		}
	}
	text := ""
	if len(parts) > 0 || taken {
		text = "the smallest effect that " + sizes.Count(n, Kind(a)) + " show four times in five: "
	}
	if len(parts) > 0 {
		text += list(parts, "and") + " (as much as it differed from " + Kind(a) + " to " + Kind(a) + " in " + from + ")"
	}
	if taken {
		if len(parts) > 0 {
			text += ", of the others "
		}
		text += fmt.Sprintf("%s (assumed: it differs by %.0f%% from %s to %s)", ratio(steps*math.Log1p(assumed)), 100*assumed, Kind(a), Kind(a))
	}
	if text != "" {
		none = append([]string{text}, none...)
	}
	return strings.Join(none, "; ")
}

// outOfRange says that the effects on a metric that could be shown are larger than its range,
// and from how many units on they are not.
func outOfRange(a *effects.Analysis, m effects.Metric, s Spread, level, steps float64) string {
	unit := Kind(a)
	text := fmt.Sprintf("%s show no effect on %s four times in five: it would have to be %.2g%s (it differed as much from %s to %s in %s), and two values cannot differ by more than %.2g",
		sizes.Count(a.Units, unit), labelOf(m), steps*s.SD, unitOf(m), unit, unit, s.From, m.Span)
	for n := a.Units + 1; n <= mostUnits; n++ {
		if least := effects.Detectable(n, level) * s.SD; least <= m.Span {
			return text + fmt.Sprintf("; %s could show one of %.2g", sizes.Count(n, unit), least)
		}
	}
	return text + fmt.Sprintf("; it takes more than %s", sizes.Count(mostUnits, unit))
}

// ratio is a difference of logarithms in percent, or as a multiple.
func ratio(logarithm float64) string {
	r := math.Exp(logarithm)
	if r >= multiple {
		return fmt.Sprintf("×%.2g", r)
	}
	return fmt.Sprintf("%.2g%%", 100*(r-1))
}
