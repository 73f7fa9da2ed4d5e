package answers

import (
	"fmt"
	"math"

	"runexp/framework/sizes"
	"runexp/reports/effects"
)

// assumed is by how much the effect is taken to differ from unit to unit where no earlier sweep
// tells: a standard deviation of 25%.
const assumed = 0.25

// A Spread is how much effects on a metric differ from unit to unit, as known before a sweep.
type Spread struct {
	SD    float64 // standard deviation of the units' differences, of logarithms on the ratio scale
	Scale string  // of effects: ratio or difference
	From  string  // what it is known from, "sweep 3"
}

// Smallest says how large an effect must be for the units of a plan to show it four times in
// five; known has what earlier sweeps tell of a metric. It is "" where nothing can be shown.
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
	var parts []string
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
		case s.Scale == effects.Ratio:
			parts, from = append(parts, fmt.Sprintf("%s %s", labelOf(m), ratio(steps*s.SD))), s.From
		default:
			parts, from = append(parts, fmt.Sprintf("%s %.2g%s", labelOf(m), steps*s.SD, unitOf(m))), s.From
		}
	}
	text := "the smallest effect that " + sizes.Count(n, Kind(a)) + " show four times in five: "
	if len(parts) > 0 {
		text += list(parts, "and") + " (as much as it differed from " + Kind(a) + " to " + Kind(a) + " in " + from + ")"
	}
	if taken {
		if len(parts) > 0 {
			text += ", of the others "
		}
		text += fmt.Sprintf("%s (assumed: it differs by %.0f%% from %s to %s)", ratio(steps*math.Log1p(assumed)), 100*assumed, Kind(a), Kind(a))
	}
	return text
}

// ratio is a difference of logarithms in percent, or as a multiple.
func ratio(logarithm float64) string {
	r := math.Exp(logarithm)
	if r >= multiple {
		return fmt.Sprintf("×%.2g", r)
	}
	return fmt.Sprintf("%.2g%%", 100*(r-1))
}
