// Package rmsprop is RMSProp (Tieleman and Hinton 2012, Coursera lecture 6.5), optionally
// centred and with momentum (Graves 2013, arXiv:1308.0850, equations 38 to 45), in PyTorch's
// form (torch.optim.RMSprop without weight decay) and with its defaults.
package rmsprop

import (
	"context"
	"errors"
	"math"
	"slices"

	"runexp/framework"
)

// Config holds the options of the optimiser.
type Config struct {
	Alpha    float64 `config:"alpha" doc:"decay of the mean of squared gradients, in [0, 1)"`
	Epsilon  float64 `config:"epsilon" doc:"added to the root of the mean square, in units of the gradient; positive"`
	Momentum float64 `config:"momentum" doc:"decay of the velocity per step, in [0, 1)"`
	Centered bool    `config:"centered" doc:"divide by the standard deviation of gradients instead of the root of their mean square"`
}

// Defaults returns PyTorch's options.
func Defaults() Config { return Config{Alpha: 0.99, Epsilon: 1e-8} }

// Validate reports options out of range.
func (c Config) Validate() error {
	return errors.Join(
		framework.InRange("alpha", c.Alpha, 0, 1),
		framework.Positive("epsilon", c.Epsilon),
		framework.InRange("momentum", c.Momentum, 0, 1),
	)
}

// Optimizer holds the moments and the velocity. With g the gradient, and m = 0 unless centred:
//
//	v ← αv + α(1−α)(g − m)²        m ← αm + (1−α)g        centred
//	v ← αv + (1−α)g²                                      otherwise
//	u ← μu + g/(√v + ε)            x ← x − rate·u
//
// PyTorch has the mean square s and takes v = s − m². That is the same number, but in float32
// it may be below 0, as it may be after s and m are resampled. Updated as above it never is.
type Optimizer struct {
	c          Config
	g, v, m, u []float32 // gradient, mean square (about m), mean, velocity; one for each number of the variable
}

var (
	_ framework.Optimizer = (*Optimizer)(nil)
	_ framework.Sizer     = (*Optimizer)(nil)
)

// New returns an optimiser with moments and velocity 0.
func New(c Config) (framework.Optimizer, error) { return &Optimizer{c: c}, nil }

// Step makes one update. It evaluates f once.
func (o *Optimizer) Step(ctx context.Context, f framework.Objective, x []float32, rate float64) (framework.Outcome, error) {
	if len(o.v) != len(x) {
		o.v, o.m, o.u = make([]float32, len(x)), nil, nil
	}
	if o.c.Centered && o.m == nil {
		o.m = make([]float32, len(x))
	}
	if o.c.Momentum > 0 && o.u == nil {
		o.u = make([]float32, len(x))
	}
	if len(o.g) != len(x) {
		o.g = make([]float32, len(x))
	}
	loss, err := f(ctx, x, o.g)
	if err != nil {
		return framework.Outcome{Evals: 1}, err
	}
	alpha, rest, mu, step := float32(o.c.Alpha), float32(1-o.c.Alpha), float32(o.c.Momentum), float32(rate)
	spread := float32(o.c.Alpha * (1 - o.c.Alpha))
	for i, g := range o.g {
		if o.c.Centered {
			d := g - o.m[i]
			o.v[i] = float32(alpha*o.v[i]) + float32(float32(spread*d)*d)
			o.m[i] = float32(alpha*o.m[i]) + float32(rest*g)
		} else {
			o.v[i] = float32(alpha*o.v[i]) + float32(float32(rest*g)*g)
		}
		move := float32(float64(g) / (math.Sqrt(float64(o.v[i])) + o.c.Epsilon))
		if o.u != nil {
			o.u[i] = float32(mu*o.u[i]) + move
			move = o.u[i]
		}
		x[i] -= float32(step * move)
	}
	return framework.Outcome{Loss: loss, Evals: 1, Accepted: true}, nil
}

// StateArrays counts the gradient, the mean square and what the options add.
func (o *Optimizer) StateArrays() int {
	n := 2
	if o.c.Centered {
		n++
	}
	if o.c.Momentum > 0 {
		n++
	}
	return n
}

// State returns the moments and the velocity; those that the options do without are empty.
func (o *Optimizer) State() []framework.Slot {
	return []framework.Slot{
		{Name: "square", PerPixel: o.v, Quantity: framework.NonNegative},
		{Name: "mean", PerPixel: o.m},
		{Name: "velocity", PerPixel: o.u},
	}
}

// Restore copies state back. It may be of other options, since a stage may carry the
// state of one that has others: what was not kept is 0, what is not needed is dropped.
func (o *Optimizer) Restore(state []framework.Slot) error {
	slots, err := framework.Slots(state, "square", "mean", "velocity")
	if err != nil {
		return errors.Join(errors.New("rmsprop"), err)
	}
	v := slices.Clone(slots[0].PerPixel)
	for _, s := range slots[1:] {
		if n := len(s.PerPixel); n != 0 && n != len(v) {
			return errors.New("rmsprop: the state is not complete")
		}
	}
	o.v, o.m, o.u = v, nil, nil
	if mean := slots[1].PerPixel; o.c.Centered && len(mean) > 0 {
		o.m = slices.Clone(mean)
	} else {
		for i, m := range mean { // the mean square about 0
			o.v[i] += float32(m * m)
		}
	}
	if velocity := slots[2].PerPixel; o.c.Momentum > 0 && len(velocity) > 0 {
		o.u = slices.Clone(velocity)
	}
	return nil
}
