// Package adagrad is AdaGrad (Duchi, Hazan and Singer 2011, JMLR 12, with diagonal
// matrices), in PyTorch's form (torch.optim.Adagrad without weight decay) and with its defaults.
package adagrad

import (
	"context"
	"errors"
	"math"
	"slices"

	"runexp/framework"
)

// Config holds the options of the optimiser.
type Config struct {
	RateDecay    float64 `config:"lr_decay" doc:"the rate of step t = 0, 1, … is divided by 1 + lr_decay·t; at least 0"`
	InitialValue float64 `config:"initial_accumulator_value" doc:"where sums of squared gradients begin, at least 0; above 0 the first steps are shorter"`
	Epsilon      float64 `config:"epsilon" doc:"added to the root of the sum, in units of the gradient; positive"`
}

// Defaults returns PyTorch's options.
func Defaults() Config { return Config{Epsilon: 1e-10} }

// Validate reports options out of range.
func (c Config) Validate() error {
	return errors.Join(
		framework.InRange("lr_decay", c.RateDecay, 0, math.Inf(1)),
		framework.InRange("initial_accumulator_value", c.InitialValue, 0, math.Inf(1)),
		framework.Positive("epsilon", c.Epsilon),
	)
}

// Optimizer holds the sums. With g the gradient at step t = 0, 1, … and v the initial value at first:
//
//	v ← v + g²        x ← x − rate/(1 + decay·t) · g/(√v + ε)
//
// v only grows, so that steps shorten like 1/√t where gradients keep their size.
type Optimizer struct {
	c    Config
	t    float64
	g, v []float32 // gradient, sum of squares; one for each number of the variable
}

var (
	_ framework.Optimizer = (*Optimizer)(nil)
	_ framework.Sizer     = (*Optimizer)(nil)
)

// New returns an optimiser at step 0.
func New(c Config) (framework.Optimizer, error) { return &Optimizer{c: c}, nil }

// Step makes one update. It evaluates f once.
func (o *Optimizer) Step(ctx context.Context, f framework.Objective, x []float32, rate float64) (framework.Outcome, error) {
	if len(o.v) != len(x) {
		o.t, o.v = 0, slices.Repeat([]float32{float32(o.c.InitialValue)}, len(x))
	}
	if len(o.g) != len(x) {
		o.g = make([]float32, len(x))
	}
	loss, err := f(ctx, x, o.g)
	if err != nil {
		return framework.Outcome{Evals: 1}, err
	}
	step := rate / (1 + o.c.RateDecay*o.t)
	o.t++
	for i, g := range o.g {
		o.v[i] += float32(g * g)
		x[i] -= float32(step * float64(g) / (math.Sqrt(float64(o.v[i])) + o.c.Epsilon))
	}
	return framework.Outcome{Loss: loss, Evals: 1, Accepted: true}, nil
}

// StateArrays counts the gradient and the sums.
func (o *Optimizer) StateArrays() int { return 2 }

// State returns the step count and the sums.
func (o *Optimizer) State() []framework.Slot {
	return []framework.Slot{
		{Name: "step", Scalars: []float64{o.t}},
		{Name: "sum", PerPixel: o.v, Quantity: framework.NonNegative},
	}
}

// Restore copies state back.
func (o *Optimizer) Restore(state []framework.Slot) error {
	slots, err := framework.Slots(state, "step", "sum")
	if err != nil {
		return errors.Join(errors.New("adagrad"), err)
	}
	if len(slots[0].Scalars) != 1 {
		return errors.New("adagrad: the state has no step count")
	}
	o.t, o.v = slots[0].Scalars[0], slices.Clone(slots[1].PerPixel)
	return nil
}
