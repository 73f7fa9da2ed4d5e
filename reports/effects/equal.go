package effects

import (
	"cmp"
	"math"
	"slices"

	"gonum.org/v1/gonum/stat"
)

// An AtEqual compares two levels of a factor along the trade-off of two metrics: what one of
// them is where the other is the same.
type AtEqual struct {
	Factor string   `json:"factor"`
	From   string   `json:"from"`
	To     string   `json:"to"`
	N      int      `json:"n"`     // units whose curves overlap
	Of     int      `json:"of"`    // units that have both curves
	Ratio  Estimate `json:"ratio"` // of y, To over From
	P      float64  `json:"p"`     // sign flips, not corrected: a hint
}

// AtEqual returns for each level of a factor against its first how much of y it has at equal x.
//
// In each unit the settings of the other factors are the points of one curve for each level, in
// logarithms. Of these the front counts, the points that none dominates, with straight lines
// between. The difference is the mean over the range of x that both curves reach; a unit where there is
// none is left out. It needs metrics that are above 0 and better lower, and two points on a curve:
// otherwise there is nothing to compare, and the list is empty.
func (a *Analysis) AtEqual(factor, x, y string) []AtEqual {
	if a.sign(x) >= 0 || a.sign(y) >= 0 {
		return nil
	}
	xs, ys := a.grid.table(x).logarithm(), a.grid.table(y).logarithm()
	f := a.grid.factor(factor)
	if xs == nil || ys == nil || a.grid.apart[f] {
		return nil
	}
	used := slices.DeleteFunc(slices.Clone(xs.levels[f]), func(l int) bool { return !slices.Contains(ys.levels[f], l) })
	var list []AtEqual
	for _, to := range used[min(1, len(used)):] {
		e := AtEqual{Factor: factor, From: a.Factors[f].Levels[used[0]].Label, To: a.Factors[f].Levels[to].Label}
		var d []float64
		for u := range xs.value {
			one, other := front(xs, ys, u, f, used[0]), front(xs, ys, u, f, to)
			if len(one) < 2 || len(other) < 2 {
				continue
			}
			e.Of++
			if difference, overlap := between(one, other); overlap {
				d = append(d, difference)
			}
		}
		if e.N = len(d); e.N > 0 {
			e.Ratio, e.P = shift(d).apply(math.Exp), flip(d)
			list = append(list, e)
		}
	}
	return list
}

// front returns the points of a unit at one level of a factor that no other is as good as in both
// and better in one, by x.
func front(xs, ys *table, unit, f, level int) [][2]float64 {
	var points [][2]float64
	for s, setting := range xs.settings {
		if x, y := xs.value[unit][s], ys.value[unit][s]; setting[f] == level && !math.IsNaN(x) && !math.IsNaN(y) {
			points = append(points, [2]float64{x, y})
		}
	}
	slices.SortFunc(points, func(p, q [2]float64) int { return cmp.Or(cmp.Compare(p[0], q[0]), cmp.Compare(p[1], q[1])) })
	var kept [][2]float64
	for _, p := range points {
		if n := len(kept); n == 0 || p[1] < kept[n-1][1] && p[0] > kept[n-1][0] {
			kept = append(kept, p)
		}
	}
	return kept
}

// between returns the mean height of one curve above another over the range of x that
// both have; overlap is false where that is less than a point and a bit.
func between(from, to [][2]float64) (mean float64, overlap bool) {
	const steps = 32
	low := max(from[0][0], to[0][0])
	high := min(from[len(from)-1][0], to[len(to)-1][0])
	if high-low <= slack*(1+math.Abs(low)) {
		return 0, false
	}
	var d []float64
	for i := range steps + 1 {
		at := low + (high-low)*float64(i)/steps
		d = append(d, height(to, at)-height(from, at))
	}
	return stat.Mean(d, nil), true
}

// height is a curve at x, which is in its range.
func height(curve [][2]float64, x float64) float64 {
	i := max(1, min(len(curve)-1, slices.IndexFunc(curve, func(p [2]float64) bool { return p[0] >= x })))
	p, q := curve[i-1], curve[i]
	share := math.Max(0, math.Min(1, (x-p[0])/(q[0]-p[0])))
	return p[1] + share*(q[1]-p[1])
}
