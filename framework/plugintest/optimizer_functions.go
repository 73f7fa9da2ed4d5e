package plugintest

import (
	"context"
	"errors"
	"math"
)

var errOnPurpose = errors.New("on purpose")

// A function is Σ aᵢ(xᵢ − bᵢ)ᵖ with b = sin 0, sin 1, … and a between low and
// high, from element to element in turn.
type function struct {
	name      string
	power     float64
	low, high float64
}

// functions are a convex quadratic of condition 100 and a convex quartic.
func functions() []function {
	return []function{{"quadratic", 2, 0.05, 5}, {"quartic", 4, 0.1, 1}}
}

// start is about 1 off the minimum in every element, on either side.
func (f function) start() []float32 {
	x := make([]float32, 12)
	for i := range x {
		x[i] = float32(math.Sin(float64(i))) + [2]float32{1, -1.1}[i%2]
	}
	return x
}

func (f function) objective(ctx context.Context, x, grad []float32) (float64, error) {
	loss := 0.0
	for i, v := range x {
		a := f.low * math.Pow(f.high/f.low, float64(i%12)/11)
		d := float64(v) - math.Sin(float64(i%12))
		loss += a * math.Pow(d, f.power)
		grad[i] = float32(f.power * a * math.Pow(d, f.power-1))
	}
	return loss, ctx.Err()
}

// value is the loss at x.
func (f function) value(x []float32) float64 {
	loss, _ := f.objective(context.Background(), x, make([]float32, len(x)))
	return loss
}

// sameBits compares bitwise: 0 and −0 differ, and a NaN equals itself.
func sameBits(a, b []float32) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if math.Float32bits(a[i]) != math.Float32bits(b[i]) {
			return false
		}
	}
	return true
}

func allFinite(x []float32) bool {
	for _, v := range x {
		if math.IsNaN(float64(v)) || math.IsInf(float64(v), 0) {
			return false
		}
	}
	return true
}
