package effects

import (
	"encoding/json"
	"fmt"
	"slices"

	"runexp/framework/sizes"
)

// An Analysis is the result of a study.
type Analysis struct {
	Tests    int `json:"tests"` // that claims are corrected for
	Units    int `json:"units"` // that have runs
	Pairs    int `json:"pairs"` // different pairs of content and style among them
	Contents int `json:"contents"`
	Styles   int `json:"styles"`

	Factors      []Factor      `json:"factors"`
	Metrics      []Metric      `json:"metrics"`
	Effects      []*Effect     `json:"effects"` // each factor on each metric
	Interactions []Interaction `json:"interactions,omitempty"`
	Variances    []Variance    `json:"variances"`
	Notes        []string      `json:"notes,omitempty"` // sentences that qualify the claims

	grid *grid
}

// Analyze returns the effects of every factor on every metric. A factor of which
// only one level ran has none, and a metric that no run has is left out of the tests.
//
// The error names every contradiction in the study.
func Analyze(s Study) (*Analysis, error) {
	if err := s.validate(); err != nil {
		return nil, err
	}
	g := newGrid(s)
	a := &Analysis{Factors: s.Factors, Metrics: s.Metrics, grid: g}
	a.count()
	var tests []*evidence
	lost := map[string]int{}
	for f := range s.Factors {
		for _, m := range s.Metrics {
			raw := g.table(m.Name)
			lost[m.Name] = raw.lost
			if len(g.levels[f]) < 2 || !raw.any() {
				continue
			}
			e, test := g.effect(f, m, raw, raw.logarithm())
			a.Effects = append(a.Effects, e)
			if test != nil {
				tests = append(tests, test)
			}
		}
	}
	a.Tests = len(tests)
	adjust(tests)
	for _, m := range s.Metrics {
		raw := g.table(m.Name)
		t, scale := raw, Difference
		if logs := raw.logarithm(); logs != nil {
			t, scale = logs, Ratio
		}
		v, shares := t.variance(m.Name, scale)
		a.Variances = append(a.Variances, v)
		a.Interactions = append(a.Interactions, t.interactions(m, shares)...)
	}
	a.note(lost)
	return a, nil
}

// Effect returns one factor's effect on one metric, and nil where there is none.
func (a *Analysis) Effect(factor, metric string) *Effect {
	i := slices.IndexFunc(a.Effects, func(e *Effect) bool { return e.Factor == factor && e.Metric == metric })
	if i < 0 {
		return nil
	}
	return a.Effects[i]
}

// MarshalJSON writes the analysis with its sentences, under "answers".
func (a *Analysis) MarshalJSON() ([]byte, error) {
	type plain Analysis
	return json.Marshal(struct {
		*plain
		Answers []Answer `json:"answers"`
	}{(*plain)(a), a.Answers()})
}

// count counts the units that have runs, and their pictures.
func (a *Analysis) count() {
	units := map[int]bool{}
	pairs, contents, styles := map[[2]string]bool{}, map[string]bool{}, map[string]bool{}
	for _, r := range a.grid.study.Runs {
		u := a.grid.study.Units[r.Unit]
		units[r.Unit] = true
		pairs[[2]string{u.Content, u.Style}] = true
		contents[u.Content] = true
		styles[u.Style] = true
	}
	delete(contents, "")
	delete(styles, "")
	a.Units, a.Pairs, a.Contents, a.Styles = len(units), len(pairs), len(contents), len(styles)
}

// noun counts units: they are pairs where no two are the same, and draws of pairs where some are.
func (a *Analysis) noun(n int) string { return sizes.Count(n, a.Kind()) }

// varied reports whether content or style images are levels of a factor.
func (a *Analysis) varied() bool {
	return a.Units > 0 && (a.Contents == 0 && !a.grid.study.Textures || a.Styles == 0)
}

// Kind is what a unit is called: "pair", of content and style, "style" of a texture, or
// "draw".
func (a *Analysis) Kind() string {
	if a.Pairs == a.Units && !a.varied() && a.grid.study.Textures {
		return "style"
	}
	if a.Pairs == a.Units && !a.varied() {
		return "pair"
	}
	return "draw"
}

// overlap says which pictures the units share, as in "of 4 content images
// and 2 style images"; "" where they share none.
func (a *Analysis) overlap() string {
	var kinds []string
	shared := false
	for _, kind := range a.pictures() {
		if kind.n > 0 {
			kinds = append(kinds, sizes.Count(kind.n, kind.name))
			shared = shared || kind.n < a.Units
		}
	}
	of := "of " + list(kinds, "and")
	switch {
	case !shared:
		return ""
	case a.Pairs < a.Units && !a.varied() && !a.grid.study.Textures:
		return "of " + sizes.Count(a.Pairs, "pair") + " " + of
	}
	return of
}

// pictures are the kinds of pictures and how many of each there are, 0 for one that is varied.
func (a *Analysis) pictures() []pictures {
	return []pictures{{"content image", a.Contents}, {"style image", a.Styles}}
}

type pictures struct {
	name string
	n    int
}

// note adds the sentences that qualify the claims.
func (a *Analysis) note(lost map[string]int) {
	add := func(format string, args ...any) { a.Notes = append(a.Notes, fmt.Sprintf(format, args...)) }
	if a.grid.study.Adaptive {
		add("Nothing is claimed: results decided on the settings, so that good ones are more frequent than others, and chance is among what made them look good.")
	}
	if n := a.grid.study.Censored; n > 0 {
		add("Nothing is claimed: early stopping pruned %s, and the runs left of a bad setting are its best.", sizes.Count(n, "run"))
	}
	if a.Tests > 0 {
		add("Claims are corrected for the %s of this report: the chance of a single false one is at most 5%%. "+
			"Intervals hold at 95%% each, not together. Both hold for one analysis of a sweep that was planned as it is.", sizes.Count(a.Tests, "test"))
	}
	if of := a.overlap(); of != "" && a.Units > 1 {
		add("The %s are %s. Units that share a picture are not independent: a claim is about these pictures, "+
			"and about others only as far as the effect does not depend on the picture.", a.noun(a.Units), of)
	}
	if slices.ContainsFunc(a.Effects, func(e *Effect) bool {
		return e.Claim && e.kind() < pairs && (e.Test.ByContent != nil || e.Test.ByStyle != nil)
	}) {
		add("\"By content\" and \"by style\" are p with the units of one image counted as one, not corrected: with few images they cannot be small.")
	}
	if a.varied() {
		add("Pictures are among what was varied: a claim about them is about these pictures and no others.")
	}
	for _, f := range a.Factors {
		if f.Conditional && !a.grid.study.untested() {
			add("Nothing is claimed of %s: it is set with some values of other settings only.", f.Path)
		}
		e := slices.IndexFunc(a.Effects, func(e *Effect) bool { return e.Factor == f.Path })
		if e < 0 {
			add("Only one level of %s ran, or none: its effect is unknown.", f.Path)
		} else if a.Effects[e].Design == Scattered {
			add("The levels of %s cannot be paired, since too few runs of a %s differ in it alone: "+
				"there are ranks within each %s, and no contrasts.", f.Path, a.Kind(), a.Kind())
		}
	}
	for _, m := range a.Metrics {
		if n := lost[m.Name]; n > 0 {
			add("Left out, since their %s is not finite: %s.", m.label(), sizes.Count(n, "run"))
		}
	}
}
