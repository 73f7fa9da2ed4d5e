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
