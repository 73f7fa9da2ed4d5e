package framework

import (
	"fmt"
	"math"
	"strconv"

	"runexp/internal/printable"
)

// A Sampler chooses the settings that a sweep runs, and on which of its blocks.
//
// It has no state: its methods may be called from several goroutines. An option of
// its own stands beside the sweep's other keys in a config and names no file.
type Sampler interface {
	// Draws reports whether it draws settings for as long as it is let, from ranges
	// as well as from levels; a sweep by it must have a cap. One that does not draw
	// goes through levels and comes to an end, and of a range it is given the steps.
	Draws() bool
	// Sample returns the points to run in the order in which they are run: all of
	// block 0, then all of block 1, so that whoever stops half way has whole blocks.
	// No point comes twice, and none that is excluded. Equal arguments return equal
	// points, and a higher cap returns those of a lower one and more.
	//
	// The slices of space stay as they are; excluded keeps none that it is given. If
	// everything is excluded there is no point, and that is no error.
	//
	// Errors: SweepSpace.TooMany; Invalid(key, …) where a key of the sweep is to
	// blame; anything else that keeps it from choosing.
	Sample(space SweepSpace, excluded func(setting []Choice, block int) bool) ([]SweepPoint, error)
}

// A SweepSpace is what a sweep can vary.
type SweepSpace struct {
	Parameters []SweepParameter // there may be none: a sweep of blocks alone
	Blocks     int              // replicates of the whole sweep, at least 1: pairs of images and seeds
	// Cap is, for a sampler that draws, how many settings it draws, each of them run
	// on every block that does not exclude it; for another how many points it returns
	// at most, 0 for all.
	Cap       int
	Seed      int64 // of everything random
	MaxPoints int   // more points than these are refused
}

// A SweepParameter is what varies in a sweep: it has levels or a range.
type SweepParameter struct {
	Name   string // its key paths, one a line: no other parameter of the sweep has it
	Levels int    // how many there are, at least 1; 0 for a range
	Range  SweepRange
}

// A SweepRange is an interval of numbers, its ends included.
//
//	uniform:     every number as likely
//	log_uniform: the logarithm is uniform
//	int:         every whole number as likely
type SweepRange struct {
	Min, Max     float64
	Distribution string
}

// A Choice is what a point has for one parameter: a level, counted from 0, or a
// number of its range. The other field is 0, so that equal choices are ==.
type Choice struct {
	Level int
	Value float64
}

// A SweepPoint is a setting on a block.
type SweepPoint struct {
	Setting []Choice // in the order of the parameters
	Block   int
}

// TooMany is the error of a sampler that comes to n points, more than MaxPoints.
func (s SweepSpace) TooMany(n int) error {
	return Invalid("", "makes %s trials, more than %d; leave values out, or give run_cap", printable.Grouped(n), s.MaxPoints)
}

// Check returns what keeps a point from lying in the space.
func (s SweepSpace) Check(p SweepPoint) error {
	if p.Block < 0 || p.Block >= s.Blocks {
		return fmt.Errorf("block %d is none of %d", p.Block, s.Blocks)
	}
	if len(p.Setting) != len(s.Parameters) {
		return fmt.Errorf("a setting has %d choices for %d parameters", len(p.Setting), len(s.Parameters))
	}
	for i, c := range p.Setting {
		switch q := s.Parameters[i]; {
		case q.Levels > 0 && (c.Level < 0 || c.Level >= q.Levels || c.Value != 0):
			return fmt.Errorf("%+v is no level of parameter %d, which has %d", c, i, q.Levels)
		case q.Levels == 0 && (!(c.Value >= q.Range.Min && c.Value <= q.Range.Max) || c.Level != 0):
			return fmt.Errorf("%+v is no number of parameter %d, from %g to %g", c, i, q.Range.Min, q.Range.Max)
		case q.Levels == 0 && q.Range.Distribution == "int" && c.Value != math.Trunc(c.Value):
			return fmt.Errorf("%g is no whole number, as parameter %d has them", c.Value, i)
		}
	}
	return nil
}

// At returns the number below which the part u of what is drawn from the range lies;
// u is in [0, 1). Real numbers are rounded to six digits, of the number or of the
// range's length: enough for any question, and short enough to type.
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

// digits rounds x to six significant digits, and to as many more as the range is
// narrower than the value; narrow is its length relative to it.
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
