package run

import "math"

// An average is the bias-corrected exponential moving average with decay d of a stage's
// pictures: x₀, which it starts from, and the iterates x₁ … x_n−1,
//
//	(1 − d)/(1 − dⁿ) · Σ_i dⁿ⁻¹⁻ⁱ · x_i
//
// sum is (1 − d)·Σ_i dⁿ⁻¹⁻ⁱ·x_i. The start counts as in style-transfer-pytorch
// (crowsonkb). A decay of 0 disables it.
type average struct {
	decay float64
	sum   []float32 // nil if n is 0
	n     int
}

// add adds x.
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
	a.n++
}

// of writes the average into x, which is unchanged without one.
func (a *average) of(x []float32) {
	if a.n == 0 {
		return
	}
	weight := 1 - math.Pow(a.decay, float64(a.n))
	for i, v := range a.sum {
		x[i] = float32(float64(v) / weight)
	}
}
