package lbfgs

import (
	"context"
	"errors"
	"math"

	"gonum.org/v1/gonum/optimize"

	"runexp/framework"
)

// move adds a step along d to x and reports whether it found one. loss and
// slope are f and its derivative along d at x; rate is the first step tried.
func (o *Optimizer) move(ctx context.Context, f framework.Objective, x []float32, loss, slope, rate float64) (moved bool, evals int, err error) {
	step, evals, err := o.search(ctx, f, x, loss, slope, rate)
	if err != nil {
		return false, evals, err
	}
	if moved = o.along(x, step); moved {
		copy(x, o.trial)
	}
	return moved, evals, nil
}

// search returns a step that meets the strong Wolfe conditions: with φ(t) the
// loss at x + t·d,
//
//	φ(t) ≤ φ(0) + decrease·t·φ′(0)        |φ′(t)| ≤ curvature·|φ′(0)|
//
// by Moré and Thuente 1994. If the evaluations do not suffice for the second, it returns
// the lowest step that meets the first, or 0 for none.
//
// If φ is not finite the step was too long: the search restarts at a tenth of it and stays
// below it.
func (o *Optimizer) search(ctx context.Context, f framework.Objective, x []float32, loss, slope, rate float64) (best float64, evals int, err error) {
	s := o.searchFrom(loss, slope, rate, 0)
	lowest := loss
	for step := rate; evals < o.c.MaxEvaluations && step > 0 && o.along(x, step); {
		value, err := f(ctx, o.trial, o.grad)
		evals++
		if errors.Is(err, framework.ErrNotFinite) {
			tooLong := step
			if step /= 10; step > 0 {
				s = o.searchFrom(loss, slope, step, tooLong)
			}
			continue
		}
		if err != nil {
			return 0, evals, err
		}
		if value < lowest && value <= loss+o.c.Decrease*step*slope {
			best, lowest = step, value
		}
		op, next, err := s.Iterate(value, dot(o.grad, o.d))
		if err != nil || math.IsInf(next, 1) { // no step left to try; gonum's errors say no more
			break
		}
		if op == optimize.MajorIteration {
			return step, evals, nil
		}
		step = next
	}
	return best, evals, nil
}

// searchFrom returns a search that tries step first and none beyond longest; 0 means
// gonum's bound, 1e20.
func (o *Optimizer) searchFrom(loss, slope, step, longest float64) *optimize.MoreThuente {
	s := &optimize.MoreThuente{DecreaseFactor: o.c.Decrease, CurvatureFactor: o.c.Curvature, MaximumStep: longest}
	s.Init(loss, slope, step)
	return s
}

// along sets trial to x + step·d and reports whether that differs from x.
func (o *Optimizer) along(x []float32, step float64) bool {
	differs := false
	for i, v := range x {
		o.trial[i] = float32(float64(v) + float64(step*float64(o.d[i])))
		differs = differs || o.trial[i] != v
	}
	return differs
}
