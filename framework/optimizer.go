package framework

import (
	"context"
	"errors"
)

// An Objective evaluates the loss at x and writes its gradient into grad.
// x and grad have a number for each of the variable's, H·W·3 for pixels. It must not keep or modify x. It returns an error
// when ctx is done or the loss or a gradient is not finite (ErrNotFinite).
type Objective func(ctx context.Context, x, grad []float32) (float64, error)

// ErrNotFinite is in the error of an Objective whose loss or gradient is not
// finite. A line search may take it for a very bad point and try a nearer one;
// whoever cannot do better returns it, and the run goes back (see package run).
var ErrNotFinite = errors.New("not finite")

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

// A Sizer is an Optimizer that knows how many arrays of the picture's size it
// holds at most; others are taken to hold 3.
type Sizer interface{ StateArrays() int }

// A Descender is an Optimizer that can say that none of its steps leads to a
// higher loss, having evaluated where they end. The run then keeps no copy of
// its state to go back to.
type Descender interface{ Descends() bool }

// A DefaultRater is an optimiser's options that name the learning rate of a config
// which gives none.
type DefaultRater interface{ DefaultRate() float64 }

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
	PerPixel []float32 // one for each number of the variable
	// Positive says that PerPixel are above 0 or at it, of any scale, and that a step
	// divides by them: they are resampled by their logarithms.
	Positive bool
}
