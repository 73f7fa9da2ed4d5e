package lbfgs

import (
	"context"
	"errors"
	"math"

	"runexp/framework"
)

// The constants of torch's search.
const (
	torchDecrease  = 1e-4
	torchCurvature = 0.9
	torchSearch    = 25   // evaluations after the first
	torchWidth     = 1e-9 // of the interval, in units of x: below it the search ends
	torchBorder    = 0.1  // the share of the interval at either end that is avoided
)

// A point is a step t along d, the loss f there and its derivative along d.
type point struct{ t, f, slope float64 }

// wolfe returns a step that meets the strong Wolfe conditions (see search), by algorithms
// 3.5 and 3.6 of Nocedal and Wright with the choices of torch.optim.LBFGS: steps from cubic
// interpolation, at least 1% and at most 9 times further while they grow; within an
// interval, a second step in a row near its end is moved away from there. If
// the evaluations do not suffice, it is the lowest end of the interval, 0 if that is x. A loss
// that is not finite, where torch goes on with NaN, is an infinite one: the interval is halved.
//
// torch keeps the gradient of each end. Here the next Step evaluates where the search ended,
// which is an evaluation more in the rare case that this was not its last point.
func (o *Optimizer) wolfe(ctx context.Context, f framework.Objective, x []float32, start point, t float64) (float64, int, error) {
	evals := 0
	at := func(t float64) (point, error) {
		o.along(x, t)
		loss, err := f(ctx, o.trial, o.grad)
		evals++
		if errors.Is(err, framework.ErrNotFinite) {
			return point{t, math.Inf(1), 0}, nil
		}
		return point{t, loss, dot(o.grad, o.d)}, err
	}
	last := start
	for {
		p, err := at(t)
		switch {
		case err != nil:
			return 0, evals, err
		case evals > torchSearch: // where the last step is not even looked at
			return lower([2]point{start, p}).t, evals, nil
		case !start.decreased(p) || evals > 2 && p.f >= last.f, p.slope >= 0 && !start.flattened(p):
			t, err = o.zoom(start, [2]point{last, p}, torchSearch+1-evals, at)
			return t, evals, err
		case start.flattened(p):
			return p.t, evals, nil
		}
		t = cubic(last, p, p.t+0.01*(p.t-last.t), 10*p.t)
		last = p
	}
}

// zoom returns a step between the ends, which have a good one between them, after at most
// limit calls of at.
func (o *Optimizer) zoom(start point, ends [2]point, limit int, at func(t float64) (point, error)) (float64, error) {
	low := lowest(ends)
	longest, near := largest(o.d), false
	for ; limit > 0; limit-- {
		from, to := min(ends[0].t, ends[1].t), max(ends[0].t, ends[1].t)
		if (to-from)*longest < torchWidth {
			break
		}
		t := cubic(ends[0], ends[1], from, to)
		border := torchBorder * (to - from)
		switch {
		case min(to-t, t-from) >= border:
			near = false
		case !near && from < t && t < to:
			near = true
		case to-t < t-from:
			t, near = to-border, false
		default:
			t, near = from+border, false
		}
		p, err := at(t)
		if err != nil {
			return 0, err
		}
		if !start.decreased(p) || p.f >= ends[low].f {
			ends[1-low] = p
			low = lowest(ends)
			continue
		}
		if start.flattened(p) {
			return p.t, nil
		}
		if p.slope*(ends[1-low].t-ends[low].t) >= 0 {
			ends[1-low] = ends[low]
		}
		ends[low] = p
	}
	return ends[low].t, nil
}

// decreased reports the first Wolfe condition of p, flattened the second.
func (start point) decreased(p point) bool {
	return p.f <= start.f+torchDecrease*p.t*start.slope
}

func (start point) flattened(p point) bool {
	return math.Abs(p.slope) <= -torchCurvature*start.slope
}

// lowest returns the index of the end with the lower loss, the first of equals.
func lowest(ends [2]point) int {
	if ends[0].f <= ends[1].f {
		return 0
	}
	return 1
}

func lower(ends [2]point) point { return ends[lowest(ends)] }

// cubic returns the minimum, between from and to, of the cubic with the losses and slopes of
// a and b (Nocedal and Wright, equation 3.59); their middle if it has none.
func cubic(a, b point, from, to float64) float64 {
	if a.t > b.t {
		a, b = b, a
	}
	p := a.slope + b.slope - 3*(a.f-b.f)/(a.t-b.t)
	square := p*p - a.slope*b.slope
	if !(square >= 0) {
		return (from + to) / 2
	}
	q := math.Sqrt(square)
	t := b.t - (b.t-a.t)*(b.slope+q-p)/(b.slope-a.slope+2*q)
	if math.IsNaN(t) { // a straight line, or an infinite loss
		return (from + to) / 2
	}
	return min(max(t, from), to)
}

// largest returns the largest magnitude in a.
func largest(a []float32) float64 {
	most := 0.0
	for _, v := range a {
		most = max(most, math.Abs(float64(v)))
	}
	return most
}
