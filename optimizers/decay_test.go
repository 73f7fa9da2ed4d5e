package optimizers

import (
	"context"
	"math"
	"testing"

	"runexp/optimizers/adamw"
)

// TestWeightDecay: where the gradient is 0, every step multiplies x by 1 − rate·λ.
func TestWeightDecay(t *testing.T) {
	flat := func(_ context.Context, _, grad []float32) (float64, error) {
		clear(grad)
		return 1, nil
	}
	c := adamw.Defaults()
	c.WeightDecay = 0.5
	o, start := of(t, adamw.New, c)(), []float32{1, -2, 0, 300}
	x := append([]float32(nil), start...)
	for n := 1; n <= 10; n++ {
		if _, err := o.Step(context.Background(), flat, x, 0.2); err != nil {
			t.Fatal(err)
		}
		for i, v := range start {
			if want := float64(v) * math.Pow(0.9, float64(n)); math.Abs(float64(x[i])-want) > 1e-5*math.Abs(want) {
				t.Fatalf("step %d: %g became %g, want %g", n, v, x[i], want)
			}
		}
	}
}
