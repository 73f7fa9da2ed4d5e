package plots

import (
	"math"

	"gonum.org/v1/plot"
)

// fewTicks are ticks for a small panel, where there is no room for many labels.
type fewTicks struct{ plot.Ticker }

// mostFew is how many labels a small panel has room for.
const mostFew = 6

// Ticks returns those of the Ticker. Of too many labels on a logarithmic axis the
// powers of ten remain, if there are two, and else every second one.
func (f fewTicks) Ticks(low, high float64) []plot.Tick {
	ticks := f.Ticker.Ticks(low, high)
	labels, powers := 0, 0
	for _, t := range ticks {
		if !t.IsMinor() {
			labels++
			if powerOfTen(t.Value) {
				powers++
			}
		}
	}
	if labels <= mostFew {
		return ticks
	}
	_, log := f.Ticker.(logarithmic)
	seen := 0
	for i, t := range ticks {
		if t.IsMinor() {
			continue
		}
		seen++
		if drop := seen%2 == 0; log && powers > 1 && !powerOfTen(t.Value) || (!log || powers < 2) && drop {
			ticks[i].Label = ""
		}
	}
	return ticks
}

func powerOfTen(v float64) bool { return v > 0 && scale10(1, math.Round(math.Log10(v))) == v }
