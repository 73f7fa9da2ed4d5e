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

// A loop is one stage under way.
type loop struct {
	prepared  *Prepared
	observer  Observer
	stage     Stage
	spec      framework.OptimizerSpec
	optimizer framework.Optimizer
	schedule  framework.Schedule
	objective *objective

	x        []float32
	mean     average
	i        int  // the iteration that comes next
	done     bool // the optimiser will not move x any more
	guard    Guard
	before   State          // what the guard goes back to, before the last step; no X if there is none
	redoing  bool           // the iteration that comes next is done again
	averaged bool           // x is the average, with which the stage ends
	last     *imaging.Image // the last picture observed
}

// newLoop makes the loop that goes on from s.
func (p *Prepared) newLoop(ctx context.Context, o Observer, stage Stage, s State) (*loop, error) {
	l := &loop{
		prepared: p, observer: o, stage: stage, spec: p.e.Stages[stage.Index].Optimizer, optimizer: p.optimize[stage.Index], schedule: p.schedule[stage.Index],
		x: s.X, mean: average{p.e.Output.Average, s.Average}, i: s.Iteration, done: s.Done, guard: s.Guard,
	}
	var err error
	if l.objective, err = p.newObjective(ctx, stage.Height, stage.Width); err != nil {
		return l, err
	}
	p.filters = l.objective.program.Filters()
	if s.Evaluated {
		if err := l.objective.evaluate(ctx, l.x); err != nil {
			return l, err
		}
	}
	l.objective.evals = s.Evaluations
	return l, nil
}

// run optimises x in place until the budget is used up, the optimiser is done,
// or ctx is, and then observes the last row and its picture.
//
// Each turn looks at x first: a picture is only gone on from, kept or written
// down once its loss was found good. The optimiser's own first evaluation, which
// is at x too, is answered from memory.
func (l *loop) run(ctx context.Context) (stopped bool, err error) {
	whole := context.WithoutCancel(ctx) // an iteration that has begun is finished
	for {
		finished := l.finished()
		if finished && !l.averaged {
			l.mean.of(l.x, l.i)
			l.averaged = true
		}
		s := l.state()
		began := time.Now()
		if err := l.evaluate(whole); err != nil {
			if err := l.rollBack(err); err != nil {
				return false, err
			}
			continue
		}
		evaluated := time.Since(began)
		s.Guard = l.guard
		if !finished && !l.redoing { // what is done again is still the iteration that had begun
			stopped = ctx.Err() != nil
			if err := l.observer.Observe(SafePoint{s, stopped}); err != nil {
				return false, err
			}
		}
		if finished || stopped {
			return stopped, l.end(whole, stopped)
		}
		if !l.prepared.descends(l.optimizer) {
			l.before.copyFrom(s)
		}
		if every := l.prepared.e.Output.Every; every > 0 && l.i > 0 && l.i%every == 0 {
			if err := l.picture(whole, "intermediate"); err != nil {
				return false, err
			}
		}
		if every := l.prepared.e.Evaluate.Every; every > 0 && l.i > 0 && l.i%every == 0 {
			if err := l.picture(whole, "sample"); err != nil {
				return false, err
			}
		}
		if err := l.iterate(whole, evaluated); err != nil {
			return false, err
		}
	}
}

// finished reports whether no iteration is left to do.
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

// state is the run as it is now, by reference.
func (l *loop) state() State {
	return State{
		Stage: l.stage.Index, Iteration: l.i, Step: l.step(),
		Evaluations: l.objective.evals, Evaluated: l.objective.isAt(l.x), Done: l.done,
		X: l.x, Average: l.mean.sum, Optimizer: l.optimizer.State(), Guard: l.guard,
	}
}

// step is the iteration that comes next, counted over the whole run.
func (l *loop) step() int { return l.stage.Step + l.i }

// evaluate makes sure that the loss at x is known and good.
func (l *loop) evaluate(ctx context.Context) error {
	if err := l.objective.ensure(ctx, l.x); err != nil {
		return err
	}
	return l.guard.check(l.objective.total)
}

// iterate makes one step from x, where the objective was evaluated last, which
// took that long.
func (l *loop) iterate(ctx context.Context, evaluated time.Duration) error {
	row := l.row()
	row.Rate = l.schedule.Rate(l.spec.LR, l.i) * l.guard.factor()
	began := time.Now()
	outcome, err := l.optimizer.Step(ctx, l.objective.value, l.x, row.Rate)
	if err != nil {
		return l.rollBack(err)
	}
	l.prepared.project(l.x)
	l.mean.add(l.x)
	row.Evals, row.Took = l.objective.evals, evaluated+time.Since(began)
	l.i, l.done, l.redoing = l.i+1, outcome.Done, false
	if err := l.observer.Observe(row); err != nil {
		return l.abort(err)
	}
	return nil
}

// row is the last evaluation as the row of the iteration that comes next.
func (l *loop) row() Row {
	return Row{
		Stage: l.stage.Index, Step: l.step(), Iteration: l.i, Evals: l.objective.evals,
		Total: l.objective.total, Terms: slices.Clone(l.objective.terms),
	}
}

// rollBack undoes the step that led to a bad loss, and halves the rate. Any other
// error, one too many and one where there is no step to undo it returns.
func (l *loop) rollBack(err error) error {
	var bad *badLoss
	if !errors.As(err, &bad) {
		return fmt.Errorf("iteration %d: %w", l.i, err)
	}
	if len(l.before.X) == 0 {
		return fmt.Errorf("iteration %d: %w; there is no step to undo: try a smaller loss weight, or another init", l.i, err)
	}
	copy(l.x, l.before.X)
	l.mean.sum, l.averaged = slices.Clone(l.before.Average), false
	if err := l.optimizer.Restore(l.before.Optimizer); err != nil {
		return fmt.Errorf("iteration %d: going back: %w", l.i, err)
	}
	l.i, l.done, l.redoing = l.before.Iteration, false, true
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

// end observes the last row and its picture.
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

// picture observes x.
func (l *loop) picture(ctx context.Context, kind string) error {
	var err error
	if l.last, err = l.prepared.image(ctx, l.x, l.stage.Height, l.stage.Width); err != nil {
		return err
	}
	if err := l.observer.Observe(Picture{Kind: kind, Stage: l.stage.Index, Step: l.step(), Iteration: l.i, Image: l.last}); err != nil {
		return l.abort(err)
	}
	return nil
}

// abort ends the run for an error of the observer, which may keep the newest
// state whose loss is known to be good.
func (l *loop) abort(err error) error {
	s := l.before
	if len(s.X) == 0 {
		s = l.state()
	}
	return errors.Join(err, l.observer.Observe(SafePoint{s, true}))
}
