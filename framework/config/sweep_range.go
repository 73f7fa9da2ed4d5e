package config

import (
	"math"
	"math/big"
	"strconv"

	"runexp/framework"
)

// rangeParameter reads a range. Unless the sampler draws, its steps become levels.
func (r *sweepReader) rangeParameter(at string, n *node, keys parameterKeys) Parameter {
	bad := false
	fail := func(key, format string, args ...any) {
		bad = true
		r.add(key, format, args...)
	}
	low, high := n.get("min"), n.get("max")
	whole := func(x float64) bool { return x == math.Trunc(x) && math.Abs(x) < 1<<53 }
	switch {
	case low == nil || high == nil:
		fail(at, "needs both min and max")
	case !(keys.Min < keys.Max):
		fail(join(at, "max"), "must be above min, which is %v, not %v", keys.Min, keys.Max)
	}
	switch keys.Distribution {
	case "uniform":
	case "log_uniform":
		if low != nil && !(keys.Min > 0) {
			fail(join(at, "min"), "must be positive for log_uniform, not %v; min and max are actual values, not exponents", keys.Min)
		}
	case "int":
		if !whole(keys.Min) || !whole(keys.Max) {
			fail(at, "needs whole numbers for min and max with int")
		}
	default:
		fail(join(at, "distribution"), "%v", framework.UnknownName("distribution", keys.Distribution, []string{"uniform", "log_uniform", "int"}))
	}
	steps, stepped := n.get("steps"), r.steps()
	switch {
	case stepped && steps == nil:
		fail(at, "method: %s needs values, or steps: N for the range%s", r.sweep.Method, r.samplerHint("draws from it"))
	case r.draws() && steps != nil:
		fail(join(at, "steps"), "has no effect: method: %s draws from the whole range", r.sweep.Method)
	case stepped && (keys.Steps < 2 || keys.Steps > maxLevels):
		fail(join(at, "steps"), "must be at least 2 (both ends) and at most %d, not %d", maxLevels, keys.Steps)
	case stepped && keys.Distribution == "int" && float64(keys.Steps) > keys.Max-keys.Min+1:
		fail(join(at, "steps"), "%d is more than the number of whole numbers from %v to %v", keys.Steps, keys.Min, keys.Max)
	}
	if bad {
		return Parameter{}
	}
	key, _ := r.section.find(join(at, "path"))
	p := Parameter{Paths: []string{keys.Path}, Range: &Range{
		Min: keys.Min, Max: keys.Max, Distribution: keys.Distribution,
		path: Setting{Path: keys.Path, at: key.position}, first: low.position, last: high.position,
	}}
	// One value is enough to check the path.
	if _, ok := r.setting(at, keys.Path, p.Range.Setting(keys.Min).node); !ok || !stepped {
		return p
	}
	for i := range keys.Steps {
		p.Levels = append(p.Levels, Level{Settings: []Setting{p.Range.Setting(p.Range.step(i, keys.Steps))}})
	}
	p.Range = nil
	return p
}

// step returns value i of n evenly spaced ones, in the logarithm for log_uniform.
func (r *Range) step(i, n int) float64 {
	switch {
	case i == 0:
		return r.Min
	case i == n-1:
		return r.Max
	case r.Distribution == "log_uniform":
		part := float64(i) / float64(n-1)
		return roundDigits(math.Pow(r.Min, 1-part) * math.Pow(r.Max, part))
	}
	// Exact arithmetic, so that a step at 0 is exactly 0.
	low := decimalOf(r.Min)
	x := new(big.Rat).Sub(decimalOf(r.Max), low)
	x.Mul(x, big.NewRat(int64(i), int64(n-1)))
	value, _ := x.Add(x, low).Float64()
	if r.Distribution == "int" {
		return math.Round(value)
	}
	return roundDigits(value)
}

// roundDigits rounds to 12 significant digits: 0.3 instead of 0.30000000000000004.
func roundDigits(x float64) float64 {
	rounded, err := strconv.ParseFloat(strconv.FormatFloat(x, 'g', 12, 64), 64)
	if err != nil { // cannot happen
		return x
	}
	return rounded
}
