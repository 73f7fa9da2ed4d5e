package rmsprop

import (
	"context"
	"math"
	"testing"

	"runexp/framework"
)

// steps makes n steps at rate 0.01 with a constant gradient and returns the optimiser.
func steps(t *testing.T, c Config, x []float32, n int, gradient ...float32) framework.Optimizer {
	t.Helper()
	o, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	for range n {
		if _, err := o.Step(context.Background(), func(_ context.Context, _, grad []float32) (float64, error) {
			copy(grad, gradient)
			return 0, nil
		}, x, 0.01); err != nil {
			t.Fatal(err)
		}
	}
	return o
}

// TestTheVarianceIsNeverNegative: the variance of a constant gradient falls to 0, where the
// difference of the mean square and the squared mean may be below 0 in float32.
func TestTheVarianceIsNeverNegative(t *testing.T) {
	x, gradient := make([]float32, 100), make([]float32, 100)
	for i := range gradient {
		gradient[i] = float32(math.Sin(float64(i)))
	}
	steps(t, Config{Alpha: 0.99, Epsilon: 1, Centered: true}, x, 3000, gradient...)
	for i, v := range x {
		if math.IsNaN(float64(v)) {
			t.Errorf("x[%d] is %g", i, v)
		}
	}
}

// TestRestoreFromOtherOptions: a stage may carry the state of one with other options.
func TestRestoreFromOtherOptions(t *testing.T) {
	plain := Config{Alpha: 0.9, Epsilon: 1e-8}
	full := Config{Alpha: 0.9, Epsilon: 1e-8, Momentum: 0.5, Centered: true}
	square := func(o framework.Optimizer) float64 { return float64(o.State()[0].PerPixel[0]) }
	made := func(c Config, n int) framework.Optimizer { return steps(t, c, make([]float32, 2), n, 3, 0.5) }
	for name, c := range map[string]struct{ from, to Config }{"less": {full, plain}, "more": {plain, full}} {
		o := made(c.to, 0)
		state := made(c.from, 20).State()
		for i, s := range state { // a copy of an array that is not kept is empty, perhaps not nil
			state[i].PerPixel = append([]float32{}, s.PerPixel...)
		}
		if err := o.Restore(state); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if got, want := square(o), square(made(plain, 20)); math.Abs(got-want) > 1e-5*want {
			t.Errorf("%s: the mean square about 0 is %g, want %g", name, got, want)
		}
		for _, s := range o.State()[1:] {
			if len(s.PerPixel) != 0 {
				t.Errorf("%s: %s is kept", name, s.Name)
			}
		}
		x := make([]float32, 2)
		if _, err := o.Step(context.Background(), func(_ context.Context, _, grad []float32) (float64, error) {
			grad[0], grad[1] = 3, 0.5
			return 0, nil
		}, x, 0.01); err != nil || !(x[0] < 0 && x[1] < 0 && x[0] > -1) {
			t.Errorf("%s: then it steps to %v, error %v", name, x, err)
		}
	}
}

// TestStateArrays: the arrays counted are the gradient and those of the state.
func TestStateArrays(t *testing.T) {
	for _, c := range []Config{
		Defaults(), {Alpha: 0.9, Epsilon: 1, Momentum: 0.5}, {Alpha: 0.9, Epsilon: 1, Centered: true},
		{Alpha: 0.9, Epsilon: 1, Momentum: 0.5, Centered: true},
	} {
		o, held := steps(t, c, make([]float32, 2), 1, 1, 1), 1
		for _, s := range o.State() {
			if s.PerPixel != nil {
				held++
			}
		}
		if counted := o.(framework.Sizer).StateArrays(); counted != held {
			t.Errorf("%+v: %d arrays are counted, there are %d", c, counted, held)
		}
	}
}
