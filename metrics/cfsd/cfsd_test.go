package cfsd

import (
	"math"
	"slices"
	"testing"

	"runexp/framework/compute"
	"runexp/framework/measure"
)

func TestGrid(t *testing.T) {
	for _, c := range []struct {
		n, step int
		want    []int
	}{{5, 1, []int{0, 1, 2, 3, 4}}, {7, 3, []int{0, 3, 6}}, {9, 3, []int{1, 4, 7}}, {2, 5, []int{0}}} {
		if got := grid(c.n, c.step); !slices.Equal(got, c.want) {
			t.Errorf("every %d of %d places: %v, want %v", c.step, c.n, got, c.want)
		}
	}
	// 40×60 features are sampled, but what is sampled is on the grid.
	f := make([]float32, 40*60)
	for i := range f {
		f[i] = float32(i%60 + i/60*100)
	}
	s := similarities(compute.Plain[float32]{}, measure.Features{H: 40, W: 60, C: 1, Values: f})
	rows, columns := grid(40, 2), grid(60, 2)
	places := len(rows) * len(columns)
	if len(s) != places*places || places > mostPlaces {
		t.Fatalf("%d similarities of %d places", len(s), places)
	}
	first, last := float64(f[rows[0]*60+columns[0]]), float64(f[rows[19]*60+columns[29]])
	if got := float64(s[places-1]); math.Abs(got-first*last) > 1e-6*first*last {
		t.Errorf("similarity %g of the first place and the last, want %g", got, first*last)
	}
}
