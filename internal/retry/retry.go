// Package retry retries calls that may succeed after a moment.
package retry

import (
	"context"
	"errors"
	"time"
)

const (
	firstPause = 10 * time.Millisecond
	maxPause   = time.Second
)

// Do calls attempt until it succeeds or the time limit of its error has passed. limit
// returns for how long after the first call such an error is retried, 0 for a permanent
// one. Pauses double from 10 ms to a second.
//
// ctx ends the pauses, not an attempt; the first attempt is always made. The error is
// that of the last attempt, joined with ctx's cause if that ended the retries.
func Do(ctx context.Context, limit func(error) time.Duration, attempt func() error) error {
	began := time.Now()
	for pause := firstPause; ; pause = min(2*pause, maxPause) {
		err := attempt()
		if err == nil || time.Since(began)+pause > limit(err) {
			return err
		}
		select {
		case <-ctx.Done():
			return errors.Join(context.Cause(ctx), err)
		case <-time.After(pause):
		}
	}
}
