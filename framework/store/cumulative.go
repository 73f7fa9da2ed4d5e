package store

import "math"

// Cumulative returns a count that never falls: stores of before counted evaluations anew in
// each stage, and there what comes after a fall is counted on from what was before it.
func Cumulative(points []Point) []Point {
	list := make([]Point, len(points))
	before, last := 0.0, 0.0
	for i, p := range points {
		if p.Value < last {
			before += last
		}
		if !math.IsNaN(p.Value) {
			last = p.Value
		}
		list[i] = Point{p.Step, before + p.Value}
	}
	return list
}
