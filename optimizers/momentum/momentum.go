// Package momentum is gradient descent with momentum (Polyak 1964), in
// PyTorch's form (torch.optim.SGD without dampening).
package momentum

import (
	"context"
	"errors"
	"slices"

	"runexp/framework"
)

// Config holds the options of the optimiser.
type Config struct {
	Momentum float64 `config:"momentum" doc:"decay of the velocity per step, in [0, 1)"`
	Nesterov bool    `config:"nesterov" doc:"look ahead along the velocity (Nesterov 1983)"`
}

// Defaults returns the usual options.
func Defaults() Config { return Config{Momentum: 0.9} }

// Validate reports options out of range.
func (c Config) Validate() error { return framework.InRange("momentum", c.Momentum, 0, 1) }

// Optimizer holds the velocity. With g the gradient:
//
//	v ← μv + g        x ← x − rate·v        (Nesterov: x ← x − rate·(g + μv))
//
// The rate is not part of the velocity, so a schedule takes effect at once.
type Optimizer struct {
	c    Config
	g, v []float32 // gradient and velocity, [H·W·3]
}

var _ framework.Optimizer = (*Optimizer)(nil)

// New returns an optimiser with velocity 0.
func New(c Config) (framework.Optimizer, error) { return &Optimizer{c: c}, nil }

// Step makes one update. It evaluates f once.
func (o *Optimizer) Step(ctx context.Context, f framework.Objective, x []float32, rate float64) (framework.Outcome, error) {
	if len(o.v) != len(x) {
		o.v = make([]float32, len(x))
	}
	if len(o.g) != len(x) {
		o.g = make([]float32, len(x))
	}
	loss, err := f(ctx, x, o.g)
	if err != nil {
		return framework.Outcome{Evals: 1}, err
	}
	mu, step := float32(o.c.Momentum), float32(rate)
	for i, g := range o.g {
		o.v[i] = float32(mu*o.v[i]) + g
		move := o.v[i]
		if o.c.Nesterov {
			move = g + float32(mu*o.v[i])
		}
		x[i] -= float32(step * move)
	}
	return framework.Outcome{Loss: loss, Evals: 1, Accepted: true}, nil
}

// State returns the velocity.
func (o *Optimizer) State() []framework.Slot {
	return []framework.Slot{{Name: "velocity", PerPixel: o.v}}
}

// Restore copies state back.
func (o *Optimizer) Restore(state []framework.Slot) error {
	slots, err := framework.Slots(state, "velocity")
	if err != nil {
		return errors.Join(errors.New("momentum"), err)
	}
	o.v = slices.Clone(slots[0].PerPixel)
	return nil
}
