// Package advice turns the trials of sweeps into advice on one run: which settings to change for
// less noise, more style, more content or a sharper picture, what that is expected to do to
// one more picture, and what it costs elsewhere. It reads and writes nothing.
//
// It knows only what was swept. A run gets advice from a sweep if one of the sweep's settings is
// the run's, apart from images, seed and size, and the advice is another setting of that sweep.
package advice

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"gonum.org/v1/gonum/stat"
	"gonum.org/v1/gonum/stat/distuv"

	"runexp/framework/store/record"
)

// A Wish is what a picture should have more or less of.
type Wish struct {
	Name   string // as it is asked for: "less noise"
	Metric string
	Higher bool // the metric should be higher
}

// Wishes lists what can be wished for.
func Wishes() []Wish {
	return []Wish{
		{"less noise", "eval/noise", false},
		{"more style", "eval/style", false},
		{"more content", "eval/content", false},
		{"sharper", "eval/edges", true},
	}
}

// Evidence is a sweep as advice reads it.
type Evidence struct {
	Source   string          `json:"source"` // "sweep 3 of weights"
	Scorer   string          `json:"scorer"` // hash
	Metrics  []record.Metric `json:"metrics"`
	Size     string          `json:"size"`  // of the pictures, "long 512"
	Base     Recipe          `json:"base"`  // what all trials share
	Kind     string          `json:"kind"`  // what a unit is: pair, style or draw
	Units    []string        `json:"units"` // names of what settings are compared within
	Settings []Setting       `json:"settings"`
}

// A Setting is a combination of what was swept, with its scores.
type Setting struct {
	Params    Recipe               `json:"params"`    // what differs between settings
	Overrides []string             `json:"overrides"` // path=value as on the command line, one for each swept path
	Values    []map[string]float64 `json:"values"`    // metrics by unit; nil for no trial
}

// A Move is a change of settings with what it is expected to do.
type Move struct {
	Overrides []string `json:"overrides"`
	Wish      Change   `json:"wish"`
	Costs     []Change `json:"costs"` // of the other metrics that are worse for it on average (95%), the worst first
	Source    string   `json:"source"`
	Size      string   `json:"size"` // of the pictures that it is known from
	Kind      string   `json:"kind"` // of units
	N         int      `json:"n"`    // units
}

// A Change is what a move is expected to do to a metric of one more picture: a ratio where all
// values are above 0, else a difference. Low and High hold nine pictures in ten.
type Change struct {
	Metric   record.Metric `json:"metric"`
	Ratio    bool          `json:"ratio"`
	Expected float64       `json:"expected"`
	Low      float64       `json:"low"`
	High     float64       `json:"high"`
	settled  bool          // the 95% interval of the mean lies on one side of no change
}

const (
	coverage    = 0.9  // of the interval for one more picture
	certainty   = 0.95 // of a cost
	fewestUnits = 6    // of fewer, nothing is known about one more
	mostMoves   = 3
)

// Advise returns moves from a run's settings that fulfil a wish, the largest effect first: those of
// which the whole interval is an improvement, and that no other one beats in the wish and in its
// worst cost.
//
// covered reports whether any evidence has the run's own setting.
func Advise(all []Evidence, run Recipe, w Wish) (moves []Move, covered bool) {
	for _, e := range all {
		if len(e.differing(run)) > 0 {
			continue
		}
		at := slices.IndexFunc(e.Settings, func(s Setting) bool { return s.is(run) })
		if at < 0 {
			continue
		}
		covered = true
		for i := range e.Settings {
			if i == at {
				continue
			}
			m, ok := e.move(at, i, w)
			same := func(o Move) bool { return slices.Equal(o.Overrides, m.Overrides) }
			if ok && !slices.ContainsFunc(moves, same) { // trials are shared by sweeps; the first is the newest
				moves = append(moves, m)
			}
		}
	}
	moves = slices.DeleteFunc(slices.Clone(moves), func(m Move) bool {
		return slices.ContainsFunc(moves, func(o Move) bool { return o.dominates(m, w) })
	})
	slices.SortStableFunc(moves, func(a, b Move) int { return -cmp.Compare(a.Wish.gain(w.Higher), b.Wish.gain(w.Higher)) })
	return moves[:min(mostMoves, len(moves))], covered
}

// Nearest returns the evidence whose fixed parameters differ least from a run's, and the
// paths in which they do. There has to be some evidence.
func Nearest(all []Evidence, run Recipe) (e Evidence, differing []string) {
	for i, one := range all {
		if paths := one.differing(run); i == 0 || len(paths) < len(differing) {
			e, differing = one, paths
		}
	}
	return e, differing
}

// differing lists the paths of fixed parameters in which a run differs.
func (e Evidence) differing(run Recipe) []string {
	swept := map[string]bool{}
	for _, s := range e.Settings {
		for path := range s.Params {
			swept[path] = true
		}
	}
	var paths []string
	for path, value := range e.Base {
		if other, has := run[path]; !has || other != value {
			paths = append(paths, path)
		}
	}
	for path := range run {
		if _, fixed := e.Base[path]; !fixed && !swept[path] {
			paths = append(paths, path)
		}
	}
	slices.Sort(paths)
	return paths
}

// is reports whether a run has the setting.
func (s Setting) is(run Recipe) bool {
	for path, value := range s.Params {
		if run[path] != value {
			return false
		}
	}
	return true
}

// move measures the change from one setting to another; ok is false where it is not sure to fulfil
// the wish.
func (e Evidence) move(from, to int, w Wish) (m Move, ok bool) {
	m = Move{Source: e.Source, Size: e.Size, Kind: e.Kind}
	for _, metric := range e.Metrics {
		c, n, known := e.change(from, to, metric)
		switch {
		case !known:
		case metric.Name == w.Metric:
			m.Wish, m.N = c, n
		case metric.Better != "neither" && strings.Count(metric.Name, "/") == 1 && c.settled && c.gain(metric.Better == "higher") < 0:
			m.Costs = append(m.Costs, c)
		}
	}
	if m.N == 0 || !m.Wish.sure(w.Higher) {
		return m, false
	}
	for i, override := range e.Settings[to].Overrides {
		if override != e.Settings[from].Overrides[i] {
			m.Overrides = append(m.Overrides, override)
		}
	}
	slices.SortStableFunc(m.Costs, func(a, b Change) int {
		return cmp.Compare(a.gain(a.Metric.Better == "higher"), b.gain(b.Metric.Better == "higher"))
	})
	return m, true
}

// change is the mean of the units' differences and Student's interval for one more unit: mean ± t·s·√(1 + 1/n).
func (e Evidence) change(from, to int, metric record.Metric) (c Change, n int, known bool) {
	c = Change{Metric: metric, Ratio: true}
	var a, b []float64
	for u := range e.Units {
		x, has := e.Settings[from].Values[u][metric.Name]
		y, too := e.Settings[to].Values[u][metric.Name]
		if has && too && !math.IsNaN(x-y) && !math.IsInf(x-y, 0) { // a failed picture says nothing
			a, b = append(a, x), append(b, y)
			c.Ratio = c.Ratio && x > 0 && y > 0
		}
	}
	if n = len(a); n < fewestUnits {
		return c, n, false
	}
	d := make([]float64, n)
	for i := range d {
		if d[i] = b[i] - a[i]; c.Ratio {
			d[i] = math.Log(b[i] / a[i])
		}
	}
	mean, sd := stat.MeanStdDev(d, nil)
	student := distuv.StudentsT{Mu: 0, Sigma: 1, Nu: float64(n - 1)}
	c.settled = math.Abs(mean) > student.Quantile((1+certainty)/2)*sd/math.Sqrt(float64(n))
	half := student.Quantile((1+coverage)/2) * sd * math.Sqrt(1+1/float64(n))
	c.Expected, c.Low, c.High = mean, mean-half, mean+half
	if c.Ratio {
		c.Expected, c.Low, c.High = math.Exp(c.Expected), math.Exp(c.Low), math.Exp(c.High)
	}
	return c, n, true
}

// gain is how far a change goes in the wished direction: a logarithm, or a difference.
func (c Change) gain(higher bool) float64 {
	g := c.Expected
	if c.Ratio {
		g = math.Log(g)
	}
	if !higher {
		g = -g
	}
	return g
}

// sure reports whether the whole interval lies in the wished direction.
func (c Change) sure(higher bool) bool {
	none := 0.0
	if c.Ratio {
		none = 1
	}
	if higher {
		return c.Low > none
	}
	return c.High < none
}

// Measured writes a change that was measured, as String does.
func (c Change) Measured(before, after float64) string {
	if !c.Ratio {
		return signed(fmt.Sprintf("%+.2g", after-before))
	}
	return signed(fmt.Sprintf("%+.0f%%", 100*(after/before-1)))
}

// Holds reports whether a change that was measured lies in the interval.
func (c Change) Holds(before, after float64) bool {
	d := after - before
	if c.Ratio {
		d = after / before
	}
	return c.Low <= d && d <= c.High
}

// dominates reports whether a move does as much for the wish at as little cost as another, and
// better in one.
func (m Move) dominates(o Move, w Wish) bool {
	g, h := m.Wish.gain(w.Higher), o.Wish.gain(w.Higher)
	c, d := m.worst(), o.worst()
	return g >= h && c <= d && (g > h || c < d)
}

// worst is the largest cost.
func (m Move) worst() float64 {
	if len(m.Costs) == 0 {
		return 0
	}
	return -m.Costs[0].gain(m.Costs[0].Metric.Better == "higher")
}

// String writes a change: "−31% [−45, −12]".
func (c Change) String() string {
	if !c.Ratio {
		unit := ""
		if c.Metric.Unit != "" {
			unit = " " + c.Metric.Unit
		}
		return signed(fmt.Sprintf("%+.2g%s [%.2g, %.2g]", c.Expected, unit, c.Low, c.High))
	}
	const multiple = 3
	if c.Expected >= multiple {
		return fmt.Sprintf("×%.2g [%.2g, %.2g]", c.Expected, c.Low, c.High)
	}
	percent := func(r float64) float64 { return 100 * (r - 1) }
	return signed(fmt.Sprintf("%+.0f%% [%.0f, %.0f]", percent(c.Expected), percent(c.Low), percent(c.High)))
}

// signed writes true minus signs.
func signed(text string) string { return strings.ReplaceAll(text, "-", "−") }
