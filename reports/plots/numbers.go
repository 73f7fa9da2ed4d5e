package plots

import (
	"cmp"
	"math"
	"slices"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// besideEnds is the room beside the first and the last number, for half a label, as a
// share of the axis.
const besideEnds = 0.12

// LogSpaced reports whether numbers above 0, one 0 aside, lie more evenly on a logarithmic
// axis than on a linear one. Two lie so if they are manyfold.
func LogSpaced(numbers []float64) bool {
	sorted := slices.Compact(slices.Sorted(slices.Values(numbers)))
	if len(sorted) > 2 && sorted[0] == 0 {
		sorted = sorted[1:]
	}
	if len(sorted) < 2 || !(sorted[0] > 1e-300) {
		return false
	}
	first, last := sorted[0], sorted[len(sorted)-1]
	if len(sorted) == 2 {
		return last/first > manyfold
	}
	uneven := func(of func(float64) float64) (sum float64) { // least where all gaps are equal
		for i, v := range sorted[1:] {
			gap := (of(v) - of(sorted[i])) / (of(last) - of(first))
			sum += gap * gap
		}
		return sum
	}
	return uneven(math.Log) < uneven(func(v float64) float64 { return v })
}

// numberPlaces returns where numbers are on an axis. On a logarithmic one a number that is
// not above 0 stands one step before the smallest that is.
func numberPlaces(numbers []float64, log bool) []float64 {
	above := slices.Compact(slices.Sorted(slices.Values(slices.DeleteFunc(slices.Clone(numbers), func(v float64) bool { return v <= 1e-300 }))))
	if !log || len(above) == 0 || len(above) == len(numbers) {
		return numbers
	}
	step := 10.0
	if len(above) > 1 {
		step = min(step, above[1]/above[0])
	}
	places := slices.Clone(numbers)
	for i, v := range places {
		if v <= 1e-300 {
			places[i] = above[0] / step
		}
	}
	return places
}

// numberTicks are the levels of an axis of numbers.
type numberTicks []plot.Tick

// Ticks returns those between low and high.
func (t numberTicks) Ticks(low, high float64) []plot.Tick {
	return slices.DeleteFunc(slices.Clone(t), func(tick plot.Tick) bool { return tick.Value < low || tick.Value > high })
}

// styleNumbers makes an axis one of the numbers that the levels are, logarithmic where they ask
// for it. Its ticks are the levels, labelled where there is room; of more than mostNamed
// and of draws they are round numbers.
func styleNumbers(a *plot.Axis, e Effects, width vg.Length) {
	places, x := e.places(), nothing()
	for _, at := range places {
		x = x.with(at)
	}
	log := e.Log && x.low > 1e-302 // a step before 1e-300
	position := func(v float64) float64 { return v }
	if log {
		x, position = x.padded(), math.Log
		room := besideEnds * (math.Log(x.high) - math.Log(x.low)) // their ratio may overflow
		x.low = max(math.SmallestNonzeroFloat64, math.Exp(math.Log(x.low)-room))
		x.high = min(math.MaxFloat64, math.Exp(math.Log(x.high)+room))
		styleAxis(a, e.Factor, fewTicks{logarithmic{}})
		a.Scale = plot.LogScale{}
	} else {
		x = x.widened()
		beside := (x.high - x.low) * besideEnds
		x.low, x.high = x.low-beside, x.high+beside
		styleAxis(a, e.Factor, fewTicks{linear{}})
	}
	a.Min, a.Max = x.low, x.high
	if len(e.Levels) > mostNamed || e.Drawn {
		return
	}
	style := textStyle(tickSize, ink)
	order := make([]int, len(places))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(i, j int) int { return cmp.Compare(places[i], places[j]) })
	var ticks numberTicks
	free := math.Inf(-1) // up to where labels stand
	for _, i := range order {
		at := float64(width) * (position(places[i]) - position(x.low)) / (position(x.high) - position(x.low))
		label := oneLine(e.Levels[i])
		half := float64(style.Width(label)) / 2
		if at-half < free {
			label = ""
		} else {
			free = at + half + float64(stageGap)
		}
		ticks = append(ticks, plot.Tick{Value: places[i], Label: label})
	}
	a.Tick.Marker = ticks
	a.Tick.Label.XAlign = draw.XCenter
}
