package run

import "math"

// An average is the bias-corrected exponential moving average of a stage's iterates
// x₁ … x_n with decay d:
//
//	(1 − d)/(1 − dⁿ) · Σ_i dⁿ⁻ⁱ · x_i
//
// sum is (1 − d)·Σ_i dⁿ⁻ⁱ·x_i. A decay of 0 disables it.
type average struct {
	decay float64
	sum   []float32 // nil before the first iterate
}

// add adds the iterate x.
func (a *average) add(x []float32) {
	if a.decay == 0 {
		return
	}
	if a.sum == nil {
		a.sum = make([]float32, len(x))
	}
	for i, v := range x {
		a.sum[i] = float32(a.decay*float64(a.sum[i]) + (1-a.decay)*float64(v))
	}
}

// of writes the average of the n added iterates into x, which is unchanged without any.
func (a *average) of(x []float32, n int) {
	if a.sum == nil || n == 0 {
		return
	}
	weight := 1 - math.Pow(a.decay, float64(n))
	for i, v := range a.sum {
		x[i] = float32(float64(v) / weight)
	}
}
