package lbfgs

import (
	"context"
	"math"
	"slices"

	"runexp/framework"
)

// torchFlat is the least s·y of a pair by torch's rules, in units of the loss.
const torchFlat = 1e-10

// stepAsTorch is Step by the rules of torch.optim.LBFGS, after the evaluation at x. Those
// that differ from ours:
//
//   - the first direction is −g, and the first step tried min(1, 1/‖g‖₁)·rate; later ones
//     are rate, with H = 1 as long as there are no pairs
//   - s is t·d, whatever rounding and the caller made of x
//   - a pair is kept where s·y > 1e-10
//   - a step that fails does not clear the history
//
// torch stops where the largest |g| is below tolerance_grad, or where g·d, t·d or the change
// of the loss is below tolerance_change. All depend on the unit of the loss, and none is
// taken over: the optimiser is done when a step and its repetition did not move x.
func (o *Optimizer) stepAsTorch(ctx context.Context, f framework.Objective, x []float32, rate float64, outcome framework.Outcome) (framework.Outcome, error) {
	if len(o.g) != len(x) {
		o.g, o.s, o.pairs, o.still = slices.Clone(o.grad), nil, nil, false
	}
	first, t := len(o.s) != len(x), rate
	switch {
	case first:
		o.s = make([]float32, len(x))
		copy(o.g, o.grad)
		t *= min(1, 1/norm1(o.g))
	case o.still && slices.Equal(o.g, o.grad):
		outcome.Done = true
		return outcome, nil
	default:
		o.s = o.record(o.s, o.grad)
	}
	clear(o.s) // of a step that fails
	o.still = false
	slope := o.direct()
	if !(slope < 0) || math.IsInf(slope, -1) {
		o.still = true
		return outcome, nil
	}
	if o.c.LineSearch == torchWolfe {
		step, evals, err := o.wolfe(ctx, f, x, point{0, outcome.Loss, slope}, t)
		outcome.Evals += evals
		if err != nil {
			if first {
				o.s = nil
			}
			return outcome, err
		}
		t = step
	}
	if outcome.Accepted = o.along(x, t); outcome.Accepted {
		copy(x, o.trial)
	}
	for i, d := range o.d {
		o.s[i] = float32(t * float64(d))
	}
	o.still = !outcome.Accepted
	return outcome, nil
}
