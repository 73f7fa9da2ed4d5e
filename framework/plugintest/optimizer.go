package plugintest

import (
	"context"
	"errors"
	"fmt"
	"math"
	"runtime/debug"
	"slices"
	"testing"

	"runexp/framework"
)

// Optimizer tests an optimiser against framework.Optimizer's contract, on convex functions of
// 12 variables with second derivatives of at most 15. fresh returns a new optimiser at every
// call, with the same options. rate must be such that 100 steps, from about 1 off the minimum
// in every variable, halve such a function.
func Optimizer(t *testing.T, fresh func() framework.Optimizer, rate float64) {
	t.Helper()
	for _, c := range optimizerChecks() {
		t.Run(c.name, func(t *testing.T) {
			if err := c.run(subject{fresh, rate}); err != nil {
				t.Error(err)
			}
		})
	}
}

// A subject is an optimiser under test. A check returns its first violation.
type subject struct {
	fresh func() framework.Optimizer
	rate  float64
}

type optimizerCheck struct {
	name  string
	check func(subject) error
}

// run runs the check and returns a panic as an error.
func (c optimizerCheck) run(s subject) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("panic: %v\n%s", r, debug.Stack())
		}
	}()
	return c.check(s)
}

func optimizerChecks() []optimizerCheck {
	return []optimizerCheck{
		{"lowers", subject.lowers},
		{"outcome", subject.outcome},
		{"first evaluation", subject.firstEvaluation},
		{"error", subject.failure},
		{"context", subject.cancellation},
		{"ownership", subject.ownership},
		{"determinism", subject.determinism},
		{"restore", subject.restore},
		{"nonsense", subject.nonsense},
		{"size", subject.size},
		{"done", subject.done},
	}
}

// steps makes n steps from x and returns the outcome of the last.
func (s subject) steps(o framework.Optimizer, f framework.Objective, x []float32, n int) (framework.Outcome, error) {
	var last framework.Outcome
	for i := range n {
		var err error
		if last, err = o.Step(context.Background(), f, x, s.rate); err != nil {
			return last, fmt.Errorf("step %d: %w", i, err)
		}
	}
	return last, nil
}

func (s subject) lowers() error {
	for _, f := range functions() {
		x := f.start()
		before := f.value(x)
		if _, err := s.steps(s.fresh(), f.objective, x, 100); err != nil {
			return fmt.Errorf("%s: %w", f.name, err)
		}
		if after := f.value(x); !(after <= before/2) {
			return fmt.Errorf("%s: from %g to %g in 100 steps, want half of it at rate %g", f.name, before, after, s.rate)
		}
	}
	return nil
}

// outcome checks Step's Outcome, with a caller that also changes x.
func (s subject) outcome() error {
	for _, f := range functions() {
		o, x := s.fresh(), f.start()
		for i := range 20 {
			calls := 0
			counting := func(ctx context.Context, x, grad []float32) (float64, error) {
				calls++
				return f.objective(ctx, x, grad)
			}
			before := slices.Clone(x)
			outcome, err := o.Step(context.Background(), counting, x, s.rate)
			if err != nil {
				return fmt.Errorf("%s, step %d: %w", f.name, i, err)
			}
			if want := f.value(before); outcome.Loss != want {
				return fmt.Errorf("%s, step %d: Loss is %g, but at x before the step it is %g", f.name, i, outcome.Loss, want)
			}
			if outcome.Evals != calls {
				return fmt.Errorf("%s, step %d: %d evaluations are counted, there were %d", f.name, i, outcome.Evals, calls)
			}
			if moved := !sameBits(x, before); outcome.Accepted != moved {
				return fmt.Errorf("%s, step %d: accepted is %v, x moved is %v", f.name, i, outcome.Accepted, moved)
			}
			if i%4 == 3 {
				for j := range x {
					x[j] = max(-0.5, min(0.5, x[j]))
				}
			}
		}
	}
	return nil
}

func (s subject) firstEvaluation() error {
	f := functions()[0]
	o, x := s.fresh(), f.start()
	for i := range 8 {
		before := slices.Clone(x)
		var wrong error
		calls := 0
		watching := func(ctx context.Context, at, grad []float32) (float64, error) {
			switch calls++; {
			case len(at) != len(before) || len(grad) != len(before):
				wrong = fmt.Errorf("step %d: evaluation %d has %d numbers and a gradient of %d, want %d", i, calls, len(at), len(grad), len(before))
				return 0, errOnPurpose
			case calls == 1 && !sameBits(at, before):
				wrong = fmt.Errorf("step %d: the first evaluation is not at x", i)
			}
			return f.objective(ctx, at, grad)
		}
		_, err := o.Step(context.Background(), watching, x, s.rate)
		if wrong != nil || err != nil {
			return errors.Join(wrong, err)
		}
		if calls == 0 {
			return fmt.Errorf("step %d does not evaluate", i)
		}
	}
	return nil
}

// failure makes every evaluation of a step fail in turn, and checks that x is unchanged and
// that the optimiser can continue.
func (s subject) failure() error {
	f := functions()[1]
	for _, steps := range []int{0, 1, 5} {
		for failing := 1; ; failing++ {
			o, x := s.fresh(), f.start()
			if _, err := s.steps(o, f.objective, x, steps); err != nil {
				return err
			}
			before, calls := slices.Clone(x), 0
			breaking := func(ctx context.Context, x, grad []float32) (float64, error) {
				if calls++; calls == failing {
					for i := range grad {
						grad[i] = float32(math.NaN())
					}
					return 0, errOnPurpose
				}
				return f.objective(ctx, x, grad)
			}
			_, err := o.Step(context.Background(), breaking, x, s.rate)
			if calls < failing { // the step has fewer evaluations
				break
			}
			at := fmt.Sprintf("step %d, evaluation %d fails", steps, failing)
			if !errors.Is(err, errOnPurpose) {
				return fmt.Errorf("%s: the error is %w", at, err)
			}
			if !sameBits(x, before) {
				return fmt.Errorf("%s: x is changed", at)
			}
			if _, err := s.steps(o, f.objective, x, 3); err != nil {
				return fmt.Errorf("%s: then it cannot go on: %w", at, err)
			}
			if !allFinite(x) {
				return fmt.Errorf("%s: then it goes on to x = %v", at, x)
			}
		}
	}
	return nil
}

// cancellation cancels during the first evaluation of the third step.
func (s subject) cancellation() error {
	f := functions()[0]
	o, x := s.fresh(), f.start()
	if _, err := s.steps(o, f.objective, x, 2); err != nil {
		return err
	}
	before := slices.Clone(x)
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	_, err := o.Step(ctx, func(ctx context.Context, x, grad []float32) (float64, error) {
		cancel()
		return 0, ctx.Err() // nil, if this is another context
	}, x, s.rate)
	if !errors.Is(err, context.Canceled) {
		return fmt.Errorf("the context is done and the error is %w", err)
	}
	if !sameBits(x, before) {
		return errors.New("the context is done and x is changed")
	}
	return nil
}

// ownership passes every step its own x and overwrites it afterwards, with all slices passed
// to the objective.
func (s subject) ownership() error {
	f := functions()[0]
	want := f.start()
	if _, err := s.steps(s.fresh(), f.objective, want, 12); err != nil {
		return err
	}
	o, x := s.fresh(), f.start()
	for i := range 12 {
		var seen [][]float32
		keeping := func(ctx context.Context, at, grad []float32) (float64, error) {
			seen = append(seen, at, grad)
			for j := range grad {
				grad[j] = float32(math.NaN()) // every number is written anew
			}
			return f.objective(ctx, at, grad)
		}
		own := slices.Clone(x)
		if _, err := s.steps(o, keeping, own, 1); err != nil {
			return err
		}
		copy(x, own)
		for _, buffer := range append(seen, own) {
			for j := range buffer {
				buffer[j] = float32(math.NaN())
			}
		}
		if !allFinite(x) {
			return fmt.Errorf("step %d: x = %v, where x and gradients of the steps before were overwritten", i, x)
		}
	}
	if !sameBits(x, want) {
		return errors.New("its state is in x or in a gradient of an earlier step, which the caller may overwrite")
	}
	return nil
}

func (s subject) determinism() error {
	f := functions()[1]
	x, y := f.start(), f.start()
	_, errX := s.steps(s.fresh(), f.objective, x, 30)
	_, errY := s.steps(s.fresh(), f.objective, y, 30)
	if err := errors.Join(errX, errY); err != nil {
		return err
	}
	if !sameBits(x, y) {
		return fmt.Errorf("two runs end at %v and %v", x, y)
	}
	return nil
}

// size changes the number of pixels between steps.
func (s subject) size() error {
	f := functions()[0]
	o := s.fresh()
	for _, n := range []int{12, 27, 3, 12} {
		x := f.start()
		for len(x) < n {
			x = append(x, x...)
		}
		x = x[:n]
		before := f.value(x)
		if _, err := s.steps(o, f.objective, x, 10); err != nil {
			return fmt.Errorf("at %d numbers: %w", n, err)
		}
		if after := f.value(x); !(after < before) {
			return fmt.Errorf("at %d numbers: from %g to %g", n, before, after)
		}
	}
	return nil
}

// done checks that an optimiser that is done does not move x, and that where the loss is
// constant x stays or, as with weight decay, every number moves towards 0.
func (s subject) done() error {
	f := functions()[0]
	for _, c := range []struct {
		name string
		f    framework.Objective
	}{
		{f.name, f.objective},
		{"constant", func(_ context.Context, _, grad []float32) (float64, error) {
			clear(grad)
			return 1, nil
		}},
	} {
		o, x, isDone := s.fresh(), f.start(), false
		for i := range 1000 {
			before := slices.Clone(x)
			outcome, err := s.steps(o, c.f, x, 1)
			if err != nil {
				return fmt.Errorf("%s, step %d: %w", c.name, i, err)
			}
			if isDone && !sameBits(x, before) {
				return fmt.Errorf("%s, step %d: x moves after it was done", c.name, i)
			}
			for j, v := range x {
				if decays := v*before[j] >= 0 && math.Abs(float64(v)) <= math.Abs(float64(before[j])); c.name == "constant" && !decays {
					return fmt.Errorf("%s, step %d: number %d moves from %g to %g, not towards 0", c.name, i, j, before[j], v)
				}
			}
			isDone = isDone || outcome.Done
		}
	}
	return nil
}
