package sizes_test

import (
	"math"
	"slices"
	"testing"

	"runexp/framework/sizes"
)

func TestScales(t *testing.T) {
	for _, c := range []struct {
		from, to int
		factor   float64
		want     []int
	}{
		{128, 512, 1.414, []int{128, 181, 256, 362, 512}}, // crowsonkb's
		{128, 512, math.Sqrt2, []int{128, 181, 256, 362, 512}},
		{64, 512, 2, []int{64, 128, 256, 512}}, // STROTSS's
		{129, 512, 2, []int{256, 512}},
		{128, 100, 2, []int{100}},
		{512, 512, 2, []int{512}},
		{1, 3, 1.2, []int{1, 2, 3}},
		{1, 1, 1e300, []int{1}},
	} {
		if got, err := sizes.Scales(c.from, c.to, c.factor); err != nil || !slices.Equal(got, c.want) {
			t.Errorf("from %d to %d by %g: %v, %v; want %v", c.from, c.to, c.factor, got, err, c.want)
		}
	}
	for _, factor := range []float64{1.001, math.Nextafter(1, 2)} {
		if got, err := sizes.Scales(1, sizes.MaxSide, factor); err == nil {
			t.Errorf("factor %g: %d stages", factor, len(got))
		}
	}
}
