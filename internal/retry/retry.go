// Package retry calls again what may succeed in a moment.
package retry

import (
	"context"
	"errors"
	"time"
)

const (
	firstPause   = 10 * time.Millisecond
	longestPause = time.Second
)

// Do calls attempt until it succeeds, or until its error is not worth another pause:
// patience is for how long after the first call an error of that kind may be tried
// again, 0 for one that stays. Pauses double from 10 ms to a second.
//
// ctx ends the waiting, not an attempt, and the first attempt is always made. The error
// is the attempt's, with ctx's cause where that ended it.
func Do(ctx context.Context, patience func(error) time.Duration, attempt func() error) error {
	began := time.Now()
	for pause := firstPause; ; pause = min(2*pause, longestPause) {
		err := attempt()
		if err == nil || time.Since(began)+pause > patience(err) {
			return err
		}
		select {
		case <-ctx.Done():
			return errors.Join(context.Cause(ctx), err)
		case <-time.After(pause):
		}
	}
}
