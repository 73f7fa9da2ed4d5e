// Package moments is what Adam and AdamW have in common: steps by bias-corrected
// moments of the gradient (Kingma and Ba 2015, arXiv:1412.6980, algorithm 1), with
// weight decay beside them (Loshchilov and Hutter 2019, arXiv:1711.05101, algorithm 2).
package moments

import (
	"context"
	"errors"
	"math"
	"slices"

	"runexp/framework"
)

// Options are those of the plugins, whose keys have the same names.
type Options struct {
	Beta1, Beta2 float64 // decay of the mean and of the mean square, in [0, 1)
	Epsilon      float64 // in units of the gradient, positive
	WeightDecay  float64 // share of x per step and unit of the rate, at least 0
}

// Validate reports options out of range.
func (c Options) Validate() error {
	return errors.Join(
		framework.InRange("beta1", c.Beta1, 0, 1),
		framework.InRange("beta2", c.Beta2, 0, 1),
		framework.Positive("epsilon", c.Epsilon),
		framework.InRange("weight_decay", c.WeightDecay, 0, math.Inf(1)),
	)
}

// Optimizer holds the moments. With g the gradient at step t = 1, 2, … and λ the weight decay:
//
//	m ← β₁m + (1−β₁)g        v ← β₂v + (1−β₂)g²
//	x ← (1 − rate·λ)x − rate · (m/(1−β₁ᵗ)) / (√(v/(1−β₂ᵗ)) + ε)
//
// As in PyTorch and unlike in the second paper, the rate is a factor of the decay.
type Optimizer struct {
	c       Options
	t       float64
	g, m, v []float32 // gradient, mean, mean square; one for each number of the variable
}

var (
	_ framework.Optimizer = (*Optimizer)(nil)
	_ framework.Sizer     = (*Optimizer)(nil)
)

// New returns an optimiser at step 0.
func New(c Options) *Optimizer { return &Optimizer{c: c} }

// Step makes one update. It evaluates f once.
func (o *Optimizer) Step(ctx context.Context, f framework.Objective, x []float32, rate float64) (framework.Outcome, error) {
	if len(o.m) != len(x) {
		o.m, o.v = make([]float32, len(x)), make([]float32, len(x))
	}
	if len(o.g) != len(x) {
		o.g = make([]float32, len(x))
	}
	loss, err := f(ctx, x, o.g)
	if err != nil {
		return framework.Outcome{Evals: 1}, err
	}
	o.t++
	b1, b2 := float32(o.c.Beta1), float32(o.c.Beta2)
	a1, a2 := float32(1-o.c.Beta1), float32(1-o.c.Beta2)
	step := rate / (1 - math.Pow(o.c.Beta1, o.t))
	root := math.Sqrt(1 - math.Pow(o.c.Beta2, o.t))
	kept := float32(1 - rate*o.c.WeightDecay) // exactly 1 without decay
	for i, g := range o.g {
		o.m[i] = float32(b1*o.m[i]) + float32(a1*g)
		o.v[i] = float32(b2*o.v[i]) + float32(float32(a2*g)*g)
		x[i] = float32(kept*x[i]) - float32(step*float64(o.m[i])/(math.Sqrt(float64(o.v[i]))/root+o.c.Epsilon))
	}
	return framework.Outcome{Loss: loss, Evals: 1, Accepted: true}, nil
}

// StateArrays counts the gradient and the moments.
func (o *Optimizer) StateArrays() int { return 3 }

// State returns the step count and the moments.
func (o *Optimizer) State() []framework.Slot {
	return []framework.Slot{
		{Name: "step", Scalars: []float64{o.t}},
		{Name: "mean", PerPixel: o.m},
		{Name: "square", PerPixel: o.v, Quantity: framework.NonNegative},
	}
}

// Restore copies state back.
func (o *Optimizer) Restore(state []framework.Slot) error {
	slots, err := framework.Slots(state, "step", "mean", "square")
	if err != nil {
		return err
	}
	if len(slots[0].Scalars) != 1 || len(slots[1].PerPixel) != len(slots[2].PerPixel) {
		return errors.New("the state of the moments is not complete")
	}
	o.t, o.m, o.v = slots[0].Scalars[0], slices.Clone(slots[1].PerPixel), slices.Clone(slots[2].PerPixel)
	return nil
}
