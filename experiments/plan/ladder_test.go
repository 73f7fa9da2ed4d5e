package plan

import (
	"errors"
	"slices"
	"testing"
	"time"
)

func TestLadder(t *testing.T) {
	for _, c := range []struct {
		base, own       int
		larger, smaller []int
	}{
		{512, 1200, []int{724, 1024, 1200}, []int{362, 256, 181, 128}},
		{512, 400, nil, []int{362, 256, 181, 128}},
		{100, 140, []int{140}, nil},
		{128, 128, nil, nil},
	} {
		if l := newLadder(c.base, c.own); !slices.Equal(l.larger, c.larger) || !slices.Equal(l.smaller, c.smaller) {
			t.Errorf("%d of %d: %v", c.base, c.own, l)
		}
	}
}

// TestClimb: with a cost proportional to pixels and iterations, the recipe is used if it
// fits, enlarged if time is left, and cut down in the documented order if not.
func TestClimb(t *testing.T) {
	whole := newLadder(512, 1200)
	for _, c := range []struct {
		l      ladder
		limit  float64 // in units of the recipe's own time
		long   int
		factor float64
		err    error
	}{
		{whole, 1, 0, 1, nil},
		{whole, 1.9, 0, 1, nil},
		{whole, 2.1, 724, 1, nil},
		{whole, 100, 1200, 1, nil},
		{whole, 0.8, 0, 0.7, nil},
		{whole, 0.5, 0, 0.5, nil},
		{whole, 0.4, 362, 0.7, nil},
		{whole, 0.26, 362, 0.5, nil},
		{whole, 0.02, 128, 0.25, nil},
		{whole, 0.01, 128, 0.25, errNoRung},
		{ladder{}, 0.26, 0, 0.25, nil},
		{ladder{}, 100, 0, 1, nil},
		{ladder{}, 0.2, 0, 0.25, errNoRung},
	} {
		long, factor, err := climb(c.l, func(long int, factor float64) bool {
			side := 512.0
			if long > 0 {
				side = float64(long)
			}
			return side*side/512/512*factor <= c.limit
		})
		if long != c.long || factor != c.factor || !errors.Is(err, c.err) {
			t.Errorf("in %g of the time: %d, %g, %v; want %d, %g, %v", c.limit, long, factor, err, c.long, c.factor, c.err)
		}
	}
}

// The smallest possible time that an error names is enough.
func TestUpTo(t *testing.T) {
	for _, took := range []time.Duration{1, 900 * time.Microsecond, 3 * time.Second, 123456 * time.Millisecond, time.Hour} {
		limit, err := time.ParseDuration(upTo(time.Duration(float64(took) / share)))
		if err != nil || spendable(limit) < took || limit > 2*took+2*time.Microsecond {
			t.Errorf("%v: %v, %v", took, limit, err)
		}
	}
}
