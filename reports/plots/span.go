package plots

import "math"

// A span is a closed interval of an axis.
type span struct{ low, high float64 }

func nothing() span { return span{math.Inf(1), math.Inf(-1)} }

func (s span) empty() bool { return s.low > s.high }

func (s span) with(v float64) span { return span{min(s.low, v), max(s.high, v)} }

// opened returns the ends of s, moved one apart if they are the same; further where
// numbers are so large that one makes no difference.
func (s span) opened() (low, high float64) {
	if s.low == s.high {
		room := max(0.5, math.Abs(s.low)/1e9)
		return s.low - room, s.high + room
	}
	return s.low, s.high
}

// padded returns a span of numbers above 1e-300 with some room for a logarithmic
// axis: a factor of at least 1.5 from end to end, so that a constant is a line
// across the middle and rounding noise is not magnified, and a
// 25th more on either side.
func (s span) padded() span {
	const least, share = 1.5, 0.04
	// Logarithms, since s.high/s.low may overflow.
	low, high := math.Log(s.low), math.Log(s.high)
	missing := max(0, math.Log(least)-(high-low))
	room := missing/2 + share*(high-low+missing)
	return span{math.Exp(low - room), min(math.Exp(high+room), math.MaxFloat64)}
}

// widened returns a span with some room for a linear axis: at least a hundredth
// of its numbers from end to end, for the reasons of padded, and a 25th more on
// either side. Numbers are at most 1e300, so that no difference overflows.
func (s span) widened() span {
	const least, share = 0.01, 0.04
	wanted := least * max(math.Abs(s.low), math.Abs(s.high))
	if wanted == 0 {
		wanted = 1
	}
	missing := max(0, wanted-(s.high-s.low))
	room := missing/2 + share*(s.high-s.low+missing)
	return span{s.low - room, s.high + room}
}
