package plan

import (
	"errors"
	"math"
)

// A ladder is the longer sides to choose from besides the recipe's own, which is 0 in
// choices.
type ladder struct {
	larger  []int // ascending, to the content image's own size
	smaller []int // descending
}

// smallestSide is the smallest longer side that is chosen: less is no picture to keep.
const smallestSide = 128

// newLadder returns the sizes in steps of √2 from base up to own and down to
// smallestSide.
func newLadder(base, own int) ladder {
	at := func(step int) int { return int(math.Round(float64(base) * math.Pow(math.Sqrt2, float64(step)))) }
	var l ladder
	for step := 1; at(step) < own; step++ {
		l.larger = append(l.larger, at(step))
	}
	if own > base {
		l.larger = append(l.larger, own)
	}
	for step := -1; at(step) >= smallestSide; step-- {
		l.smaller = append(l.smaller, at(step))
	}
	return l
}

var errNoRung = errors.New("nothing fits")

// climb returns the longer side, 0 for the recipe's own, and the factor of iterations to
// use. The recipe as it is comes first, then larger sizes as long as they fit. If it does
// not fit, iterations are taken away to one half, then sizes, and at the smallest size
// iterations to one quarter. The error is errNoRung, with the smallest choice, if nothing
// fits.
func climb(l ladder, fits func(long int, factor float64) bool) (long int, factor float64, err error) {
	if fits(0, 1) {
		for _, larger := range l.larger {
			if !fits(larger, 1) {
				break
			}
			long = larger
		}
		return long, 1, nil
	}
	for i, size := range append([]int{0}, l.smaller...) {
		factors := []float64{1, 0.7, 0.5}
		if i == len(l.smaller) {
			factors = append(factors, 0.35, 0.25)
		}
		for _, factor = range factors {
			if long = size; fits(long, factor) {
				return long, factor, nil
			}
		}
	}
	return long, factor, errNoRung
}
