// Package lbfgs is limited-memory BFGS: Liu and Nocedal 1989; Nocedal and
// Wright, Numerical Optimization, 2nd edition, algorithms 7.4 and 7.5.
package lbfgs

import (
	"context"
	"errors"
	"fmt"
	"math"

	"runexp/framework"
	"runexp/framework/sizes"
)

// The line searches.
const (
	strongWolfe = "strong_wolfe"
	torchWolfe  = "torch"
	fixedStep   = "none"
)

// Config holds the options of the optimiser.
type Config struct {
	History        int     `config:"history" doc:"steps in the history, 1 to 1,000,000,000; each takes the memory of two pictures"`
	LineSearch     string  `config:"line_search" choices:"strong_wolfe,torch,none" doc:"strong_wolfe (Moré and Thuente) tries a step of lr first (1 is natural) and searches for a better one; torch is torch.optim.LBFGS with its strong_wolfe, whose constants are fixed; none is torch.optim.LBFGS with its fixed step, lr. Both without torch's stops by tolerance"`
	Decrease       float64 `config:"decrease" doc:"strong_wolfe: required decrease, as a share of that predicted by the slope, in (0, 1)"`
	Curvature      float64 `config:"curvature" doc:"strong_wolfe: largest slope after a step, as a share of the slope before it, in (decrease, 1)"`
	MaxEvaluations int     `config:"max_evaluations" doc:"strong_wolfe: evaluations of one search, at least 1"`
}

// Defaults returns Nocedal and Wright's constants for quasi-Newton methods
// (section 3.1) and a history within the range of section 7.2.
func Defaults() Config {
	return Config{History: 10, LineSearch: strongWolfe, Decrease: 1e-4, Curvature: 0.9, MaxEvaluations: 20}
}

// asTorch reports whether torch.optim.LBFGS's rules hold.
func (c Config) asTorch() bool { return c.LineSearch != strongWolfe }

// DefaultRate returns 1, the step of Newton's method.
func (c Config) DefaultRate() float64 { return 1 }

// Validate reports options out of range.
func (c Config) Validate() error {
	errs := []error{
		framework.OneOf("line_search", c.LineSearch, strongWolfe, torchWolfe, fixedStep),
		framework.Positive("decrease", c.Decrease),
	}
	if c.History < 1 || c.History > sizes.MaxCount {
		errs = append(errs, framework.Invalid("history", "%d is not between 1 and %d", c.History, sizes.MaxCount))
	}
	if !(c.Curvature > c.Decrease && c.Curvature < 1) {
		errs = append(errs, framework.Invalid("curvature", "%g is not between decrease, %g, and 1", c.Curvature, c.Decrease))
	}
	if c.MaxEvaluations < 1 {
		errs = append(errs, framework.Invalid("max_evaluations", "%d is not at least 1", c.MaxEvaluations))
	}
	return errors.Join(errs...)
}

// Optimizer stores the changes of the gradient along the last steps, and where the last
// step started. With g the gradient and H the inverse Hessian from that history:
//
//	d ← −Hg        x ← x + t·d
//
// t is the result of a line search that tries the rate first. With an empty history H is
// 1/‖g‖₂, so that the first step tried has the rate as its Euclidean length. What
// line_search: torch and none do otherwise is in torch.go.
type Optimizer struct {
	c     Config
	pairs []pair    // the oldest first
	x, g  []float32 // start of the last step, and the gradient there; [H·W·3]

	s     []float32 // torch's rules, in place of x: the last step, t·d; nil before the first
	still bool      // torch's rules: the last step did not move x

	d, trial, grad []float32 // work of one step: direction, a point on it, a gradient
}

var (
	_ framework.Optimizer    = (*Optimizer)(nil)
	_ framework.Sizer        = (*Optimizer)(nil)
	_ framework.Descender    = (*Optimizer)(nil)
	_ framework.Overshooter  = (*Optimizer)(nil)
	_ framework.DefaultRater = Config{}
)

// New returns an optimiser with an empty history.
func New(c Config) (framework.Optimizer, error) {
	if err := c.Validate(); err != nil {
		return nil, fmt.Errorf("lbfgs: %w", err)
	}
	return &Optimizer{c: c}, nil
}

// Step makes one update: an evaluation at x, and those of the line search. The last of
// these is nearly always at the new x, so a caller that caches an evaluation gets the next
// Step's first for free.
//
// If the direction is not a descent direction, or no lower point is found along it, the
// history is cleared and steepest descent tried. If that fails too, x stays and the
// optimiser is done: no descent is possible in single precision.
func (o *Optimizer) Step(ctx context.Context, f framework.Objective, x []float32, rate float64) (framework.Outcome, error) {
	if !(rate > 0) || math.IsInf(rate, 1) {
		return framework.Outcome{}, fmt.Errorf("lbfgs: the learning rate is %g, want a positive number", rate)
	}
	if len(o.grad) != len(x) {
		o.d, o.trial, o.grad = make([]float32, len(x)), make([]float32, len(x)), make([]float32, len(x))
	}
	outcome := framework.Outcome{Evals: 1}
	loss, err := f(ctx, x, o.grad)
	if err != nil {
		return outcome, err
	}
	outcome.Loss = loss
	if o.c.asTorch() {
		return o.stepAsTorch(ctx, f, x, rate, outcome)
	}
	o.update(x, o.grad)
	for {
		slope := o.direct()
		if slope < 0 && !math.IsInf(slope, -1) {
			var evals int
			outcome.Accepted, evals, err = o.move(ctx, f, x, loss, slope, rate)
			outcome.Evals += evals
			if err != nil || outcome.Accepted {
				return outcome, err
			}
		}
		if len(o.pairs) == 0 {
			outcome.Done = true
			return outcome, nil
		}
		o.pairs = nil
	}
}

// StateArrays counts the history, x and gradient of the last step, and the work of a step.
func (o *Optimizer) StateArrays() int { return 2*o.c.History + 5 }

// Overshoots reports whether there is none: the first steps then may raise the loss a billion times,
// which corrects the scale of the next.
func (o *Optimizer) Overshoots() bool { return o.c.LineSearch == fixedStep }

// Descends reports whether there is a line search.
func (o *Optimizer) Descends() bool { return o.c.LineSearch != fixedStep }
