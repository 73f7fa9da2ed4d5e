package framework

import "context"

// An Objective evaluates the loss at x and writes its gradient into grad.
// x and grad are [H·W·3]. It must not keep or modify x. It returns an error
// when ctx is done or the loss or a gradient is not finite.
type Objective func(ctx context.Context, x, grad []float32) (float64, error)

// An Optimizer makes one picture better, step by step. It is made for one run
// and used by one goroutine.
//
// Step is one major iteration: it evaluates f at x at least once, the first
// time at x as given, and moves x in place. The caller owns x and may change it
// between steps (a bound, a new size); the optimiser owns what it remembers.
// rate is the learning rate that the schedule gives for this step. After an
// error x is as it was before the step.
type Optimizer interface {
	Step(ctx context.Context, f Objective, x []float32, rate float64) (Outcome, error)
	// State returns everything that the next step depends on besides x, by
	// reference: valid until the next Step. Restore puts a copy of such a state
	// back, after which steps give the same bits as they would have.
	State() []Slot
	Restore(state []Slot) error
}

// An Outcome is what one Step did.
type Outcome struct {
	Loss     float64 // at x as it was before the step
	Evals    int     // evaluations of the objective
	Accepted bool    // whether x moved
	Done     bool    // no further step will move x
}

// A Slot is one named piece of an optimiser's state: numbers, or one number for
// each of the picture's, which can be resampled when the size changes.
type Slot struct {
	Name     string
	Scalars  []float64
	PerPixel []float32 // [H·W·3]
}
