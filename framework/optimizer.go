package framework

import (
	"context"
	"errors"
)

// An Objective evaluates the loss at x and writes its gradient into grad. Both have
// one element per number of the variable: H·W·3 for pixels. It must not retain or
// modify x. Errors: ctx is done; the loss or the gradient is not finite (ErrNotFinite).
type Objective func(ctx context.Context, x, grad []float32) (float64, error)

// ErrNotFinite is wrapped by the error of an Objective whose loss or gradient is not
// finite. A line search may treat such a point as a very bad one and try a shorter
// step; otherwise the optimiser returns the error, and the run rolls back (package run).
var ErrNotFinite = errors.New("not finite")

// An Optimizer minimises an objective, step by step. It is made for one stage of one
// run and used by one goroutine.
//
// Step is one major iteration: it evaluates f at least once, first at x as given, and
// updates x in place. The caller owns x and may change it between steps (a bound, a
// new size); the optimiser owns its state. rate is the schedule's learning rate for
// this step. On an error Step leaves x unchanged.
type Optimizer interface {
	Step(ctx context.Context, f Objective, x []float32, rate float64) (Outcome, error)
	// State returns everything that the next step depends on besides x. It is not
	// copied, so it is valid until the next Step. Restore copies such a state back;
	// the steps after it are then bitwise the same.
	State() []Slot
	Restore(state []Slot) error
}

// A Sizer is an Optimizer that reports the maximum number of arrays of the variable's
// size in its state; the default is 3.
type Sizer interface{ StateArrays() int }

// A Descender is an Optimizer whose steps may be guaranteed never to raise the loss,
// because it evaluates where they end. The run then needs no copy of its state to
// roll back to.
type Descender interface{ Descends() bool }

// An Overshooter is an Optimizer that learns from a step that was much too long: a high loss is no
// sign of divergence, and the run is rolled back only where the loss is not finite.
type Overshooter interface{ Overshoots() bool }

// A DefaultRater is implemented by an optimiser's options that have their own default
// learning rate.
type DefaultRater interface{ DefaultRate() float64 }

// An Outcome is what one Step did.
type Outcome struct {
	Loss     float64 // at x before the step
	Evals    int     // evaluations of the objective
	Accepted bool    // whether x moved
	Done     bool    // converged: no further step will move x
}

// A Slot is one named piece of an optimiser's state: scalars, or an array of the
// variable's size, which is resampled when the size changes.
type Slot struct {
	Name     string
	Scalars  []float64
	PerPixel []float32 // one for each number of the variable
	Quantity Quantity  // what PerPixel holds
}
