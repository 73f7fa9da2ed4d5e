package optimizers

import (
	"context"
	"math"
	"slices"
	"testing"

	"runexp/framework"
	"runexp/optimizers/lbfgs"
)

// dimensions of the functions of testdata/trace.py that are minimised.
const dimensions = 50

// searched returns those functions and where they start. Their minimum is 0.
func searched() map[string]struct {
	f     framework.Objective
	start []float32
} {
	start := func(at func(i int) float64) []float32 {
		x := make([]float32, dimensions)
		for i := range x {
			x[i] = float32(at(i))
		}
		return x
	}
	quartic := func(_ context.Context, x, grad []float32) (float64, error) {
		loss := 0.0
		for i, v := range x {
			a, v := 1+9*spread(i), float64(v)
			loss += a * v * v * v * v
			grad[i] = float32(4 * a * v * v * v)
		}
		return loss, nil
	}
	rosenbrock := func(_ context.Context, x, grad []float32) (float64, error) {
		loss := 0.0
		slope := make([]float64, len(x))
		for i := range len(x) - 1 {
			v, d := float64(x[i]), float64(x[i+1])-float64(x[i])*float64(x[i])
			loss += 100*d*d + (1-v)*(1-v)
			slope[i] += -400*d*v - 2*(1-v)
			slope[i+1] += 200 * d
		}
		for i := range grad {
			grad[i] = float32(slope[i])
		}
		return loss, nil
	}
	quadratic := func(_ context.Context, x, grad []float32) (float64, error) {
		loss := 0.0
		for i, v := range x {
			a, v := math.Pow(10, 4*spread(i)), float64(v)
			loss += a * v * v / 2
			grad[i] = float32(a * v)
		}
		return loss, nil
	}
	ahead := start(func(i int) float64 { return 1 + spread(i) })
	return map[string]struct {
		f     framework.Objective
		start []float32
	}{
		"quartic":                {quartic, ahead},
		"rosenbrock":             {rosenbrock, start(func(i int) float64 { return -1.2 + 2.2*float64(i%2) })},
		"badly scaled quadratic": {quadratic, ahead},
	}
}

// TestSearchesAreAsShortAsPyTorchs counts evaluations until the loss is a millionth of its
// start. An x asked for twice in a row counts once, as a run caches the last evaluation.
func TestSearchesAreAsShortAsPyTorchs(t *testing.T) {
	golden := readGolden(t).Searches
	for name, c := range searched() {
		t.Run(name, func(t *testing.T) {
			want, x := golden[name], slices.Clone(c.start)
			var last []float32
			evaluations, reached, asked, steps, lowest := 0, 0, 0, 0, math.Inf(1)
			counting := func(ctx context.Context, x, grad []float32) (float64, error) {
				loss, err := c.f(ctx, x, grad)
				if asked++; !slices.Equal(x, last) {
					evaluations++
				}
				last = append(last[:0], x...)
				if lowest = min(lowest, loss); reached == 0 && loss <= 1e-6*want.Start {
					reached = evaluations
				}
				return loss, err
			}
			for o := of(t, lbfgs.New, lbfgs.Defaults())(); steps < 1000; steps++ {
				outcome, err := o.Step(context.Background(), counting, x, 1)
				if err != nil {
					t.Fatal(err)
				}
				if steps == 0 && math.Abs(outcome.Loss-want.Start) > 1e-5*want.Start {
					t.Fatalf("the loss at the start is %g, PyTorch's %g", outcome.Loss, want.Start)
				}
				if outcome.Done {
					break
				}
			}
			t.Logf("reached in %d evaluations, PyTorch's %d; to %g, PyTorch's %g; %d steps, %d calls, %d evaluations",
				reached, want.Evaluations, lowest, want.End, steps, asked, evaluations)
			if reached == 0 || reached > want.Evaluations*3/2 {
				t.Errorf("a millionth is reached after %d evaluations, PyTorch's %d", reached, want.Evaluations)
			}
			if !(lowest <= 1e-12*want.Start) {
				t.Errorf("from %g to %g, PyTorch's %g", want.Start, lowest, want.End)
			}
		})
	}
}
