package answers

import (
	"fmt"
	"slices"

	"runexp/framework/sizes"
	"runexp/reports/effects"
)

// Kind is what a unit is called: "pair", of content and style, "style" of a texture, or
// "draw".
func Kind(a *effects.Analysis) string {
	switch {
	case a.Pairs == a.Units && a.Sharing != effects.Varied && a.Textures:
		return "style"
	case a.Pairs == a.Units && a.Sharing != effects.Varied:
		return "pair"
	}
	return "draw"
}

// noun counts units.
func noun(a *effects.Analysis, n int) string { return sizes.Count(n, Kind(a)) }

// shared says which pictures the units share, as in "of 4 content images
// and 2 style images"; "" where they share none.
func shared(a *effects.Analysis) string {
	var kinds []string
	some := false
	for _, kind := range []struct {
		n    int
		name string
	}{{a.Contents, "content image"}, {a.Styles, "style image"}} {
		if kind.n > 0 {
			kinds = append(kinds, sizes.Count(kind.n, kind.name))
			some = some || kind.n < a.Units
		}
	}
	if !some {
		return ""
	}
	return "of " + list(kinds, "and")
}

// Population says what claims can be about, and what it would take for more.
func Population(a *effects.Analysis) string {
	units := noun(a, a.Units)
	switch a.Sharing {
	case effects.Disjoint:
		return fmt.Sprintf("Claims are about pictures like these: no picture is in two of the %ss, so that each %s is an independent example of them.", Kind(a), Kind(a))
	case effects.Grouped:
		return fmt.Sprintf("The %s are %s. Claims about these pictures take each %s by itself, claims about pictures like these those that share a picture as one. Intervals are about these pictures.", units, shared(a), Kind(a))
	case effects.Crossed:
		return fmt.Sprintf("The %s are %s, each with each. Claims about these pictures are exact; those about pictures like these take both kinds of pictures as drawn and their effects as normal (Satterthwaite's approximation). Intervals are about these pictures.", units, shared(a))
	case effects.Varied:
		return "Pictures are among what was varied: claims are about these pictures and no others."
	}
	text := "Claims are about these pictures and no others"
	if of := shared(a); of != "" && a.Units > 1 {
		text += fmt.Sprintf(": the %s are %s", units, of)
	}
	return text + fmt.Sprintf(". Eight %ss without a picture in common would carry them to pictures like these.", kindOfMore(a))
}

// kindOfMore is what more independent units would be.
func kindOfMore(a *effects.Analysis) string {
	if a.Textures {
		return "style image"
	}
	return "pair"
}

// Limits are the sentences that qualify the answers.
func Limits(a *effects.Analysis) []string {
	var list []string
	add := func(format string, args ...any) { list = append(list, fmt.Sprintf(format, args...)) }
	if a.Adaptive {
		add("Nothing is claimed: results decided on the settings, so that good ones are more frequent than others, and chance is among what made them look good.")
	}
	if a.Censored > 0 {
		add("Nothing is claimed: early stopping pruned %s, and the runs left of a bad setting are its best.", sizes.Count(a.Censored, "run"))
	}
	if a.Tests > 0 {
		list = append(list, Population(a))
		add("Claims are corrected for the %s of this report: the chance of a single false one is at most 5%%. "+
			"Intervals hold at 95%% each, not together. Both hold for one analysis of a sweep that was planned as it is.", sizes.Count(a.Tests, "test"))
	}
	if slices.ContainsFunc(a.Metrics, func(m effects.Metric) bool { return m.Claimed && m.Margin > 0 }) {
		add("Equivalent means that a level is shown to be within the declared margin of the first one, by tests of their own: at most 5%% of reports call levels so that are not.")
	}
	for _, f := range a.Factors {
		if f.Conditional && !a.Adaptive && a.Censored == 0 {
			add("Nothing is claimed of %s: it is set with some values of other settings only.", f.Path)
		}
		e := slices.IndexFunc(a.Effects, func(e *effects.Effect) bool { return e.Factor == f.Path })
		if e < 0 && a.Censored > 0 {
			add("At most one level of %s ran to its end, since early stopping ended %s: its effect is unknown.", f.Path, sizes.Count(a.Censored, "run"))
		} else if e < 0 {
			add("Only one level of %s ran, or none: its effect is unknown.", f.Path)
		} else if a.Effects[e].Design == effects.Scattered {
			add("The levels of %s cannot be paired, since too few runs of a %s differ in it alone: "+
				"there are ranks within each %s, and no contrasts.", f.Path, Kind(a), Kind(a))
		}
	}
	for _, m := range a.Metrics {
		if n := a.Lost[m.Name]; n > 0 {
			add("Left out, since their %s is not finite: %s.", labelOf(m), sizes.Count(n, "run"))
		}
		if !m.Claimed || m.Margin <= 0 {
			continue
		}
		if i := slices.IndexFunc(a.Effects, func(e *effects.Effect) bool { return e.Metric == m.Name }); i >= 0 && m.Relative != (a.Effects[i].Scale == effects.Ratio) {
			add("The margin of %s is not used: its values call for %s.", labelOf(m), map[bool]string{true: "one in its own unit, since some are not above 0", false: "one in percent"}[m.Relative])
		}
	}
	return list
}
