package export

import (
	"cmp"
	"context"
	"errors"
	"math"
	"slices"
	"time"

	"runexp/framework/store"
)

// A Clock tells when a step of a run began: the store has no time for each value, but
// formats ask for one. It is the start of the run plus the times of the iterations before,
// as recorded (time/iteration); without them, the start.
type Clock struct {
	started time.Time
	before  []store.Point // seconds before each step
}

// ClockOf returns the clock of a run.
func (s *Selection) ClockOf(ctx context.Context, run store.RunSummary) (Clock, error) {
	points, err := s.Store.Series(ctx, run.Number, "time/iteration")
	if errors.Is(err, store.ErrNotFound) {
		err = nil
	}
	sum := 0.0
	for i, p := range points {
		points[i].Value = sum
		if p.Value > 0 && !math.IsInf(p.Value, 0) {
			sum += p.Value
		}
	}
	if n := len(points); n > 0 {
		points = append(points, store.Point{Step: points[n-1].Step + 1, Value: sum})
	}
	return Clock{run.Started, points}, err
}

// At returns when a step began.
func (c Clock) At(step int) time.Time {
	i, found := slices.BinarySearchFunc(c.before, step, func(p store.Point, step int) int { return cmp.Compare(p.Step, step) })
	if !found {
		i-- // a step without a time begins with the one before
	}
	if i < 0 {
		return c.started
	}
	return c.started.Add(time.Duration(c.before[i].Value * float64(time.Second)))
}
