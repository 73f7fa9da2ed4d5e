package framework

import (
	"fmt"
	"math"
	"strconv"

	"runexp/internal/printable"
)

// A Sampler chooses the settings of a sweep and the blocks they are run on.
//
// A point's setting is settled (SweepSpace.Settle): a parameter that the choices before it
// leave out is not set.
//
// It has no state: its methods may be called from several goroutines. Its options stand
// beside the sweep's other keys in a config and may not be files.
type Sampler interface {
	// Draws reports whether it draws settings without end, from ranges as well as
	// levels; its sweeps must then have a cap. A sampler that does not draw enumerates
	// levels; a range is given to it as steps.
	Draws() bool
	// Sample returns the points in the order they are run: all of block 0, then all of
	// block 1, so that an interrupted sweep has complete blocks. No point is repeated
	// or excluded. Equal arguments return equal points, and a higher cap a superset of
	// those of a lower one.
	//
	// Sample must not modify the slices of space; excluded does not retain its argument.
	// If everything is excluded it returns no points and no error.
	//
	// Errors: SweepSpace.TooMany; Invalid(key, …) for a wrong key of the sweep;
	// anything else that prevents a choice.
	Sample(space SweepSpace, excluded func(setting []Choice, block int) bool) ([]SweepPoint, error)
}

// A SweepSpace is what a sweep can vary.
type SweepSpace struct {
	Parameters []SweepParameter // may be empty: a sweep of blocks alone
	Blocks     int              // replicates of the whole sweep, at least 1: pairs of images and seeds
	// Cap is the number of settings that a drawing sampler draws, each run on every
	// block that does not exclude it; for other samplers the maximum number of points,
	// 0 for all.
	Cap       int
	Seed      int64 // of everything random
	MaxPoints int   // more points than these are refused
	// Unset reports whether the next parameter is not varied after these choices of those
	// before it, as `when` in a config says; nil if all always are.
	Unset func(earlier []Choice) bool
}

// A SweepParameter varies in a sweep, over levels or a range.
type SweepParameter struct {
	Name   string // its key paths, one per line; unique in the sweep
	Levels int    // their number, at least 1; 0 for a range
	Range  SweepRange
}

// A SweepRange is a closed interval of numbers.
//
//	uniform:     all numbers are equally likely
//	log_uniform: the logarithm is uniform
//	int:         all integers are equally likely
type SweepRange struct {
	Min, Max     float64
	Distribution string
}

// A Choice is a point's value of one parameter: a level, counted from 0, or a number of
// its range, or Unset: it is not varied in this point. The other fields are zero, so that
// equal choices compare equal with ==.
type Choice struct {
	Level int
	Value float64
	Unset bool
}

// Settle replaces the choices of parameters that are not varied by Choice{Unset: true}, in
// place: settings that differ only in them are one.
func (s SweepSpace) Settle(setting []Choice) {
	for i := range setting {
		if s.unset(setting[:i]) {
			setting[i] = Choice{Unset: true}
		}
	}
}

func (s SweepSpace) unset(earlier []Choice) bool { return s.Unset != nil && s.Unset(earlier) }

// A SweepPoint is a setting on a block.
type SweepPoint struct {
	Setting []Choice // in the order of the parameters
	Block   int
}

// TooMany is the error of a sampler that would return n points, more than MaxPoints.
func (s SweepSpace) TooMany(n int) error {
	return Invalid("", "makes %s trials, more than %d; leave values out, or give run_cap", printable.Grouped(n), s.MaxPoints)
}

// Check returns an error unless p lies in the space.
func (s SweepSpace) Check(p SweepPoint) error {
	if p.Block < 0 || p.Block >= s.Blocks {
		return fmt.Errorf("block %d does not exist: there are %d", p.Block, s.Blocks)
	}
	if len(p.Setting) != len(s.Parameters) {
		return fmt.Errorf("a setting has %d choices for %d parameters", len(p.Setting), len(s.Parameters))
	}
	for i, c := range p.Setting {
		switch q := s.Parameters[i]; {
		case c.Unset != s.unset(p.Setting[:i]):
			return fmt.Errorf("parameter %d is set or not against its condition; settings are to be settled (SweepSpace.Settle)", i)
		case c.Unset && c != Choice{Unset: true}:
			return fmt.Errorf("%+v of parameter %d is not set and has a value", c, i)
		case c.Unset:
		case q.Levels > 0 && (c.Level < 0 || c.Level >= q.Levels || c.Value != 0):
			return fmt.Errorf("%+v is not a level of parameter %d, which has %d", c, i, q.Levels)
		case q.Levels == 0 && (!(c.Value >= q.Range.Min && c.Value <= q.Range.Max) || c.Level != 0):
			return fmt.Errorf("%+v is not in the range of parameter %d, %g to %g", c, i, q.Range.Min, q.Range.Max)
		case q.Levels == 0 && q.Range.Distribution == "int" && c.Value != math.Trunc(c.Value):
			return fmt.Errorf("%g is not an integer, as parameter %d requires", c.Value, i)
		}
	}
	return nil
}

// At returns the quantile u of the range's distribution; u is in [0, 1). Real numbers are
// rounded to six significant digits, or more in a narrow range: precise enough for a
// sweep, and short enough to type.
func (r SweepRange) At(u float64) float64 {
	var x float64
	switch r.Distribution {
	case "int":
		// Float64 has 53 bits: the bias is below 1e-15 for a million numbers.
		return math.Min(r.Max, r.Min+math.Floor(u*(r.Max-r.Min+1)))
	case "log_uniform":
		x = digits(r.Min*math.Pow(r.Max/r.Min, u), r.Max/r.Min-1)
	default:
		x = digits(r.Min+u*(r.Max-r.Min), (r.Max-r.Min)/math.Max(math.Abs(r.Min), math.Abs(r.Max)))
	}
	return math.Min(r.Max, math.Max(r.Min, x))
}

// digits rounds x to six significant digits, plus one for each power of ten that narrow,
// the range's length relative to its values, is below 1.
func digits(x, narrow float64) float64 {
	n := 6
	if narrow < 1 {
		n = min(17, 6+int(math.Ceil(-math.Log10(narrow))))
	}
	rounded, err := strconv.ParseFloat(strconv.FormatFloat(x, 'g', n, 64), 64)
	if err != nil { // a number that was printed can be read
		return x
	}
	return rounded
}
