// Package sizes computes the quantities that a config determines: sides and areas of
// images, counts of iterations, times. Nothing overflows: a size is computed in
// float64 and checked against the bounds below before it becomes whole pixels, so that
// its products with channels and bytes stay far below 64 bits.
package sizes

import (
	"fmt"
	"math"
	"time"
)

// Upper bounds, far above what any machine can do: a larger value is a mistake.
const (
	MaxSide   = 1 << 16       // pixels, of any image
	MaxPixels = 100_000_000   // of any image, read or written
	MaxCount  = 1_000_000_000 // iterations or evaluations of a stage, or between two pictures
)

// Pixels is a size in pixels: H rows of W pixels.
type Pixels struct{ H, W int }

func (p Pixels) String() string { return fmt.Sprintf("%d×%d", p.H, p.W) }

// New rounds a size to whole pixels. Errors: a side below 1 or above MaxSide, more
// than MaxPixels, NaN.
func New(h, w float64) (Pixels, error) {
	h, w = math.Round(h), math.Round(w)
	switch {
	case !(h >= 1 && w >= 1): // NaN too
		return Pixels{}, fmt.Errorf("%.4g×%.4g pixels are too few; make it larger, or use an image that is less narrow", h, w)
	case h > MaxSide || w > MaxSide:
		return Pixels{}, fmt.Errorf("%.6g×%.6g pixels are too many; make it smaller: a side can have at most %d", h, w, MaxSide)
	case h*w > MaxPixels:
		return Pixels{}, fmt.Errorf("%.6g×%.6g pixels are too many; make it smaller: an image can have at most %d million", h, w, MaxPixels/1_000_000)
	}
	return Pixels{int(h), int(w)}, nil
}

// Times returns n·d, clamped to the longest Duration, 292 years. Neither may be
// negative.
func Times(n int, d time.Duration) time.Duration {
	if n > 0 && d > math.MaxInt64/time.Duration(n) {
		return math.MaxInt64
	}
	return time.Duration(n) * d
}

// Sum returns a + b, clamped to the longest Duration. Neither may be negative.
func Sum(a, b time.Duration) time.Duration {
	if a > math.MaxInt64-b {
		return math.MaxInt64
	}
	return a + b
}

// Seconds converts seconds to a Duration, clamped to the longest.
func Seconds(s float64) time.Duration {
	if s*float64(time.Second) >= math.MaxInt64 {
		return math.MaxInt64
	}
	return time.Duration(s * float64(time.Second))
}

// Text formats a time rounded to a multiple of round; the longest Duration is "more
// than 292 years".
func Text(d, round time.Duration) string {
	if d == math.MaxInt64 {
		return "more than 292 years"
	}
	return d.Round(round).String()
}

// Count formats a number of things: 1 trial, 2 trials. thing is a noun with a regular
// plural.
func Count(n int, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return fmt.Sprintf("%d %ss", n, thing)
}

// Bytes formats a number of bytes in MiB or GiB.
func Bytes(n int64) string {
	if n < 1<<30 {
		return fmt.Sprintf("%d MiB", n>>20)
	}
	return fmt.Sprintf("%.2f GiB", float64(n)/(1<<30))
}
