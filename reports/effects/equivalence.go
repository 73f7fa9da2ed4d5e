package effects

import "math"

// equivalences tests each level against a factor's first for equivalence about one
// population, and corrects all of these tests together by Holm's method: at most 5% of reports
// call levels equivalent that differ by the margin or more. It is an error rate of its own,
// beside that of differences.
//
// Two one-sided tests (Schuirmann 1987): the difference d is above −δ, and below δ, both at
// 5%. p is the larger of the two. On the ratio scale a margin m is δ = ln(1 + m). With n
// units p is at least 2⁻ⁿ, so that eight allow twelve tests. Fewer than six carry no claim, nor this one.
func (g *grid) equivalences(effects []*Effect, metrics map[string]Metric, on *about) {
	var claims []*Claim
	var steps [][]step
	for _, e := range effects {
		m := metrics[e.Metric]
		delta, ok := m.margin(e.Scale)
		if !ok || e.These == nil || e.Design == Scattered {
			continue
		}
		f := g.factor(e.Factor)
		t := g.table(e.Metric)
		if e.Scale == Ratio {
			t = t.logarithm()
		}
		for i := range e.Contrasts {
			c := &e.Contrasts[i]
			if c.from != t.levels[f][0] {
				continue
			}
			d, units := t.differences(f, c.from, c.to)
			up, down := make([]float64, len(d)), make([]float64, len(d))
			for i, v := range d {
				up[i], down[i] = delta+v, delta-v
			}
			claim := &Claim{P: max(on.above(up, units), on.above(down, units))}
			if n, floor := on.size(units); n < fewestUnits && floor > 0 { // of a crossed study floor is 0
				claim.P = 1
			}
			on.claims(c).Equivalent = claim
			claims, steps = append(claims, claim), append(steps, []step{{claim.P, 1}})
		}
	}
	for i, adjusted := range correct(steps) {
		claims[i].Adjusted = adjusted[0]
		claims[i].Holds = adjusted[0] <= errorRate
	}
}

// margin returns the largest difference that counts as none, on a scale; ok is
// false where none was declared for that scale.
func (m Metric) margin(scale string) (delta float64, ok bool) {
	switch {
	case m.Margin <= 0 || m.Relative != (scale == Ratio):
		return 0, false
	case m.Relative:
		return math.Log1p(m.Margin), true
	}
	return m.Margin, true
}
