// Package schedules defines and lists the built-in learning rate schedules.
package schedules

import (
	"errors"
	"math"

	"runexp/framework"
)

// Registry returns a new registry of all schedules.
func Registry() *framework.Registry[framework.Schedule] {
	r := framework.NewRegistry[framework.Schedule]("schedule")
	framework.Register(r, "constant", "the config's lr in every iteration", func() Constant { return Constant{} },
		func(c Constant) (framework.Schedule, error) { return c, nil })
	framework.Register(r, "step", "lr · gamma^⌊i/every⌋ in iteration i", func() Step { return Step{} },
		func(s Step) (framework.Schedule, error) { return s, nil })
	framework.Register(r, "exponential", "lr · gamma^i in iteration i", func() Exponential { return Exponential{} },
		func(e Exponential) (framework.Schedule, error) { return e, nil })
	framework.Register(r, "cosine", "half a wave of a cosine from lr to lowest over the stage", func() Cosine { return Cosine{} },
		func(c Cosine) (framework.Schedule, error) { return c, nil })
	return r
}

// Constant is the same rate in every iteration. It has no options.
type Constant struct{}

// Rate is lr.
func (Constant) Rate(lr float64, _ int) float64 { return lr }

// Step multiplies the rate by gamma every `every` iterations: lr · gamma^⌊i/every⌋.
type Step struct {
	Every int     `config:"every" doc:"iterations between changes, at least 1"`
	Gamma float64 `config:"gamma" doc:"factor of each change, above 0"`
}

// Rate is lr · gamma^⌊i/every⌋.
func (s Step) Rate(lr float64, i int) float64 { return lr * math.Pow(s.Gamma, float64(i/s.Every)) }

// Validate reports options that are missing or not positive.
func (s Step) Validate() error {
	var every, gamma error
	if s.Every < 1 {
		every = framework.Invalid("every", "a step schedule needs a number of iterations, at least 1")
	}
	if !(s.Gamma > 0) || math.IsInf(s.Gamma, 0) {
		gamma = framework.Invalid("gamma", "a step schedule needs a positive factor")
	}
	return errors.Join(every, gamma)
}

// Exponential multiplies the rate by gamma in every iteration: lr · gamma^i.
type Exponential struct {
	Gamma float64 `config:"gamma" doc:"factor of each iteration, above 0"`
}

// Rate is lr · gamma^i.
func (e Exponential) Rate(lr float64, i int) float64 { return lr * math.Pow(e.Gamma, float64(i)) }

// Validate reports a gamma that is missing or not positive.
func (e Exponential) Validate() error {
	if !(e.Gamma > 0) || math.IsInf(e.Gamma, 0) {
		return framework.Invalid("gamma", "an exponential schedule needs a positive factor")
	}
	return nil
}

// Cosine lowers the rate along half a wave of a cosine (Loshchilov and Hutter 2017,
// arXiv:1608.03983, without restarts; torch's CosineAnnealingLR):
//
//	lowest + (lr − lowest)·(1 + cos(π·i/over))/2    for i < over, then lowest
//
// torch's rises again after over iterations.
type Cosine struct {
	Lowest float64 `config:"lowest" doc:"the rate at the end, in lr's units; at least 0. Above lr the rate rises"`
	Over   int     `config:"over" doc:"iterations until then; 0, the default, is all of the stage, without its warm-up"`
}

var _ framework.Spanner = Cosine{}

// Rate is the formula's.
func (c Cosine) Rate(lr float64, i int) float64 {
	if i >= c.Over {
		return c.Lowest
	}
	return c.Lowest + (lr-c.Lowest)*(1+math.Cos(math.Pi*float64(i)/float64(c.Over)))/2
}

// Span sets over, if it is 0, to the iterations.
func (c Cosine) Span(iterations int) (framework.Schedule, error) {
	if c.Over == 0 {
		if iterations == 0 {
			return nil, framework.Invalid("over", "a cosine schedule needs a number of iterations where the stage has evaluations instead")
		}
		c.Over = iterations
	}
	return c, nil
}

// Validate reports options out of range.
func (c Cosine) Validate() error {
	var over error
	if c.Over < 0 {
		over = framework.Invalid("over", "%d is not at least 0", c.Over)
	}
	return errors.Join(framework.InRange("lowest", c.Lowest, 0, math.Inf(1)), over)
}
