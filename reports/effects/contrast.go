package effects

import "math"

// A Contrast is one level against another, paired by unit. From is the
// baseline: Difference is To less From, and Ratio is To over From.
type Contrast struct {
	From       string    `json:"from"`
	To         string    `json:"to"`
	N          int       `json:"n"`
	Difference Estimate  `json:"difference"`
	Ratio      *Estimate `json:"ratio,omitempty"`
	// WithoutOne is the range of the estimate when the units of any one picture are left
	// out: a ratio if there is one. It is nil where nothing would be left.
	WithoutOne *Range `json:"without_one,omitempty"`
	// What is claimed about these pictures, and about pictures like these.
	These Verdicts `json:"these"`
	Alike Verdicts `json:"alike"`

	from, to int
}

// Verdicts are the claims on one contrast about one population. Both may hold: a
// difference that is there, and less than the margin.
type Verdicts struct {
	Differs    *Claim `json:"differs,omitempty"`    // nil unless it is one of the report's tests
	Equivalent *Claim `json:"equivalent,omitempty"` // nil without a margin
}

// Differs reports whether the contrast is claimed on these pictures.
func (c *Contrast) Differs() bool { return c.These.Differs != nil && c.These.Differs.Holds }

// A Range is a closed interval.
type Range struct {
	Low  float64 `json:"low"`
	High float64 `json:"high"`
}

// contrasts returns every level against the first, and for an unordered factor every other
// pair after those.
func (g *grid) contrasts(f int, ordered bool, raw, logs *table) []Contrast {
	var list []Contrast
	used := raw.levels[f]
	for i, from := range used {
		if ordered && i > 0 {
			break
		}
		for _, to := range used[i+1:] {
			if c, ok := g.contrast(f, from, to, raw, logs); ok {
				list = append(list, c)
			}
		}
	}
	return list
}

// contrast returns one level against another; ok is false where no unit has both.
func (g *grid) contrast(f, from, to int, raw, logs *table) (c Contrast, ok bool) {
	d, units := raw.differences(f, from, to)
	if len(d) == 0 {
		return c, false
	}
	c = Contrast{
		From: g.study.Factors[f].Levels[from].Label, To: g.study.Factors[f].Levels[to].Label,
		N: len(d), Difference: shift(d), WithoutOne: g.withoutOne(d, units), from: from, to: to,
	}
	if logs != nil {
		d, units := logs.differences(f, from, to)
		ratio := shift(d).apply(math.Exp)
		c.Ratio = &ratio
		if c.WithoutOne = g.withoutOne(d, units); c.WithoutOne != nil {
			c.WithoutOne = &Range{math.Exp(c.WithoutOne.Low), math.Exp(c.WithoutOne.High)}
		}
	}
	return c, true
}

// withoutOne returns the range of the centre of the differences when the units of any
// one picture are left out.
func (g *grid) withoutOne(d []float64, units []int) *Range {
	var r *Range
	for _, picture := range []func(int) string{g.study.content, g.study.style} {
		names := map[string]bool{}
		for _, u := range units {
			if names[picture(u)] {
				continue
			}
			names[picture(u)] = true
			var kept []float64
			for i, v := range units {
				if picture(v) != picture(u) {
					kept = append(kept, d[i])
				}
			}
			if len(kept) == 0 {
				return nil
			}
			c := centre(kept)
			if r == nil {
				r = &Range{c, c}
			}
			r.Low, r.High = min(r.Low, c), max(r.High, c)
		}
	}
	return r
}

// Swap returns the contrast the other way round.
func (c Contrast) Swap() Contrast {
	c.From, c.To, c.from, c.to = c.To, c.From, c.to, c.from
	c.Difference = c.Difference.swap(func(v float64) float64 { return -v })
	turned := func(v float64) float64 { return -v }
	if c.Ratio != nil {
		turned = func(v float64) float64 { return 1 / v }
		r := c.Ratio.swap(turned)
		c.Ratio = &r
	}
	if w := c.WithoutOne; w != nil {
		c.WithoutOne = &Range{turned(w.High), turned(w.Low)}
	}
	return c
}

// Between returns the contrast of one level against another, either way round as asked.
func (e *Effect) Between(level, against string) (Contrast, bool) {
	for _, c := range e.Contrasts {
		switch {
		case c.To == level && c.From == against:
			return c, true
		case c.From == level && c.To == against:
			return c.Swap(), true
		}
	}
	return Contrast{}, false
}

// Effect returns the estimate on the effect's scale, and the value of no effect: a ratio
// and 1, or a difference and 0.
func (c Contrast) Effect() (e Estimate, none float64) {
	if c.Ratio != nil {
		return *c.Ratio, 1
	}
	return c.Difference, 0
}

// Direction is 1 where To is higher than From, −1 where it is lower, 0 where neither.
func (c Contrast) Direction() int {
	e, none := c.Effect()
	switch {
	case e.Value > none:
		return 1
	case e.Value < none:
		return -1
	}
	return 0
}
