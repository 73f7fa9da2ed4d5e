package run

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"runexp/framework"
	"runexp/framework/imaging"
)

// Optimize makes the picture, from the start or from the state given to Resume. When
// ctx is done it completes the current iteration, emits its picture and loss, and
// returns an Outcome that is Stopped.
//
// A step to a loss that is not finite, or more than a thousand times the lowest of its
// stage, is undone, and the rest of the stage runs at half the learning rate; at most
// ten times in a stage.
//
// Errors: an *ObserverError; a loss that stays bad; errors of plugins.
func (p *Prepared) Optimize(ctx context.Context, o Observer) (Outcome, error) {
	o = markErrors(o)
	var outcome Outcome
	var err error
	if p.divides() {
		regions, err := p.divide(context.WithoutCancel(ctx))
		if err == nil {
			err = o.Observe(Regions{regions})
		}
		if err != nil {
			return outcome, err
		}
	}
	s := State{Guard: newGuard()}
	if p.from != nil {
		s = *p.from
	} else if s.X, err = p.initial(p.sizes[0].H, p.sizes[0].W); err != nil {
		return outcome, err
	}
	for _, stage := range p.Stages()[s.Stage:] {
		if starts := stage.Index > s.Stage || p.from == nil && stage.Index == 0; starts {
			if s, err = p.begin(context.WithoutCancel(ctx), s, stage); err != nil {
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
			if observed := new(ObserverError); errors.As(err, &observed) {
				return outcome, err
			}
			// A failed step leaves x unchanged: it is the last good picture.
			image, failed := p.image(context.WithoutCancel(ctx), l.x, stage.canvas.H, stage.canvas.W)
			if failed != nil || !allFinite(image) {
				return outcome, err
			}
			if image, failed = p.finish(image); failed != nil {
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

// begin returns the initial state of a stage: of the first one s, of another that which
// follows from the final state s of the previous one, with the stage's details.
func (p *Prepared) begin(ctx context.Context, s State, stage Stage) (State, error) {
	var err error
	if stage.Index > s.Stage {
		if s, err = p.next(ctx, s, stage); err != nil {
			return s, err
		}
	}
	if factor := p.e.Stages[stage.Index].Details; factor != 0 {
		s.X, err = p.detailed(ctx, s.X, stage, factor)
	}
	return s, err
}

// next returns the state of a stage that follows from the final state s of the previous one.
func (p *Prepared) next(ctx context.Context, s State, stage Stage) (State, error) {
	before := p.sizes[s.Stage]
	x, err := p.inherited(ctx, s.X, stage.Index, before)
	if err != nil {
		return s, err
	}
	resampled := func(what framework.Quantity, x []float32) []float32 {
		return p.variable.Resample(what, x, before.H, before.W, stage.canvas.H, stage.canvas.W)
	}
	if p.e.Stages[stage.Index].Carry {
		var state []framework.Slot
		for _, slot := range p.optimize[s.Stage].State() {
			if slot.PerPixel != nil {
				slot.PerPixel = resampled(slot.Quantity, slot.PerPixel)
			}
			state = append(state, slot)
		}
		if err := p.optimize[stage.Index].Restore(state); err != nil {
			return s, fmt.Errorf("carry: %w", err)
		}
	}
	return State{Stage: stage.Index, Step: s.Step + 1, X: resampled(framework.Numbers, x), Guard: newGuard()}, nil
}

// allFinite reports whether an image can be encoded: pixels may have overflowed before
// the first step.
func allFinite(image *imaging.Image) bool {
	return !slices.ContainsFunc(image.Pix, func(v float32) bool { return !finite(float64(v)) })
}
