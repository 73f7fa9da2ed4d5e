package run

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"runexp/framework"
	"runexp/framework/imaging"
)

// A loop runs one stage.
type loop struct {
	prepared  *Prepared
	observer  Observer
	stage     Stage
	spec      framework.OptimizerSpec
	optimizer framework.Optimizer
	schedule  framework.Schedule
	objective *objective

	x        []float32
	start    []float32 // of the stage; nil unless a loss compares with it
	mean     average
	i        int  // the next iteration
	done     bool // the optimiser has converged
	guard    Guard
	undo     State          // before the last step, for a rollback; no X if there is none
	retrying bool           // the next iteration is repeated after a rollback
	averaged bool           // x is the average, the stage's result
	last     *imaging.Image // the last picture observed
}

// newLoop returns the loop that continues from s.
func (p *Prepared) newLoop(ctx context.Context, o Observer, stage Stage, s State) (*loop, error) {
	l := &loop{
		prepared: p, observer: o, stage: stage, spec: p.e.Stages[stage.Index].Optimizer, optimizer: p.optimize[stage.Index], schedule: p.schedule[stage.Index],
		x: s.X, mean: average{p.e.Output.Average, s.Average, s.Averaged}, i: s.Iteration, done: s.Done, guard: s.Guard,
	}
	if l.mean.n == 0 {
		l.mean.add(l.x)
	}
	if l.start = s.Start; l.start == nil && p.startsMatter(stage.Index) {
		l.start = slices.Clone(l.x)
	}
	var err error
	if l.objective, err = p.newObjective(ctx, stage.Index, stage.canvas.H, stage.canvas.W, l.start); err != nil {
		return l, err
	}
	p.filters = append(p.filters, l.objective.program.Filters()...)
	l.objective.redraw(p.e.Seed, l.step())
	if s.Evaluated {
		if err := l.objective.evaluate(ctx, l.x); err != nil {
			return l, err
		}
	}
	l.objective.evals = s.Evaluations
	return l, nil
}

// run optimises x in place until the budget is used up, the optimiser has converged or
// ctx is done, and then emits the last row and its picture.
//
// Each turn evaluates x first, so that a picture is continued from, stored or
// checkpointed only if its loss is good. The optimiser's first evaluation, at the
// same x, reuses that result.
func (l *loop) run(ctx context.Context) (stopped bool, err error) {
	detached := context.WithoutCancel(ctx) // an iteration that has started is completed
	for {
		finished := l.finished()
		if finished && !l.averaged {
			l.mean.of(l.x)
			l.averaged = true
		}
		s := l.state()
		began := time.Now()
		if err := l.evaluate(detached); err != nil {
			if err := l.rollBack(err); err != nil {
				return false, err
			}
			continue
		}
		evaluated := time.Since(began)
		s.Guard = l.guard
		if !finished && !l.retrying { // a repeated iteration has already started
			stopped = ctx.Err() != nil
			if err := l.observer.Observe(SafePoint{s, stopped}); err != nil {
				return false, err
			}
		}
		if finished || stopped {
			return stopped, l.end(detached, stopped)
		}
		if !l.prepared.descends(l.optimizer) {
			l.undo.copyFrom(s)
		}
		if every := l.prepared.e.Output.Every; every > 0 && l.i > 0 && l.i%every == 0 {
			if err := l.picture(detached, "intermediate"); err != nil {
				return false, err
			}
		}
		if every := l.prepared.e.Evaluate.Every; every > 0 && l.i > 0 && l.i%every == 0 {
			if err := l.picture(detached, "sample"); err != nil {
				return false, err
			}
		}
		if err := l.iterate(detached, evaluated); err != nil {
			return false, err
		}
	}
}

// finished reports whether no iteration is left.
func (l *loop) finished() bool {
	return l.done || l.budgetUsed()
}

// budgetUsed reports whether the stage's budget is used up.
func (l *loop) budgetUsed() bool {
	if l.stage.Evaluations > 0 {
		return l.objective.evals >= l.stage.Evaluations
	}
	return l.i >= l.stage.Iterations
}

// state is the current state, by reference.
func (l *loop) state() State {
	return State{
		Stage: l.stage.Index, Iteration: l.i, Step: l.step(),
		Evaluations: l.objective.evals, Evaluated: l.objective.evaluatedAt(l.x), Done: l.done,
		X: l.x, Start: l.start, Average: l.mean.sum, Averaged: l.mean.n, Optimizer: l.optimizer.State(), Guard: l.guard,
	}
}

// step is the next iteration, counted over the whole run.
func (l *loop) step() int { return l.stage.Step + l.i }

// evaluate evaluates x, unless it was the last point evaluated, and checks the loss.
func (l *loop) evaluate(ctx context.Context) error {
	l.objective.redraw(l.prepared.e.Seed, l.step())
	if err := l.objective.ensure(ctx, l.x); err != nil {
		return err
	}
	if o, can := l.optimizer.(framework.Overshooter); can && o.Overshoots() {
		l.guard.Lowest = min(l.guard.Lowest, l.objective.total)
		return nil
	}
	return l.guard.check(l.objective.total)
}

// iterate makes one step from x, the last point evaluated; evaluated is how long that
// took.
func (l *loop) iterate(ctx context.Context, evaluated time.Duration) error {
	row := l.row()
	row.Rate = l.schedule.Rate(l.spec.LR, l.i) * l.guard.factor()
	began := time.Now()
	outcome, err := l.optimizer.Step(ctx, l.objective.value, l.x, row.Rate)
	if err != nil {
		return l.rollBack(err)
	}
	l.prepared.project(l.x, l.stage)
	l.mean.add(l.x)
	row.Evals, row.Took = l.objective.evals, evaluated+time.Since(began)
	l.i, l.done, l.retrying = l.i+1, outcome.Done, false
	if err := l.observer.Observe(row); err != nil {
		return l.abort(err)
	}
	return nil
}

// row is the row of the next iteration, from the last evaluation.
func (l *loop) row() Row {
	return Row{
		Stage: l.stage.Index, Step: l.step(), Iteration: l.i, Evals: l.objective.evals,
		Total: l.objective.total, Terms: slices.Clone(l.objective.terms),
	}
}

// rollBack undoes the step that led to a bad loss and halves the learning rate. It
// returns any other error, and the bad loss if there is no step to undo or there were
// maxRollbacks already.
func (l *loop) rollBack(err error) error {
	var bad *badLoss
	if !errors.As(err, &bad) {
		return fmt.Errorf("iteration %d: %w", l.i, err)
	}
	if len(l.undo.X) == 0 {
		return fmt.Errorf("iteration %d: %w; there is no step to undo: try a smaller loss weight, or another init", l.i, err)
	}
	copy(l.x, l.undo.X)
	l.mean.sum, l.mean.n, l.averaged = slices.Clone(l.undo.Average), l.undo.Averaged, false
	if err := l.optimizer.Restore(l.undo.Optimizer); err != nil {
		return fmt.Errorf("iteration %d: rollback: %w", l.i, err)
	}
	l.i, l.done, l.retrying = l.undo.Iteration, false, true
	if l.guard.Rollbacks == maxRollbacks {
		return fmt.Errorf("iteration %d: %w, and the learning rate was halved %d times, to %.4g; try a smaller learning rate or loss weight",
			l.i, err, maxRollbacks, l.schedule.Rate(l.spec.LR, l.i)*l.guard.factor())
	}
	l.guard.Rollbacks++
	back := Rollback{Stage: l.stage.Index, Step: l.step(), Iteration: l.i, Loss: bad.loss, Factor: l.guard.factor(), Why: bad.why}
	if err := l.observer.Observe(back); err != nil {
		return l.abort(err)
	}
	return nil
}

// end emits the last row and its picture.
func (l *loop) end(ctx context.Context, stopped bool) error {
	row := l.row()
	row.Last = true
	row.Stalled = l.done && !stopped && !l.budgetUsed()
	if err := l.observer.Observe(row); err != nil {
		return l.abort(err)
	}
	if stopped || l.stage.Index == l.stage.Count-1 {
		return l.picture(ctx, "final")
	}
	return l.picture(ctx, "stage")
}

// picture emits x as an image.
func (l *loop) picture(ctx context.Context, kind string) error {
	image, err := l.prepared.image(ctx, l.x, l.stage.canvas.H, l.stage.canvas.W)
	if err != nil {
		return err
	}
	if l.last, err = l.prepared.finish(image); err != nil {
		return err
	}
	if err := l.observer.Observe(Picture{Kind: kind, Stage: l.stage.Index, Step: l.step(), Iteration: l.i, Image: l.last}); err != nil {
		return l.abort(err)
	}
	return nil
}

// abort ends the run for an error of the observer, and offers it the newest state
// whose loss is good for a checkpoint.
func (l *loop) abort(err error) error {
	s := l.undo
	if len(s.X) == 0 {
		s = l.state()
	}
	return errors.Join(err, l.observer.Observe(SafePoint{s, true}))
}
