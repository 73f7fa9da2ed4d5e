package retry

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"
)

func TestDo(t *testing.T) {
	passes, stays := errors.New("passes"), errors.New("stays")
	limit := func(err error) time.Duration {
		if errors.Is(err, passes) {
			return 1500 * time.Millisecond
		}
		return 0
	}
	for name, c := range map[string]struct {
		errs  []error // of one attempt after another; the last repeats
		calls int
		took  time.Duration
	}{
		"at once":       {[]error{nil}, 1, 0},
		"after a while": {[]error{passes, passes, nil}, 3, 30 * time.Millisecond},
		"never":         {[]error{passes}, 8, 1270 * time.Millisecond},
		"no use":        {[]error{stays}, 1, 0},
		"no more use":   {[]error{passes, stays}, 2, 10 * time.Millisecond},
	} {
		synctest.Test(t, func(t *testing.T) {
			began, calls := time.Now(), 0
			err := Do(t.Context(), limit, func() error {
				calls++
				return c.errs[min(calls, len(c.errs))-1]
			})
			if want := c.errs[len(c.errs)-1]; !errors.Is(err, want) || calls != c.calls || time.Since(began) != c.took {
				t.Errorf("%s: %v after %d calls and %v", name, err, calls, time.Since(began))
			}
		})
	}
}

// A done context ends the pauses, and both errors are returned; the first attempt is made.
func TestDoIsInterrupted(t *testing.T) {
	full, enough := errors.New("full"), errors.New("enough")
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(enough)
	calls := 0
	err := Do(ctx, func(error) time.Duration { return time.Hour }, func() error {
		calls++
		return full
	})
	if calls != 1 || !errors.Is(err, full) || !errors.Is(err, enough) {
		t.Errorf("%v after %d calls", err, calls)
	}
}
