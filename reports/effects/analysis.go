package effects

import "slices"

// An Analysis is the result of a study.
type Analysis struct {
	Tests    int    `json:"tests"` // that claims are corrected for, about each population
	Units    int    `json:"units"` // that have runs
	Pairs    int    `json:"pairs"` // different pairs of content and style among them
	Contents int    `json:"contents"`
	Styles   int    `json:"styles"`
	Sharing  string `json:"sharing"` // Disjoint, Grouped, Crossed, Shared or Varied
	Textures bool   `json:"textures,omitempty"`
	Censored int    `json:"censored,omitempty"`
	Adaptive bool   `json:"adaptive,omitempty"`

	Factors      []Factor      `json:"factors"`
	Metrics      []Metric      `json:"metrics"`
	Effects      []*Effect     `json:"effects"` // each factor on each metric
	Interactions []Interaction `json:"interactions,omitempty"`
	Variances    []Variance    `json:"variances"`
	// Lost counts the runs whose value is no finite number, by metric.
	Lost map[string]int `json:"lost,omitempty"`

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
	a := &Analysis{Factors: s.Factors, Metrics: s.Metrics, Textures: s.Textures, Censored: s.Censored, Adaptive: s.Adaptive, Lost: map[string]int{}, grid: g}
	ran := a.count()
	for f := range s.Factors {
		for _, m := range s.Metrics {
			raw := g.table(m.Name)
			if raw.lost > 0 {
				a.Lost[m.Name] = raw.lost
			}
			if len(raw.levels[f]) > 1 {
				a.Effects = append(a.Effects, g.effect(f, m, raw, raw.logarithm()))
			}
		}
	}
	var alike inference
	a.Sharing, alike = s.sharing(ran)
	a.test(alike)
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
	return a, nil
}

// test tests the effects on claimed metrics about these pictures, and about pictures like
// these if there is an inference.
func (a *Analysis) test(alike inference) {
	if a.grid.study.untested() {
		return
	}
	metrics := map[string]Metric{}
	for _, m := range a.Metrics {
		metrics[m.Name] = m
	}
	run := func(on *about, result func(*Effect) **Test) {
		var tests []*evidence
		for _, e := range a.Effects {
			if f := a.grid.factor(e.Factor); e.Claimed && !a.Factors[f].Conditional {
				v := a.grid.test(e, f, on)
				*result(e) = v.Test
				tests = append(tests, v)
			}
		}
		adjust(tests)
		a.grid.equivalences(a.Effects, metrics, on)
		a.Tests = len(tests)
	}
	run(&about{
		a.grid.study.asTheyAre(),
		func(c *Contrast) *Verdicts { return &c.These },
		func(t *Turn) **Claim { return &t.These },
	}, func(e *Effect) **Test { return &e.These })
	if alike != nil {
		run(&about{
			alike,
			func(c *Contrast) *Verdicts { return &c.Alike },
			func(t *Turn) **Claim { return &t.Alike },
		}, func(e *Effect) **Test { return &e.Alike })
	}
}

// Effect returns one factor's effect on one metric, and nil where there is none.
func (a *Analysis) Effect(factor, metric string) *Effect {
	i := slices.IndexFunc(a.Effects, func(e *Effect) bool { return e.Factor == factor && e.Metric == metric })
	if i < 0 {
		return nil
	}
	return a.Effects[i]
}

// count counts the units that have runs, and their pictures; it returns these units.
func (a *Analysis) count() []int {
	var ran []int
	pairs, contents, styles := map[[2]string]bool{}, map[string]bool{}, map[string]bool{}
	for i, u := range a.grid.study.Units {
		if !slices.ContainsFunc(a.grid.study.Runs, func(r Run) bool { return r.Unit == i }) {
			continue
		}
		ran = append(ran, i)
		pairs[[2]string{u.Content, u.Style}] = true
		contents[u.Content] = true
		styles[u.Style] = true
	}
	delete(contents, "")
	delete(styles, "")
	a.Units, a.Pairs, a.Contents, a.Styles = len(ran), len(pairs), len(contents), len(styles)
	return ran
}
