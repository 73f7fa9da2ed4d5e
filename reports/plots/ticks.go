package plots

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"gonum.org/v1/plot"
)

// mostLabels is the number of labels that an axis has room for.
const mostLabels = 9

// linear ticks are multiples of 1, 2 or 5 times a power of ten, no closer than
// least, which is 1 for what is counted.
type linear struct{ least float64 }

// Ticks returns the ticks from low to high.
func (l linear) Ticks(low, high float64) []plot.Tick {
	const mostSteps = mostLabels - 1
	exponent := math.Floor(math.Log10((high - low) / mostSteps))
	step, parts := 0.0, 0.0 // labelled steps, and the minor ones in each
	for _, s := range []struct{ digit, parts float64 }{{1, 5}, {2, 4}, {5, 5}, {10, 5}} {
		step, parts = scale10(s.digit, exponent), s.parts
		if (high-low)/step <= mostSteps {
			break
		}
	}
	step = max(step, l.least)
	for parts > 1 && step/parts < l.least {
		parts--
	}
	var ticks []plot.Tick
	for i := math.Ceil(low / step * parts); i*step/parts <= high && len(ticks) < 10*mostLabels; i++ {
		tick := plot.Tick{Value: i * step / parts}
		if math.Mod(i, parts) == 0 {
			tick.Label = number(tick.Value, step)
		}
		ticks = append(ticks, tick)
	}
	return ticks
}

// logarithmic ticks are labelled at powers of ten; within less than three of
// them also at 2 and 5 times a power; and where that gives less than three
// labels, as within half a decade, as linear ones are.
type logarithmic struct{}

// Ticks returns the ticks from low, which is above 0, to high.
func (logarithmic) Ticks(low, high float64) []plot.Tick {
	first, last := int(math.Floor(math.Log10(low))), int(math.Ceil(math.Log10(high)))
	powers := 0
	for e := first; e <= last; e++ {
		if v := scale10(1, float64(e)); v >= low && v <= high {
			powers++
		}
	}
	every := 1 + (powers-1)/mostLabels // of the powers gets a label
	long := first < -4 || last > 5     // 0.001 to 10000 are no longer than 10⁴
	labels := 0
	var ticks []plot.Tick
	for e := first; e <= last; e++ {
		for digit := 1.0; digit < 10; digit++ {
			tick := plot.Tick{Value: scale10(digit, float64(e))}
			if tick.Value < low || tick.Value > high || every > 1 && digit > 1 { // too dense to be told apart
				continue
			}
			switch {
			case digit == 1 && e%every == 0 && long:
				tick.Label = power("", e)
			case digit == 1 && e%every == 0, powers < 3 && (digit == 2 || digit == 5):
				tick.Label = number(tick.Value, tick.Value)
			}
			if !tick.IsMinor() {
				labels++
			}
			ticks = append(ticks, tick)
		}
	}
	if labels < 3 {
		return linear{}.Ticks(low, high)
	}
	return ticks
}

// scale10 returns digit·10^exponent, rounded once; infinity past the largest number.
func scale10(digit, exponent float64) float64 {
	v, _ := strconv.ParseFloat(fmt.Sprintf("%ge%d", digit, int(exponent)), 64) // the only error is the range's
	return v
}

// number writes v as exactly as multiples of step need it, large and small ones
// with a power of ten.
func number(v, step float64) string {
	if v == 0 {
		return "0"
	}
	place := exponentOf(step) // of the last digit that matters
	e := exponentOf(v)
	if e >= -4 && e <= 5 {
		return minus(strconv.FormatFloat(v, 'f', max(0, -place), 64))
	}
	mantissa := strconv.FormatFloat(v/math.Pow10(e), 'f', max(0, e-place), 64)
	if strings.Contains(mantissa, ".") {
		mantissa = strings.TrimRight(strings.TrimRight(mantissa, "0"), ".")
	}
	return power(mantissa, e)
}

// exponentOf returns that of v's first digit; numbers like 0.0999…9 count as 0.1.
func exponentOf(v float64) int { return int(math.Floor(math.Log10(math.Abs(v)) + 1e-9)) }

// power writes mantissa×10^e, and 10^e for a mantissa of 1 or none.
func power(mantissa string, e int) string {
	if mantissa == "" || mantissa == "1" {
		return minus(fmt.Sprintf("10^%d", e))
	}
	return minus(fmt.Sprintf("%s×10^%d", mantissa, e))
}

// minus sets minus signs for hyphens.
func minus(s string) string { return strings.ReplaceAll(s, "-", "−") }
