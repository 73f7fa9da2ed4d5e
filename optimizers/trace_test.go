package optimizers

import (
	"context"
	"encoding/json"
	"math"
	"os"
	"slices"
	"testing"

	"runexp/framework"
	"runexp/optimizers/adam"
	"runexp/optimizers/momentum"
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

// optimizer is one case of testdata/trace.py.
type optimizer struct {
	make func() framework.Optimizer
	rate float64
}

func optimizers(t *testing.T) map[string]optimizer {
	t.Helper()
	must := func(o framework.Optimizer, err error) framework.Optimizer {
		if err != nil {
			t.Fatal(err)
		}
		return o
	}
	return map[string]optimizer{
		"adam": {func() framework.Optimizer { return must(adam.New(adam.Defaults())) }, 0.05},
		"adam, other options": {func() framework.Optimizer {
			return must(adam.New(adam.Config{Beta1: 0.8, Beta2: 0.95, Epsilon: 1e-3}))
		}, 0.02},
		"momentum": {func() framework.Optimizer { return must(momentum.New(momentum.Defaults())) }, 0.003},
		"nesterov": {func() framework.Optimizer { return must(momentum.New(momentum.Config{Momentum: 0.7, Nesterov: true})) }, 0.003},
	}
}

func TestTracesArePyTorchs(t *testing.T) {
	data, err := os.ReadFile("testdata/trace.json")
	if err != nil {
		t.Fatal(err)
	}
	var golden struct {
		Traces map[string][]struct {
			Loss float64
			X    []float64
		}
	}
	if err := json.Unmarshal(data, &golden); err != nil {
		t.Fatal(err)
	}
	for name, c := range optimizers(t) {
		t.Run(name, func(t *testing.T) {
			o, x := c.make(), []float32{0, 0, 0, 1}
			if len(golden.Traces[name]) == 0 {
				t.Fatal("no trace of PyTorch's")
			}
			for i, want := range golden.Traces[name] {
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

// TestRestoreGoesOnWithTheSameBits stops in the middle and goes on in another
// optimiser with the state of the first.
func TestRestoreGoesOnWithTheSameBits(t *testing.T) {
	for name, c := range optimizers(t) {
		t.Run(name, func(t *testing.T) {
			steps := func(o framework.Optimizer, x []float32, n int) {
				for range n {
					if _, err := o.Step(context.Background(), quartic, x, c.rate); err != nil {
						t.Fatal(err)
					}
				}
			}
			whole, x := c.make(), []float32{0, 0, 0, 1}
			steps(whole, x, 7)
			second, y := c.make(), slices.Clone(x)
			if err := second.Restore(whole.State()); err != nil {
				t.Fatal(err)
			}
			steps(whole, x, 7) // must not disturb the copy
			steps(second, y, 7)
			if !slices.Equal(x, y) {
				t.Errorf("went on to %v, undisturbed to %v", y, x)
			}
			if err := second.Restore([]framework.Slot{{Name: "nonsense"}}); err == nil {
				t.Error("a state of something else was taken")
			}
		})
	}
}

func TestErrorLeavesThePictureAlone(t *testing.T) {
	for name, c := range optimizers(t) {
		x := []float32{1, 2, 3, 4}
		_, err := c.make().Step(context.Background(), func(context.Context, []float32, []float32) (float64, error) {
			return 0, os.ErrInvalid
		}, x, c.rate)
		if err == nil || !slices.Equal(x, []float32{1, 2, 3, 4}) {
			t.Errorf("%s: error %v, x = %v", name, err, x)
		}
	}
}

func TestOptionsOutOfRange(t *testing.T) {
	for _, c := range []interface{ Validate() error }{
		adam.Config{Beta1: 1, Beta2: 0.9, Epsilon: 1e-8}, adam.Config{Beta1: 0.9, Beta2: -0.1, Epsilon: 1e-8},
		adam.Config{Beta1: 0.9, Beta2: 0.9}, adam.Config{Beta1: math.NaN(), Beta2: 0.9, Epsilon: 1e-8},
		momentum.Config{Momentum: 1},
	} {
		if c.Validate() == nil {
			t.Errorf("%+v is valid", c)
		}
	}
	if err := adam.Defaults().Validate(); err != nil {
		t.Error(err)
	}
	if err := momentum.Defaults().Validate(); err != nil {
		t.Error(err)
	}
}
