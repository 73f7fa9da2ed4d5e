package answers

import (
	"runexp/reports/effects"
)

// against returns the rows of one level against each other of them, or of each against the
// first of an ordered factor.
func against(a *effects.Analysis, e *effects.Effect, m effects.Metric, level string) []Row {
	var rows []Row
	for _, l := range e.Levels {
		if l.Label == level {
			continue
		}
		c, has := e.Between(level, l.Label)
		if has && (e.Ordered || level == e.Levels[0].Label && !e.Claim()) {
			c = c.Swap()
		}
		if has {
			rows = append(rows, row(a, c, m))
		}
	}
	return rows
}

// row writes a contrast.
func row(a *effects.Analysis, c effects.Contrast, m effects.Metric) Row {
	r := Row{
		Metric: labelOf(m), Level: c.To, Against: c.From, Change: Change(c, m), WithoutOne: without(c), N: c.N,
		These: verdict(c.These, m),
	}
	if a.Sharing != effects.Shared && a.Sharing != effects.Varied {
		r.Alike = verdict(c.Alike, m)
	}
	if d := c.These.Differs; d != nil {
		r.P = Probability(d.P) + ", Holm " + Probability(d.Adjusted)
	}
	return r
}

// turnRow writes a level at which a metric turns, against one of the ends. Whether it is
// equivalent to that end is known from their contrast.
func turnRow(a *effects.Analysis, e *effects.Effect, c effects.Contrast, m effects.Metric, t *effects.Turn) Row {
	if known, has := e.Between(c.To, c.From); has {
		c.These.Equivalent, c.Alike.Equivalent = known.These.Equivalent, known.Alike.Equivalent
	}
	c.These.Differs, c.Alike.Differs = t.These, t.Alike
	return row(a, c, m)
}

// verdict is what is claimed of a contrast.
func verdict(v effects.Verdicts, m effects.Metric) string {
	switch {
	case holds(v.Differs) && holds(v.Equivalent):
		return Differs + ", by less than " + margin(m)
	case holds(v.Differs):
		return Differs
	case holds(v.Equivalent):
		return Equivalent + " within " + margin(m)
	case v.Differs == nil:
		return Untested
	}
	return NoEvidence
}
