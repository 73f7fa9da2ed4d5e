package median

import (
	"math"
	"slices"
	"testing"
)

func TestOf(t *testing.T) {
	for _, c := range []struct {
		values []float64
		want   float64
	}{
		{[]float64{7}, 7},
		{[]float64{3, 1}, 2},
		{[]float64{9, 1, 4}, 4},
		{[]float64{8, 2, 6, 3}, 4.5},
		{[]float64{math.Inf(1), 1, 2}, 2},
	} {
		before := slices.Clone(c.values)
		if got := Of(c.values); got != c.want {
			t.Errorf("of %v: %g, want %g", c.values, got, c.want)
		}
		if !slices.Equal(c.values, before) {
			t.Errorf("%v are now %v", before, c.values)
		}
	}
	if got := Of(nil); !math.IsNaN(got) {
		t.Errorf("of nothing: %g, want NaN", got)
	}
}
