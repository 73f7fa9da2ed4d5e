package store

import "math"

// Cumulative returns points of a count that never decreases. Older stores restarted the
// count of evaluations in each stage; after a decrease the last value before it is added.
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
