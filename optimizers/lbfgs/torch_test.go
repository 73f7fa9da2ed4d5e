package lbfgs

import (
	"context"
	"errors"
	"math"
	"slices"
	"testing"
)

// TestPairsOfTorch: s is t·d, whatever the caller makes of x, and the smallest s·y kept is
// 1e-10.
func TestPairsOfTorch(t *testing.T) {
	o, x := build(t, func(c *Config) { c.LineSearch = fixedStep }), start()
	steps(t, o, valley(1, 0), x, 1)
	want := make([]float32, len(x))
	for i, d := range o.d {
		want[i] = float32(min(1, 1/norm1(o.g)) * float64(d))
	}
	for i := range x {
		x[i] = max(-0.1, min(0.1, x[i]))
	}
	if steps(t, o, valley(1, 0), x, 1); len(o.pairs) != 1 || !slices.Equal(o.pairs[0].s, want) {
		t.Errorf("the pairs are %v, want one step %v", o.pairs, want)
	}
	o = build(t, func(c *Config) { c.LineSearch = torchWolfe })
	for _, c := range []struct {
		y    float32
		kept bool
	}{{0.9e-10, false}, {1.1e-10, true}} {
		if _, kept := o.newPair([]float32{1}, []float32{c.y}); kept != c.kept {
			t.Errorf("s·y = %g is kept: %v", c.y, kept)
		}
	}
}

// TestWithoutPairsTorchStepsByTheRate: only the very first step is scaled.
func TestWithoutPairsTorchStepsByTheRate(t *testing.T) {
	linear := func(_ context.Context, x, grad []float32) (float64, error) {
		grad[0] = 4
		return 4 * float64(x[0]), nil
	}
	o, x := build(t, func(c *Config) { c.LineSearch = fixedStep }), []float32{0}
	if steps(t, o, linear, x, 1); x[0] != -1 {
		t.Errorf("the first step is %g, want −min(1, 1/4)·4", x[0])
	}
	if steps(t, o, linear, x, 1); x[0] != -5 {
		t.Errorf("the second step ends at %g, want −1−4", x[0])
	}
}

// TestTheSearchOfTorchFails: x stays; the step after the repetition is done, unless the
// gradient is another, as with random draws.
func TestTheSearchOfTorchFails(t *testing.T) {
	sign, calls := float32(-1), 0
	f := func(_ context.Context, x, grad []float32) (float64, error) {
		calls++
		grad[0] = sign * x[0]
		return float64(x[0]*x[0]) / 2, nil
	}
	o, x := build(t, func(c *Config) { c.LineSearch = torchWolfe }), []float32{2}
	outcome := steps(t, o, f, x, 1)
	if outcome.Accepted || outcome.Done || x[0] != 2 || calls != outcome.Evals || calls < 10 || calls > 2+torchSearch {
		t.Errorf("%+v, x = %v, %d calls", outcome, x, calls)
	}
	state := o.State()
	if outcome = steps(t, o, f, x, 1); !outcome.Done {
		t.Errorf("repeated: %+v", outcome)
	}
	again := build(t, func(c *Config) { c.LineSearch = torchWolfe })
	if err := again.Restore(state); err != nil {
		t.Fatal(err)
	}
	if outcome = steps(t, again, f, x, 1); !outcome.Done {
		t.Errorf("restored and repeated: %+v", outcome)
	}
	sign = 1
	if outcome = steps(t, o, f, x, 1); outcome.Done || !outcome.Accepted {
		t.Errorf("with another gradient: %+v", outcome)
	}
}

// TestCarriedToOtherRules: a stage may carry the state of one with another line search.
func TestCarriedToOtherRules(t *testing.T) {
	for _, c := range [][2]string{{strongWolfe, torchWolfe}, {strongWolfe, fixedStep}, {torchWolfe, strongWolfe}, {fixedStep, torchWolfe}} {
		from, x := build(t, func(o *Config) { o.LineSearch = c[0] }), start()
		steps(t, from, valley(1, 0), x, 6)
		to := build(t, func(o *Config) { o.LineSearch = c[1] })
		if err := to.Restore(from.State()); err != nil || len(to.pairs) != len(from.pairs) {
			t.Fatalf("%v: %d of %d pairs, error %v", c, len(to.pairs), len(from.pairs), err)
		}
		before := len(to.pairs)
		outcome := steps(t, to, valley(1, 0), x, 1)
		if !outcome.Accepted || len(to.pairs) < before {
			t.Errorf("%v: %+v, %d pairs after %d", c, outcome, len(to.pairs), before)
		}
		last := outcome.Loss
		if outcome = steps(t, to, valley(1, 0), x, 8); !(outcome.Loss < last/10) {
			t.Errorf("%v: from %g to %g", c, last, outcome.Loss)
		}
	}
}

// TestAFailedFirstStepOfTorch is the first again.
func TestAFailedFirstStepOfTorch(t *testing.T) {
	o, x, calls, broken := build(t, func(c *Config) { c.LineSearch = torchWolfe }), start(), 0, errors.New("broken")
	_, err := o.Step(context.Background(), func(ctx context.Context, x, grad []float32) (float64, error) {
		if calls++; calls > 1 {
			return math.NaN(), broken
		}
		return valley(1, 0)(ctx, x, grad)
	}, x, 1)
	if !errors.Is(err, broken) {
		t.Fatal(err)
	}
	want := start()
	steps(t, build(t, func(c *Config) { c.LineSearch = torchWolfe }), valley(1, 0), want, 3)
	if steps(t, o, valley(1, 0), x, 3); !slices.Equal(x, want) {
		t.Errorf("x = %v, want %v", x, want)
	}
}
