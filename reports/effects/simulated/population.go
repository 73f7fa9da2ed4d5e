package simulated

import "runexp/reports/effects"

// A Population is one that claims are about.
type Population struct {
	Name     string
	Test     func(*effects.Effect) *effects.Test
	Verdicts func(effects.Contrast) effects.Verdicts
	Turn     func(*effects.Turn) *effects.Claim
}

// These is about the pictures of the study.
func These() Population {
	return Population{
		"these pictures",
		func(e *effects.Effect) *effects.Test { return e.These },
		func(c effects.Contrast) effects.Verdicts { return c.These },
		func(t *effects.Turn) *effects.Claim { return t.These },
	}
}

// Alike is about pictures like these.
func Alike() Population {
	return Population{
		"pictures like these",
		func(e *effects.Effect) *effects.Test { return e.Alike },
		func(c effects.Contrast) effects.Verdicts { return c.Alike },
		func(t *effects.Turn) *effects.Claim { return t.Alike },
	}
}

// Claims reports whether anything at all is claimed of an effect.
func (p Population) Claims(e *effects.Effect) bool {
	if t := p.Test(e); t != nil && t.Holds || p.Turns(e) {
		return true
	}
	for _, c := range e.Contrasts {
		if p.Differs(c) {
			return true
		}
	}
	return false
}

// Differs reports whether a contrast is claimed.
func (p Population) Differs(c effects.Contrast) bool { return Holds(p.Verdicts(c).Differs) }

// Equivalent reports whether the levels of a contrast are called equivalent.
func (p Population) Equivalent(c effects.Contrast) bool { return Holds(p.Verdicts(c).Equivalent) }

// Turns reports whether a turning point is claimed.
func (p Population) Turns(e *effects.Effect) bool { return e.Turn != nil && Holds(p.Turn(e.Turn)) }

// Holds reports whether a claim is there and holds.
func Holds(c *effects.Claim) bool { return c != nil && c.Holds }
