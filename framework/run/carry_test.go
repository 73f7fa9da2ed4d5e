package run

import (
	"slices"
	"testing"

	"runexp/framework"
	"runexp/framework/imaging"
)

// TestCarriedMoments: with carry a stage starts with adam's step count, its mean resampled
// like a picture, and its mean square without negative numbers, where the bicubic has some.
func TestCarriedMoments(t *testing.T) {
	e := interrupted(t)["adam"]
	e.Stages[1].Carry = true
	p := prepare(t, e)
	before, after := p.sizes[0], p.sizes[1]
	mean, square := make([]float32, 3*before.H*before.W), make([]float32, 3*before.H*before.W)
	for i := range mean {
		mean[i] = float32(i%7) - 3
		square[i] = 1e-12
	}
	square[len(square)/2] = 1
	if err := p.optimize[0].Restore([]framework.Slot{
		{Name: "step", Scalars: []float64{42}}, {Name: "mean", PerPixel: mean}, {Name: "square", PerPixel: square},
	}); err != nil {
		t.Fatal(err)
	}
	if _, err := p.next(t.Context(), State{X: mean}, p.Stages()[1]); err != nil {
		t.Fatal(err)
	}
	got := p.optimize[1].State()
	if got[0].Scalars[0] != 42 {
		t.Errorf("the step count is %g, want 42", got[0].Scalars[0])
	}
	if want := imaging.Resample(mean, before.H, before.W, 3, after.H, after.W); !slices.Equal(got[1].PerPixel, want) {
		t.Error("the mean is not resampled bicubically")
	}
	if want := imaging.ResampleBilinear(square, before.H, before.W, 3, after.H, after.W); !slices.Equal(got[2].PerPixel, want) {
		t.Error("the mean square is not resampled bilinearly")
	}
	if slices.Min(imaging.Resample(square, before.H, before.W, 3, after.H, after.W)) >= 0 {
		t.Error("the bicubic has no negative numbers here: the test has no power")
	}
}
