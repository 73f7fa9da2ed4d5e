package optimizers

import (
	"context"
	"encoding/json"
	"math"
	"os"
	"testing"

	"runexp/framework"
	"runexp/optimizers/lbfgs"
)

// TestPathsOfLBFGSArePyTorchs compares points, losses and evaluations of each step with
// torch.optim.LBFGS's.
func TestPathsOfLBFGSArePyTorchs(t *testing.T) {
	data, err := os.ReadFile("testdata/paths.json")
	if err != nil {
		t.Fatal(err)
	}
	var golden map[string][]struct {
		Loss        float64
		X           []float64 // every seventh number
		Evaluations int
	}
	if err := json.Unmarshal(data, &golden); err != nil {
		t.Fatal(err)
	}
	rosenbrock := searched()["rosenbrock"].f
	ahead, near := make([]float32, dimensions), make([]float32, dimensions)
	for i := range ahead {
		ahead[i], near[i] = float32(1+spread(i)), float32(1+0.2*math.Sin(5*float64(i)))
	}
	cases := map[string]struct {
		f      framework.Objective
		start  []float32
		rate   float64
		search string
	}{
		"quadratic, none":              {quadratic(1.5), ahead, 0.3, "none"},
		"quadratic, torch":             {quadratic(2), ahead, 1, "torch"},
		"quadratic, torch, long steps": {quadratic(2), ahead, 30, "torch"},
		"rosenbrock, none":             {rosenbrock, near, 0.1, "none"},
		"rosenbrock, torch":            {rosenbrock, near, 0.1, "torch"},
		"funnel, none":                 {funnel(1.5, 100), ahead, 0.1, "none"},
		"funnel, torch":                {funnel(2, 20), ahead, 30, "torch"},
	}
	if len(golden) != len(cases) {
		t.Errorf("%d paths of PyTorch's, %d cases", len(golden), len(cases))
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			config := lbfgs.Defaults()
			config.LineSearch = c.search
			o, x, worst := of(t, lbfgs.New, config)(), append([]float32(nil), c.start...), 0.0
			if len(golden[name]) != 40 {
				t.Fatalf("%d steps of PyTorch's", len(golden[name]))
			}
			for i, want := range golden[name] {
				for j, v := range want.X {
					d := math.Abs(float64(x[7*j]) - v)
					if worst = max(worst, d); d > 1e-5 {
						t.Errorf("step %d: number %d of x is %g, PyTorch's %g", i, 7*j, x[7*j], v)
					}
				}
				outcome, err := o.Step(context.Background(), c.f, x, c.rate)
				if err != nil {
					t.Fatal(err)
				}
				if math.Abs(outcome.Loss-want.Loss) > 1e-4*max(1, math.Abs(want.Loss)) || outcome.Evals != want.Evaluations {
					t.Fatalf("step %d: loss %g after %d evaluations, PyTorch's %g after %d", i, outcome.Loss, outcome.Evals, want.Loss, want.Evaluations)
				}
			}
			t.Logf("x is within %.1g", worst)
		})
	}
}

// spread is from 0 to 1.
func spread(i int) float64 { return float64(i) / (dimensions - 1) }

// quadratic has a condition of 10 to the power of decades.
func quadratic(decades float64) framework.Objective {
	return func(_ context.Context, x, grad []float32) (float64, error) {
		loss := 0.0
		for i, v := range x {
			a, v := math.Pow(10, decades*spread(i)), float64(v)
			loss += a * v * v / 2
			grad[i] = float32(a * v)
		}
		return loss, nil
	}
}

// funnel is width·log(1 + quadratic/width), which is not convex beyond the width.
func funnel(decades, width float64) framework.Objective {
	q := quadratic(decades)
	return func(ctx context.Context, x, grad []float32) (float64, error) {
		loss, err := q(ctx, x, grad)
		for i, g := range grad {
			grad[i] = float32(float64(g) / (1 + loss/width))
		}
		return width * math.Log(1+loss/width), err
	}
}
