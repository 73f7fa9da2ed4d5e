package optimizers

import (
	"context"
	"encoding/json"
	"math"
	"os"
	"testing"

	"runexp/framework"
	"runexp/framework/plugintest"
	"runexp/optimizers/adagrad"
	"runexp/optimizers/adam"
	"runexp/optimizers/adamw"
	"runexp/optimizers/lbfgs"
	"runexp/optimizers/momentum"
	"runexp/optimizers/rmsprop"
)

// quartic is the objective of testdata/trace.py.
func quartic(_ context.Context, x, grad []float32) (float64, error) {
	a, b := [4]float64{1, 10, 0.1, 3}, [4]float64{0.5, -0.25, 2, 0}
	loss := 0.0
	for i, v := range x {
		d := float64(v) - b[i]
		loss += a[i] * d * d * d * d
		grad[i] = float32(4 * a[i] * d * d * d)
	}
	p := float64(x[0]) * float64(x[1])
	grad[0] += float32(3 * math.Cos(p) * float64(x[1]))
	grad[1] += float32(3 * math.Cos(p) * float64(x[0]))
	return loss + 3*math.Sin(p), nil
}

// optimizer is a test case, not necessarily of testdata/trace.py.
type optimizer struct {
	fresh func() framework.Optimizer
	rate  float64
}

// traced returns the cases whose steps are compared with PyTorch's.
func traced(t *testing.T) map[string]optimizer {
	t.Helper()
	return map[string]optimizer{
		"adagrad":                      {of(t, adagrad.New, adagrad.Defaults()), 0.1},
		"adagrad, other options":       {of(t, adagrad.New, adagrad.Config{RateDecay: 0.05, InitialValue: 0.5, Epsilon: 1e-2}), 0.1},
		"adam":                         {of(t, adam.New, adam.Defaults()), 0.05},
		"adam, other options":          {of(t, adam.New, adam.Config{Beta1: 0.8, Beta2: 0.95, Epsilon: 1e-3}), 0.02},
		"adamw":                        {of(t, adamw.New, adamw.Defaults()), 0.05},
		"adamw, other options":         {of(t, adamw.New, adamw.Config{Beta1: 0.8, Beta2: 0.95, Epsilon: 1e-3, WeightDecay: 2}), 0.02},
		"momentum":                     {of(t, momentum.New, momentum.Defaults()), 0.003},
		"nesterov":                     {of(t, momentum.New, momentum.Config{Momentum: 0.7, Nesterov: true}), 0.003},
		"rmsprop":                      {of(t, rmsprop.New, rmsprop.Defaults()), 0.02},
		"rmsprop, other options":       {of(t, rmsprop.New, rmsprop.Config{Alpha: 0.9, Epsilon: 1e-2}), 0.02},
		"rmsprop, momentum":            {of(t, rmsprop.New, rmsprop.Config{Alpha: 0.99, Epsilon: 1e-8, Momentum: 0.7}), 0.005},
		"rmsprop, centered":            {of(t, rmsprop.New, rmsprop.Config{Alpha: 0.9, Epsilon: 1e-8, Centered: true}), 0.01},
		"rmsprop, centered, momentum":  {of(t, rmsprop.New, rmsprop.Config{Alpha: 0.95, Epsilon: 1e-8, Momentum: 0.5, Centered: true}), 0.005},
		"lbfgs, fixed step":            {of(t, lbfgs.New, fixedStep(10)), 0.5},
		"lbfgs, fixed step, history 3": {of(t, lbfgs.New, fixedStep(3)), 0.5},
	}
}

func fixedStep(history int) lbfgs.Config {
	c := lbfgs.Defaults()
	c.LineSearch, c.History = "none", history
	return c
}

// of returns a function that makes optimisers with the options c.
func of[C any](t *testing.T, build func(C) (framework.Optimizer, error), c C) func() framework.Optimizer {
	t.Helper()
	return func() framework.Optimizer {
		o, err := build(c)
		if err != nil {
			t.Fatal(err)
		}
		return o
	}
}

// golden is testdata/trace.json.
type golden struct {
	Traces map[string][]struct {
		Loss float64
		X    []float64
	}
	Searches map[string]struct {
		Start, End  float64
		Evaluations int
	}
}

func readGolden(t *testing.T) golden {
	t.Helper()
	data, err := os.ReadFile("testdata/trace.json")
	if err != nil {
		t.Fatal(err)
	}
	var g golden
	if err := json.Unmarshal(data, &g); err != nil {
		t.Fatal(err)
	}
	return g
}

func TestTracesArePyTorchs(t *testing.T) {
	traces := readGolden(t).Traces
	for name, c := range traced(t) {
		t.Run(name, func(t *testing.T) {
			o, x := c.fresh(), []float32{0, 0, 0, 1}
			if len(traces[name]) == 0 {
				t.Fatal("no trace of PyTorch's")
			}
			for i, want := range traces[name] {
				for j := range x {
					if math.Abs(float64(x[j])-want.X[j]) > 1e-5 {
						t.Fatalf("step %d: x = %v, PyTorch's %v", i, x, want.X)
					}
				}
				outcome, err := o.Step(context.Background(), quartic, x, c.rate)
				if err != nil {
					t.Fatal(err)
				}
				if math.Abs(outcome.Loss-want.Loss) > 1e-4*max(1, math.Abs(want.Loss)) {
					t.Fatalf("step %d: loss %g, PyTorch's %g", i, outcome.Loss, want.Loss)
				}
			}
		})
	}
}

func TestEveryOptimizerKeepsTheContract(t *testing.T) {
	cases := traced(t)
	cases["lbfgs"] = optimizer{of(t, lbfgs.New, lbfgs.Defaults()), 1}
	short := lbfgs.Defaults()
	short.History = 2
	torch := lbfgs.Defaults()
	torch.LineSearch = "torch"
	cases["lbfgs, torch's search"] = optimizer{of(t, lbfgs.New, torch), 1}
	cases["lbfgs, history 2"] = optimizer{of(t, lbfgs.New, short), 1}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) { plugintest.Optimizer(t, c.fresh, c.rate) })
	}
}

func TestOptionsOutOfRange(t *testing.T) {
	search := func(change func(*lbfgs.Config)) lbfgs.Config {
		c := lbfgs.Defaults()
		change(&c)
		return c
	}
	for _, c := range []interface{ Validate() error }{
		adagrad.Config{}, adagrad.Config{RateDecay: -1, Epsilon: 1e-8}, adagrad.Config{InitialValue: math.Inf(1), Epsilon: 1e-8},
		adam.Config{Beta1: 1, Beta2: 0.9, Epsilon: 1e-8}, adam.Config{Beta1: 0.9, Beta2: -0.1, Epsilon: 1e-8},
		adam.Config{Beta1: 0.9, Beta2: 0.9}, adam.Config{Beta1: math.NaN(), Beta2: 0.9, Epsilon: 1e-8},
		adamw.Config{Beta1: 1, Beta2: 0.9, Epsilon: 1e-8}, adamw.Config{Beta1: 0.9, Beta2: 0.9, Epsilon: 1e-8, WeightDecay: -0.1},
		adamw.Config{Beta1: 0.9, Beta2: 0.9, Epsilon: 1e-8, WeightDecay: math.Inf(1)},
		momentum.Config{Momentum: 1},
		rmsprop.Config{Alpha: 1, Epsilon: 1e-8}, rmsprop.Config{Alpha: 0.9}, rmsprop.Config{Alpha: 0.9, Epsilon: 1e-8, Momentum: 1},
		search(func(c *lbfgs.Config) { c.History = 0 }), search(func(c *lbfgs.Config) { c.LineSearch = "wolfe" }),
		search(func(c *lbfgs.Config) { c.Decrease = 0 }), search(func(c *lbfgs.Config) { c.Decrease = 0.95 }),
		search(func(c *lbfgs.Config) { c.Curvature = 1 }), search(func(c *lbfgs.Config) { c.Curvature = math.NaN() }),
		search(func(c *lbfgs.Config) { c.MaxEvaluations = 0 }),
	} {
		if c.Validate() == nil {
			t.Errorf("%+v is accepted", c)
		}
	}
	for _, c := range []interface{ Validate() error }{adagrad.Defaults(), adam.Defaults(), adamw.Defaults(), momentum.Defaults(), rmsprop.Defaults(), lbfgs.Defaults(), fixedStep(1)} {
		if err := c.Validate(); err != nil {
			t.Error(err)
		}
	}
}
