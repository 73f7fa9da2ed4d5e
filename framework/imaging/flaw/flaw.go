// Package flaw tells finished pictures that have failed from those that have not: by
// their pixels alone, whatever was optimised.
//
// A flaw must be beyond doubt. Styles are dark, pale, flat and gaudy, so most flaws are
// relative to the images that the picture was made from. The constants leave a factor of
// two or more on either side, to the photographs and paintings that this project is
// tested with and to the results of its recipes, and to pictures that were spoilt on
// purpose (flaw_test.go).
package flaw

import (
	"fmt"
	"math"

	"runexp/framework/imaging"
)

// A Kind is what is wrong with a picture.
type Kind string

// The kinds, in the order in which Find looks for them.
const (
	NotFinite Kind = "not finite"
	Unchanged Kind = "unchanged"
	Black     Kind = "black"
	Saturated Kind = "saturated"
	Grey      Kind = "grey" // or of any other single colour
)

const (
	// rounding is the mean absolute difference, in [0, 1], below which two pictures are the
	// same: half of one of 256 levels. The smallest step of a usual rate, 0.01 of a standard
	// deviation, is half a level; a run makes hundreds.
	rounding = 0.5 / 255
	// dark is the value below which a channel is black to the eye: 8 levels.
	dark = 8.0 / 255
	// mostlyDark is the share of black pixels of a picture that is black. The darkest
	// painting at hand, flowers on black, has 0.11, a night sky less.
	mostlyDark = 0.95
	// moreDark is how much more that must be than in any image the picture is made from.
	moreDark = 0.3
	// moreClipped is how much larger the share of channel values at 0 or 1 must be than in
	// any image the picture is made from. Results have 0.05 at most, an overexposed sky
	// 0.28 by itself, a rate a thousand times too large gives 0.55 after 60 iterations.
	moreClipped = 0.4
	// flat is the ratio of standard deviations of a picture and of the flattest image that
	// it is made from below which it hardly varies. Results have 0.6 and more, one that total
	// variation has smoothed away 0.23.
	flat = 0.3
	// flatAlone is the standard deviation below which a picture that is made from no image
	// hardly varies: 5 levels. The flattest photograph at hand has 0.12.
	flatAlone = 0.02
)

// A Flaw is what is wrong with a picture.
type Flaw struct {
	Kind Kind
	What string // that was measured, as a sentence without its subject
}

// Find returns the first flaw of a picture, and whether it has one. untouched, of the same
// size, is what the picture would be if nothing had moved it; nil if that is unknown.
// inputs are the content and style images that it is made from, of any size.
func Find(picture, untouched *imaging.Image, inputs []*imaging.Image) (Flaw, bool) {
	for i, v := range picture.Pix {
		if math.IsNaN(float64(v)) || math.IsInf(float64(v), 0) {
			return Flaw{NotFinite, fmt.Sprintf("value %d is %g", i, v)}, true
		}
	}
	if untouched != nil {
		if d := distance(picture, untouched); d < rounding {
			return Flaw{Unchanged, fmt.Sprintf("differs from its start by %.2g of 255 levels on average", 255*d)}, true
		}
	}
	own := measure(picture)
	blackest, mostClipped, flattest := 0.0, 0.0, math.Inf(1)
	for _, m := range inputs {
		s := measure(m)
		blackest, mostClipped, flattest = max(blackest, s.black), max(mostClipped, s.clipped), min(flattest, s.deviation)
	}
	least := flat * flattest
	if len(inputs) == 0 {
		least = flatAlone
	}
	switch {
	case own.black > mostlyDark && own.black > blackest+moreDark:
		return Flaw{Black, fmt.Sprintf("has %.0f%% black pixels", 100*own.black)}, true
	case own.clipped > mostClipped+moreClipped:
		return Flaw{Saturated, fmt.Sprintf("has %.0f%% of its values at 0 or 255, its images at most %.0f%%", 100*own.clipped, 100*mostClipped)}, true
	case own.deviation < least:
		return Flaw{Grey, fmt.Sprintf("hardly varies, by %.2g of 255 levels", 255*own.deviation)}, true
	}
	return Flaw{}, false
}

// distance is the mean absolute difference of two pictures, clamped to [0, 1].
func distance(a, b *imaging.Image) float64 {
	sum := 0.0
	for i, v := range a.Pix {
		sum += math.Abs(clamp(v) - clamp(b.Pix[i]))
	}
	return sum / float64(len(a.Pix))
}

// statistics of an image, clamped to [0, 1].
type statistics struct {
	black     float64 // share of pixels whose channels are all below dark
	clipped   float64 // share of channel values that 8 bits round to 0 or 255
	deviation float64 // √ of the mean variance of a channel
}

func measure(m *imaging.Image) statistics {
	const channels = imaging.Channels
	var s statistics
	var sum, squares [channels]float64
	n := float64(m.H * m.W)
	for i := 0; i < len(m.Pix); i += channels {
		black := true
		for c := range channels {
			v := clamp(m.Pix[i+c])
			sum[c] += v
			squares[c] += v * v
			black = black && v < dark
			if v < rounding || v > 1-rounding {
				s.clipped += 1 / (channels * n)
			}
		}
		if black {
			s.black += 1 / n
		}
	}
	for c := range channels {
		mean := sum[c] / n
		s.deviation += max(squares[c]/n-mean*mean, 0) / channels
	}
	s.deviation = math.Sqrt(s.deviation)
	return s
}

func clamp(v float32) float64 { return min(max(float64(v), 0), 1) }
