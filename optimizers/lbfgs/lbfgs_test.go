package lbfgs

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"runexp/framework"
)

// valley returns the objective Σ 2ⁱ·xᵢ⁴ + xᵢ², times scale plus offset, with the loss in
// single precision.
func valley(scale, offset float64) framework.Objective {
	return func(_ context.Context, x, grad []float32) (float64, error) {
		loss := 0.0
		for i, v := range x {
			a, v := math.Ldexp(1, i), float64(v)
			loss += a*v*v*v*v + v*v
			grad[i] = float32(scale * (4*a*v*v*v + 2*v))
		}
		return float64(float32(scale*loss + offset)), nil
	}
}

func start() []float32 { return []float32{1, -2, 0.5, 1.5, -0.25, 0.75} }

func build(t *testing.T, change func(*Config)) *Optimizer {
	t.Helper()
	c := Defaults()
	change(&c)
	o, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	return o.(*Optimizer)
}

// steps makes up to n steps and returns the last outcome.
func steps(t *testing.T, o *Optimizer, f framework.Objective, x []float32, n int) framework.Outcome {
	t.Helper()
	var outcome framework.Outcome
	for range n {
		var err error
		if outcome, err = o.Step(context.Background(), f, x, 1); err != nil {
			t.Fatal(err)
		}
		if outcome.Done {
			break
		}
	}
	return outcome
}

func TestHistoryHoldsTheNewestSteps(t *testing.T) {
	o, x := build(t, func(c *Config) { c.History = 3 }), start()
	var path [][]float32
	for range 9 {
		path = append(path, slices.Clone(x))
		steps(t, o, valley(1, 0), x, 1)
	}
	if len(o.pairs) != 3 {
		t.Fatalf("%d pairs", len(o.pairs))
	}
	for i, p := range o.pairs { // the last step started at path[8] and has no pair yet
		for j := range x {
			if want := path[6+i][j] - path[5+i][j]; p.s[j] != want {
				t.Errorf("pair %d: step %v, element %d should be %g", i, p.s, j, want)
			}
		}
	}
}

// TestSecantEquation checks the two-loop recursion by BFGS's definition.
func TestSecantEquation(t *testing.T) {
	o, x := build(t, func(*Config) {}), start()
	steps(t, o, valley(1, 0), x, 8)
	p := o.pairs[len(o.pairs)-1]
	copy(o.g, p.y)
	o.direct() // −Hy, which is −s: equation 6.6 of Nocedal and Wright
	for i, s := range p.s {
		if math.Abs(float64(o.d[i]+s)) > 1e-5*math.Sqrt(dot(p.s, p.s)) {
			t.Fatalf("Hy = %v, want −%v", o.d, p.s)
		}
	}
}

func TestPairsWithoutCurvatureAreSkipped(t *testing.T) {
	hill := func(_ context.Context, x, grad []float32) (float64, error) { // concave for |x| < π/2
		grad[0] = float32(-math.Sin(float64(x[0])))
		return math.Cos(float64(x[0])), nil
	}
	o, x := build(t, func(c *Config) { c.LineSearch = fixedStep }), []float32{0.1}
	for x[0] < 1.4 {
		if len(o.pairs) != 0 {
			t.Fatalf("a pair is kept at x = %v", x)
		}
		steps(t, o, hill, x, 1)
	}
	if steps(t, o, hill, x, 4); len(o.pairs) == 0 || math.Abs(float64(x[0])-math.Pi) > 0.1 {
		t.Errorf("%d pairs at x = %v, want some near π", len(o.pairs), x)
	}
}

// TestUnitOfTheLoss: scaling the loss by a power of two does not change the rounding.
func TestUnitOfTheLoss(t *testing.T) {
	want := start()
	steps(t, build(t, func(*Config) {}), valley(1, 0), want, 12)
	for _, scale := range []float64{0x1p-40, 0x1p40} {
		x := start()
		steps(t, build(t, func(*Config) {}), valley(scale, 0), x, 12)
		if !slices.Equal(x, want) {
			t.Errorf("scaled by %g: x = %v, want %v", scale, x, want)
		}
	}
}

// TestWrongGradient: the search fails with the history and without.
func TestWrongGradient(t *testing.T) {
	negated := func(ctx context.Context, x, grad []float32) (float64, error) {
		loss, err := valley(1, 0)(ctx, x, grad)
		for i := range grad {
			grad[i] = -grad[i]
		}
		return loss, err
	}
	o, x := build(t, func(*Config) {}), start()
	steps(t, o, valley(1, 0), x, 4)
	before, searched := slices.Clone(x), 0
	outcome := steps(t, o, func(ctx context.Context, at, grad []float32) (float64, error) {
		searched++
		return negated(ctx, at, grad)
	}, x, 1)
	if !outcome.Done || outcome.Accepted || !slices.Equal(x, before) {
		t.Errorf("%+v, x from %v to %v", outcome, before, x)
	}
	if searched > 1+2*o.c.MaxEvaluations || len(o.pairs) != 0 {
		t.Errorf("%d evaluations, %d pairs", searched, len(o.pairs))
	}
	if outcome := steps(t, o, valley(1, 0), x, 1); !outcome.Accepted {
		t.Error("with the right gradient the next step is not accepted")
	}
}

// TestSinglePrecisionEnds: differences below 6e-5 are lost in a loss near 1000.
func TestSinglePrecisionEnds(t *testing.T) {
	o, x, calls := build(t, func(*Config) {}), start(), 0
	f := valley(1, 1000)
	outcome := steps(t, o, func(ctx context.Context, x, grad []float32) (float64, error) {
		calls++
		return f(ctx, x, grad)
	}, x, 500)
	if loss, _ := valley(1, 0)(context.Background(), x, make([]float32, len(x))); !outcome.Done || loss > 1e-4 {
		t.Errorf("%+v after %d evaluations, %g above the minimum", outcome, calls, loss)
	}
}

// TestFewEvaluations: a search cut short takes the lowest point it evaluated.
func TestFewEvaluations(t *testing.T) {
	o, x := build(t, func(c *Config) { c.MaxEvaluations, c.Curvature = 2, 2e-4 }), start()
	last := math.Inf(1)
	for range 12 {
		outcome := steps(t, o, valley(1, 0), x, 1)
		if outcome.Loss >= last || outcome.Evals > 5 {
			t.Fatalf("%+v, before %g", outcome, last)
		}
		last = outcome.Loss
	}
	if last > 1e-3 {
		t.Errorf("12 steps end at %g", last)
	}
}

func TestRate(t *testing.T) {
	for _, rate := range []float64{0, -1, math.NaN(), math.Inf(1)} {
		x := start()
		_, err := build(t, func(*Config) {}).Step(context.Background(), valley(1, 0), x, rate)
		if err == nil || !slices.Equal(x, start()) {
			t.Errorf("rate %g: %v, x = %v", rate, err, x)
		}
	}
	for _, rate := range []float64{1e-300, 1e-3, 1e3, 1e8} { // the first is too small to move anything
		for _, search := range []string{strongWolfe, torchWolfe, fixedStep} {
			x := start()
			o := build(t, func(c *Config) { c.LineSearch = search })
			outcome, err := o.Step(context.Background(), valley(1, 0), x, rate)
			if err != nil || outcome.Accepted != !slices.Equal(x, start()) || outcome.Accepted != (rate > 1e-300) {
				t.Errorf("%s, rate %g: %+v, %v, x = %v", search, rate, outcome, err, x)
			}
		}
	}
}

func TestStateOfAnotherHistory(t *testing.T) {
	long, x := build(t, func(*Config) {}), start()
	steps(t, long, valley(1, 0), x, 8)
	err := build(t, func(c *Config) { c.History = 3 }).Restore(long.State())
	if err == nil || !strings.Contains(err.Error(), "history: 3") {
		t.Errorf("error %v", err)
	}
	state := long.State()
	state[2].PerPixel = make([]float32, len(x)) // as a bad resampling might leave it
	again := build(t, func(*Config) {})
	if err := again.Restore(state); err != nil || len(again.pairs) != len(long.pairs)-1 {
		t.Errorf("%d of %d pairs, error %v", len(again.pairs), len(long.pairs), err)
	}
}

func TestNewChecksItsOptions(t *testing.T) {
	if _, err := New(Config{}); err == nil || !strings.Contains(err.Error(), "history") {
		t.Errorf("error %v", err)
	}
}

// TestBeyondACliff: where the loss is not finite, the search takes a shorter step and
// continues.
func TestBeyondACliff(t *testing.T) {
	beyond := 0
	cliff := func(ctx context.Context, x, grad []float32) (float64, error) {
		for _, v := range x {
			if math.Abs(float64(v)) > 2.5 {
				beyond++
				grad[0] = float32(math.NaN())
				return 0, fmt.Errorf("on purpose: %w", framework.ErrNotFinite)
			}
		}
		return valley(1, 0)(ctx, x, grad)
	}
	for _, c := range []struct {
		search string
		rate   float64
	}{{strongWolfe, 1}, {strongWolfe, 1e3}, {strongWolfe, 1e12}, {torchWolfe, 1}, {torchWolfe, 1e3}, {torchWolfe, 1e5}} {
		rate := c.rate
		o, x := build(t, func(o *Config) { o.LineSearch = c.search }), start()
		before, earlier := slices.Clone(x), beyond
		for range 15 {
			outcome, err := o.Step(context.Background(), cliff, x, rate)
			if err != nil {
				t.Fatalf("%s, rate %g: %v", c.search, rate, err)
			}
			if !outcome.Accepted && slices.Equal(x, before) {
				t.Fatalf("%s, rate %g: x never moves", c.search, rate)
			}
		}
		if loss, _ := valley(1, 0)(context.Background(), x, make([]float32, len(x))); loss > 0.1 {
			t.Errorf("%s, rate %g: 15 steps end at %g", c.search, rate, loss)
		}
		if rate > 1 && beyond == earlier {
			t.Errorf("%s, rate %g: the cliff is never reached: the test has no power", c.search, rate)
		}
	}
	_, err := build(t, func(c *Config) { c.LineSearch = fixedStep }).Step(context.Background(), func(context.Context, []float32, []float32) (float64, error) {
		return 0, framework.ErrNotFinite
	}, start(), 1)
	if !errors.Is(err, framework.ErrNotFinite) {
		t.Errorf("at x itself the error is %v", err)
	}
}
