package answers

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"runexp/reports/effects"
)

// multiple is the ratio from which an increase is written as a multiple, not in percent.
const multiple = 3

// decimals is how many digits after the point distinguish an interval's ends: the
// last one is at most a third of its width. Without a width it is two significant digits.
func decimals(value, width float64) int {
	last := width / 3
	if width == 0 || math.IsInf(width, 0) {
		last = math.Abs(value) / 10
	}
	if last == 0 {
		return 0
	}
	return max(0, int(math.Ceil(-math.Log10(last))))
}

// number writes a value with a true minus. Beyond six decimals it has two
// significant digits instead.
func number(v float64, decimals int) string {
	text := strconv.FormatFloat(v, 'f', decimals, 64)
	if decimals > 6 || math.Abs(v) >= 1e7 {
		text = strconv.FormatFloat(v, 'g', 2, 64)
	}
	if strings.Trim(text, "-0.") == "" {
		text = strings.TrimPrefix(text, "-")
	}
	return strings.Replace(text, "-", "−", 1)
}

// written is an estimate in words: the value, and its interval's ends in the same digits.
type written struct{ value, low, high string }

// write writes an estimate with so many digits as its interval bears.
func write(e effects.Estimate) written {
	width := 0.0
	if e.Interval != nil {
		width = e.Interval.High - e.Interval.Low
	}
	d := decimals(e.Value, width)
	w := written{value: number(e.Value, d)}
	if e.Interval != nil {
		w.low, w.high = number(e.Interval.Low, d), number(e.Interval.High, d)
	}
	return w
}

// text is "63% [55, 70]": the unit is written once, for all three.
func (w written) text(unit string) string {
	text := w.value + unit
	if w.low != "" {
		text += fmt.Sprintf(" [%s, %s]", w.low, w.high)
	}
	return text
}

// scaled multiplies an estimate and its interval; a negative factor swaps the ends.
func scaled(e effects.Estimate, by float64) effects.Estimate {
	out := effects.Estimate{Value: by * e.Value}
	if i := e.Interval; i != nil {
		low, high := by*i.Low, by*i.High
		out.Interval = &effects.Interval{Low: min(low, high), High: max(low, high), Level: i.Level}
	}
	return out
}

// percent is a ratio's change.
func percent(e effects.Estimate) effects.Estimate {
	out := effects.Estimate{Value: 100 * (e.Value - 1)}
	if i := e.Interval; i != nil {
		out.Interval = &effects.Interval{Low: 100 * (i.Low - 1), High: 100 * (i.High - 1), Level: i.Level}
	}
	return out
}

// Change writes a contrast, "−21% [−25, −16]" or "×5.0 [4.9, 5.1]"; a difference has the
// metric's unit.
func Change(c effects.Contrast, m effects.Metric) string {
	e, unit := c.Difference, unitOf(m)
	if c.Ratio != nil {
		if c.Ratio.Value >= multiple {
			return "×" + write(*c.Ratio).text("")
		}
		e, unit = percent(*c.Ratio), "%"
	}
	plus := ""
	if e.Value > 0 {
		plus = "+"
	}
	return plus + write(e).text(unit)
}

// Estimate writes an effect on a scale of package effects, as Change does.
func Estimate(e effects.Estimate, scale string, m effects.Metric) string {
	c := effects.Contrast{Difference: e}
	if scale == effects.Ratio {
		c.Ratio = &e
	}
	return Change(c, m)
}

// without writes the range of a contrast's estimate when any one picture is left out, in
// the digits of the contrast.
func without(c effects.Contrast) string {
	if c.WithoutOne == nil {
		return ""
	}
	low, high := c.WithoutOne.Low, c.WithoutOne.High
	e, unit := c.Difference, ""
	if c.Ratio != nil {
		e = *c.Ratio
		if e.Value < multiple {
			e, low, high, unit = percent(e), 100*(low-1), 100*(high-1), "%"
		}
	}
	width := high - low
	if e.Interval != nil {
		width = e.Interval.High - e.Interval.Low
	}
	d := decimals(e.Value, width)
	return fmt.Sprintf("%s to %s%s", number(low, d), number(high, d), unit)
}

// Probability writes p with two significant digits, or as below the smallest that
// is written.
func Probability(p float64) string {
	if p < 1e-4 {
		return "< 0.0001"
	}
	return strconv.FormatFloat(p, 'g', 2, 64)
}

// unitOf is the text after a number of a metric.
func unitOf(m effects.Metric) string {
	if m.Unit == "" {
		return ""
	}
	return " " + m.Unit
}

// labelOf is what sentences call a metric.
func labelOf(m effects.Metric) string {
	if m.Label == "" {
		return m.Name
	}
	return m.Label
}

// list joins words for a sentence: "a, b and c".
func list(words []string, last string) string {
	switch n := len(words); n {
	case 0:
		return ""
	case 1:
		return words[0]
	default:
		return strings.Join(words[:n-1], ", ") + " " + last + " " + words[n-1]
	}
}
