package effects

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// Multiple is the ratio from which an increase is written as a multiple, not in percent.
const Multiple = 3

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

// estimateText is "63% [55, 70]": the unit is written once, for all three.
func estimateText(e Estimate, unit string) string {
	width := 0.0
	if e.Interval != nil {
		width = e.Interval.High - e.Interval.Low
	}
	d := decimals(e.Value, width)
	text := number(e.Value, d) + unit
	if e.Interval != nil {
		text += fmt.Sprintf(" [%s, %s]", number(e.Interval.Low, d), number(e.Interval.High, d))
	}
	return text
}

// times scales an estimate and its interval; a negative factor swaps the ends.
func times(e Estimate, by float64) Estimate {
	out := Estimate{Value: by * e.Value}
	if i := e.Interval; i != nil {
		low, high := by*i.Low, by*i.High
		out.Interval = &Interval{min(low, high), max(low, high), i.Level}
	}
	return out
}

// percent is a ratio's change.
func percent(e Estimate) Estimate {
	return e.apply(func(v float64) float64 { return 100 * (v - 1) })
}

// Probability writes p with two significant digits, or as below the smallest that
// is written.
func Probability(p float64) string {
	if p < 1e-4 {
		return "< 0.0001"
	}
	return strconv.FormatFloat(p, 'g', 2, 64)
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
