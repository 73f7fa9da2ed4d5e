package recolor

import (
	"encoding/json"
	"math"
	"os"
	"slices"
	"testing"

	"runexp/framework/imaging"
)

// arithmetic is the picture of testdata/histogram.py.
func arithmetic(h, w, k int) *imaging.Image {
	m := imaging.New(h, w)
	for i := range m.Pix {
		m.Pix[i] = float32((i*i*k+7*i)%61) / 61
	}
	return m
}

func TestHistogramIsNumpys(t *testing.T) {
	data, err := os.ReadFile("testdata/histogram.json")
	if err != nil {
		t.Fatal(err)
	}
	var want []float64
	if err := json.Unmarshal(data, &want); err != nil {
		t.Fatal(err)
	}
	to := arithmetic(11, 6, 5)
	for i, v := range to.Pix {
		to.Pix[i] = v * v
	}
	got := HistogramOf([]*imaging.Image{to}, []float64{1}).Apply(arithmetic(9, 8, 3))
	for i, v := range got.Pix {
		if math.Abs(float64(v)-want[i]) > 1e-6 {
			t.Fatalf("number %d is %g, numpy's %g", i, v, want[i])
		}
	}
}

// TestHistogramOfSeveral: weights are shares; a channel of one value stays one.
func TestHistogramOfSeveral(t *testing.T) {
	dark, light := imaging.New(1, 1), imaging.New(5, 5)
	for i := range light.Pix {
		light.Pix[i] = 1
	}
	ramp := arithmetic(20, 30, 1)
	out := HistogramOf([]*imaging.Image{dark, light}, []float64{1, 3}).Apply(ramp)
	below := 0
	for i := 0; i < len(out.Pix); i += channels {
		if out.Pix[i] < 0.5 {
			below++
		}
	}
	if share := float64(below) / 600; math.Abs(share-0.25) > 0.02 {
		t.Errorf("a share of %g is dark, want a quarter", share)
	}
	one := HistogramOf([]*imaging.Image{light}, []float64{1}).Apply(ramp)
	if slices.Min(one.Pix) != 1 || slices.Max(one.Pix) != 1 {
		t.Errorf("values from %g to %g, want 1", slices.Min(one.Pix), slices.Max(one.Pix))
	}
}
