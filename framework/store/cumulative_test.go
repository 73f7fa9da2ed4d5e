package store_test

import (
	"math"
	"slices"
	"testing"

	"runexp/framework/store"
)

func TestCumulative(t *testing.T) {
	for name, c := range map[string]struct{ have, want []float64 }{
		"one stage":                   {[]float64{1, 2, 3}, []float64{1, 2, 3}},
		"stages that were counted on": {[]float64{1, 3, 4, 9}, []float64{1, 3, 4, 9}},
		"a restart in each stage":     {[]float64{1, 3, 1, 2, 1, 5}, []float64{1, 3, 4, 5, 6, 10}},
		"nothing":                     {[]float64{}, []float64{}},
	} {
		var points []store.Point
		for step, v := range c.have {
			points = append(points, store.Point{Step: step, Value: v})
		}
		got := []float64{}
		for _, p := range store.Cumulative(points) {
			got = append(got, p.Value)
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
	if got := store.Cumulative([]store.Point{{Step: 0, Value: 2}, {Step: 1, Value: math.NaN()}, {Step: 2, Value: 3}}); !math.IsNaN(got[1].Value) || got[2].Value != 3 {
		t.Errorf("with NaN: %v", got)
	}
}
