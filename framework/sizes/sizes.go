// Package sizes is the arithmetic of what a config asks for in numbers: the
// sides and areas of pictures, counts of iterations, times. Nothing in it
// overflows: a size is computed in float64 and held against the bounds below
// before it becomes whole pixels, so that products of it with channels and bytes
// stay far within 64 bits.
package sizes

import (
	"fmt"
	"math"
	"time"
)

// The bounds of what can be asked for. They are far above what any machine does:
// what is above them is a mistake.
const (
	MaxSide   = 1 << 16       // of any picture
	MaxPixels = 100_000_000   // of any picture, read or made
	MaxCount  = 1_000_000_000 // iterations or evaluations of a stage, or between two pictures
)

// Pixels is a size: H rows of W pixels.
type Pixels struct{ H, W int }

func (p Pixels) String() string { return fmt.Sprintf("%d×%d", p.H, p.W) }

// New rounds a size to whole pixels. Errors: a side below 1 or above MaxSide,
// more than MaxPixels, numbers that are none.
func New(h, w float64) (Pixels, error) {
	h, w = math.Round(h), math.Round(w)
	switch {
	case !(h >= 1 && w >= 1): // NaN too
		return Pixels{}, fmt.Errorf("%.4g×%.4g pixels are none; make it larger, or take a picture that is less narrow", h, w)
	case h > MaxSide || w > MaxSide:
		return Pixels{}, fmt.Errorf("%.6g×%.6g pixels are too many; no side may have more than %d: make it smaller", h, w, MaxSide)
	case h*w > MaxPixels:
		return Pixels{}, fmt.Errorf("%.6g×%.6g pixels are too many; a picture may have %d million: make it smaller", h, w, MaxPixels/1_000_000)
	}
	return Pixels{int(h), int(w)}, nil
}

// Times returns n times d, at most the longest Duration, 292 years. Neither is
// negative.
func Times(n int, d time.Duration) time.Duration {
	if n > 0 && d > math.MaxInt64/time.Duration(n) {
		return math.MaxInt64
	}
	return time.Duration(n) * d
}

// Sum adds times that are not negative, up to the longest Duration.
func Sum(a, b time.Duration) time.Duration {
	if a > math.MaxInt64-b {
		return math.MaxInt64
	}
	return a + b
}

// Seconds returns a time as a Duration, at most the longest.
func Seconds(s float64) time.Duration {
	if s*float64(time.Second) >= math.MaxInt64 {
		return math.MaxInt64
	}
	return time.Duration(s * float64(time.Second))
}

// Text prints a time in whole units of round; what no Duration holds is "more
// than 292 years".
func Text(d, round time.Duration) string {
	if d == math.MaxInt64 {
		return "more than 292 years"
	}
	return d.Round(round).String()
}

// Count is a number of things in words: 1 trial, 2 trials. thing is a noun that takes
// an s.
func Count(n int, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return fmt.Sprintf("%d %ss", n, thing)
}

// Bytes prints a number of bytes in MiB or GiB.
func Bytes(n int64) string {
	if n < 1<<30 {
		return fmt.Sprintf("%d MiB", n>>20)
	}
	return fmt.Sprintf("%.2f GiB", float64(n)/(1<<30))
}
