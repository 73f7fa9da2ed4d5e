package effects

import (
	"math"

	"runexp/internal/median"
)

// A Point is one combination of levels in the plane of two metrics.
type Point struct {
	Levels []string `json:"levels"` // by factor
	X      float64  `json:"x"`      // median over units
	Y      float64  `json:"y"`
	N      int      `json:"n"`     // units
	Front  bool     `json:"front"` // no other point is as good in both and better in one
}

// Pareto returns every combination of levels, and which are not dominated. Medians are
// over those units that have all combinations, so that the same pictures are compared;
// where there is no such unit, over those that each combination has. It returns nil for a
// metric that is unknown, or of which neither direction is better.
func (a *Analysis) Pareto(x, y string) []Point {
	signX, signY := a.sign(x), a.sign(y)
	if signX == 0 || signY == 0 {
		return nil
	}
	xs, ys := a.grid.table(x).value, a.grid.table(y).value
	has := func(u, s int) bool { return !math.IsNaN(xs[u][s]) && !math.IsNaN(ys[u][s]) }
	measured := make([]bool, len(a.grid.settings))
	for s := range measured {
		for u := range xs {
			measured[s] = measured[s] || has(u, s)
		}
	}
	complete := make([]bool, len(xs))
	anyComplete := false
	for u := range xs {
		complete[u] = true
		for s := range measured {
			complete[u] = complete[u] && (!measured[s] || has(u, s))
		}
		anyComplete = anyComplete || complete[u]
	}
	var points []Point
	for s, setting := range a.grid.settings {
		var px, py []float64
		for u := range xs {
			if has(u, s) && (complete[u] || !anyComplete) {
				px, py = append(px, xs[u][s]), append(py, ys[u][s])
			}
		}
		if len(px) == 0 {
			continue
		}
		p := Point{X: median.Of(px), Y: median.Of(py), N: len(px), Front: true}
		for f, l := range setting {
			p.Levels = append(p.Levels, a.Factors[f].Levels[l].Label)
		}
		points = append(points, p)
	}
	for i := range points {
		for _, q := range points {
			dx, dy := signX*(q.X-points[i].X), signY*(q.Y-points[i].Y)
			if dx >= 0 && dy >= 0 && (dx > 0 || dy > 0) {
				points[i].Front = false
			}
		}
	}
	return points
}

// sign is 1 for a metric that is better higher, −1 for one that is better lower, else 0.
func (a *Analysis) sign(metric string) float64 {
	for _, m := range a.Metrics {
		switch {
		case m.Name != metric:
		case m.Better == "higher":
			return 1
		case m.Better == "lower":
			return -1
		}
	}
	return 0
}
