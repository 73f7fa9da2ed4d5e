package run

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"

	"runexp/framework"
	"runexp/framework/imaging"
)

// Optimize makes the picture, from the start or from where Resume says. When ctx is
// done the iteration under way is finished, its picture and loss are observed,
// and the outcome says Stopped.
//
// A step that leads to a loss that is not finite, or more than a thousand times
// the lowest of its stage, is undone, and the rest of the stage runs at half the
// learning rate. That is done ten times in a stage.
//
// Errors: an *ObserverError; a loss that stays bad; what a plugin returns.
func (p *Prepared) Optimize(ctx context.Context, o Observer) (Outcome, error) {
	o = marked(o)
	var outcome Outcome
	var err error
	s := State{Guard: newGuard()}
	if p.from != nil {
		s = *p.from
	} else if s.X, err = p.initial(p.sizes[0].H, p.sizes[0].W); err != nil {
		return outcome, err
	}
	for _, stage := range p.Stages()[s.Stage:] {
		if stage.Index > s.Stage {
			if s, err = p.next(s, stage); err != nil {
				return outcome, fmt.Errorf("stage %d: %w", stage.Index+1, err)
			}
		}
		stage.Step = s.Step - s.Iteration
		if err := o.Observe(stage); err != nil {
			return outcome, err
		}
		l, err := p.newLoop(context.WithoutCancel(ctx), o, stage, s)
		if err == nil {
			outcome.Stopped, err = l.run(ctx)
		}
		if err != nil {
			err = fmt.Errorf("stage %d: %w", stage.Index+1, err)
			if heard := new(ObserverError); errors.As(err, &heard) {
				return outcome, err
			}
			// x is as it was before the step that failed: the last good picture.
			image, failed := p.image(context.WithoutCancel(ctx), l.x, stage.Height, stage.Width)
			if failed != nil || !presentable(image) {
				return outcome, err
			}
			return outcome, errors.Join(err, o.Observe(Picture{Kind: "last", Stage: stage.Index, Step: l.step(), Iteration: l.i, Image: image}))
		}
		outcome.Final = l.last
		if outcome.Stopped {
			break
		}
		s.X, s.Step = l.x, l.step()
	}
	return outcome, nil
}

// next is the state in which a stage begins, s being that in which the one before
// ended.
func (p *Prepared) next(s State, stage Stage) (State, error) {
	before := p.sizes[s.Stage]
	resampled := func(x []float32) []float32 {
		return p.variable.Resample(x, before.H, before.W, stage.Height, stage.Width)
	}
	if p.e.Stages[stage.Index].Carry {
		var state []framework.Slot
		for _, slot := range p.optimize[s.Stage].State() {
			switch {
			case slot.PerPixel == nil:
			case slot.Positive:
				slot.PerPixel = exponentials(resampled(logarithms(slot.PerPixel)))
			default:
				slot.PerPixel = resampled(slot.PerPixel)
			}
			state = append(state, slot)
		}
		if err := p.optimize[stage.Index].Restore(state); err != nil {
			return s, fmt.Errorf("carry: %w", err)
		}
	}
	return State{Stage: stage.Index, Step: s.Step + 1, X: resampled(s.X), Guard: newGuard()}, nil
}

// least stands for 0 where logarithms are taken; as a square it is that of nothing
// that a gradient in float32 has.
const least = 1e-36

// logarithms and exponentials lead to the logarithms of numbers that are at least 0,
// and back.
func logarithms(x []float32) []float32 {
	out := make([]float32, len(x))
	for i, v := range x {
		out[i] = float32(math.Log(float64(v) + least))
	}
	return out
}

func exponentials(x []float32) []float32 {
	for i, v := range x {
		x[i] = float32(max(math.Exp(float64(v))-least, 0))
	}
	return x
}

// presentable reports whether an image can be written: numbers that overflowed
// before the first step cannot.
func presentable(image *imaging.Image) bool {
	return !slices.ContainsFunc(image.Pix, func(v float32) bool { return !finite(float64(v)) })
}
