package run

import (
	"context"
	"math"
	"slices"
	"strings"
	"testing"

	"runexp/framework"
)

// leap is gradient descent whose step 3 adds 1e5 times the rate to every pixel.
type leap struct {
	descent
	n float64
}

func (l *leap) Step(ctx context.Context, f framework.Objective, x []float32, rate float64) (framework.Outcome, error) {
	outcome, err := l.descent.Step(ctx, f, x, rate)
	if l.n++; l.n == 4 {
		for i := range x {
			x[i] += float32(1e5 * rate)
		}
	}
	return outcome, err
}

func (l *leap) State() []framework.Slot {
	return []framework.Slot{{Name: "n", Scalars: []float64{l.n}}}
}

func (l *leap) Restore(state []framework.Slot) error {
	slots, err := framework.Slots(state, "n")
	if err == nil {
		l.n = slots[0].Scalars[0]
	}
	return err
}

// prepareLeap prepares an experiment of one stage with leap as its optimiser.
func prepareLeap(t *testing.T, rate float64) *Prepared {
	t.Helper()
	e := experiment(t)
	e.Stages = e.Stages[:1]
	e.Stages[0].Optimizer.LR = rate
	p := prepare(t, e)
	p.optimize[0] = &leap{descent: descent{1}}
	return p
}

// overshooting is a leap that says so.
type overshooting struct{ leap }

func (*overshooting) Overshoots() bool { return true }

// TestOvershooting: an optimiser that recovers from long steps is not rolled back.
func TestOvershooting(t *testing.T) {
	lowest := 0.0
	p, r := prepareLeap(t, 0.1), &record{onSafePoint: func(s State, _ bool) error { lowest = s.Guard.Lowest; return nil }}
	p.optimize[0] = &overshooting{leap{descent: descent{1}}}
	if _, err := p.Optimize(context.Background(), r); err != nil {
		t.Fatal(err)
	}
	if len(r.rollbacks) != 0 {
		t.Errorf("%d rollbacks", len(r.rollbacks))
	}
	if lowest == 0 || math.IsInf(lowest, 0) { // which no checkpoint can have
		t.Errorf("the lowest loss is %g", lowest)
	}
}

// TestAnExplosionIsUndone runs an experiment whose step 3 is rolled back until its rate is
// small enough.
func TestAnExplosionIsUndone(t *testing.T) {
	r := &record{}
	if _, err := prepareLeap(t, 0.1).Optimize(context.Background(), r); err != nil {
		t.Fatal(err)
	}
	n := len(r.rollbacks)
	if n < 2 || n > 9 {
		t.Fatalf("%d rollbacks", n)
	}
	for i, b := range r.rollbacks {
		if b.Iteration != 3 || b.Step != 3 || b.Factor != math.Ldexp(1, -i-1) || !(b.Loss > divergenceFactor*r.rows[3].Total) || !strings.Contains(b.Why, "1000 times the lowest") {
			t.Errorf("rollback %d: %+v", i, b)
		}
	}
	// Steps 0 1 2 3, 3 again for each rollback, 4 and the last row.
	var steps []int
	for _, row := range r.rows {
		steps = append(steps, row.Step)
		again := r.rows[3]
		if row.Step == 3 && (row.Total != again.Total || !slices.Equal(row.Terms, again.Terms)) {
			t.Errorf("step 3 starts at the loss %g, when repeated at %g", again.Total, row.Total)
		}
	}
	want := append([]int{0, 1, 2}, slices.Repeat([]int{3}, n+1)...)
	if want = append(want, 4, 5); !slices.Equal(steps, want) {
		t.Errorf("steps %v, want %v", steps, want)
	}
	for i, row := range r.rows[4 : 4+n] { // the schedule halves the rate every 2 iterations
		if want := 0.1 * 0.5 * r.rollbacks[i].Factor; row.Rate != want {
			t.Errorf("repeated at rate %g, want %g", row.Rate, want)
		}
	}
	if row := r.rows[len(r.rows)-2]; row.Rate != 0.1*0.25*r.rollbacks[n-1].Factor {
		t.Errorf("iteration 4 at rate %g: the rollback's factor is not applied", row.Rate)
	}
}

// TestASignalWaitsForTheRepetition: a repeated iteration is finished first.
func TestASignalWaitsForTheRepetition(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	left := -1
	r := &record{onRollback: func(Rollback) error { cancel(); return nil }}
	r.onSafePoint = func(s State, leaving bool) error {
		if leaving {
			left = s.Step
		}
		return nil
	}
	outcome, err := prepareLeap(t, 0.1).Optimize(ctx, r)
	if err != nil || !outcome.Stopped || left != 4 || r.rows[len(r.rows)-1].Step != 4 {
		t.Errorf("%+v, %v, left at step %d, last row of step %d", outcome.Stopped, err, left, r.rows[len(r.rows)-1].Step)
	}
}

// TestTooManyExplosions ends with the last good picture.
func TestTooManyExplosions(t *testing.T) {
	r := &record{}
	_, err := prepareLeap(t, 1e9).Optimize(context.Background(), r)
	// The rate is too large from the first step.
	if err == nil || !strings.Contains(err.Error(), "stage 1: iteration 0: the ") || !strings.Contains(err.Error(), "halved 10 times, to 9.766e+05; try a smaller learning rate or loss weight") {
		t.Fatalf("error %v", err)
	}
	if len(r.rollbacks) != maxRollbacks || len(r.pictures) != 1 || r.pictures[0].Kind != "last" || r.pictures[0].Step != 0 {
		t.Errorf("%d rollbacks, pictures %+v", len(r.rollbacks), r.pictures)
	}
}

func TestABadStart(t *testing.T) {
	e := experiment(t)
	e.Losses[0].Weight = 1e300
	r := &record{}
	_, err := runIt(t, context.Background(), e, r)
	if err == nil || !strings.Contains(err.Error(), "stage 1: iteration 0: the gradient is") || !strings.Contains(err.Error(), "try a smaller loss weight") {
		t.Fatalf("error %v", err)
	}
	if len(r.rows) != 0 || len(r.rollbacks) != 0 {
		t.Errorf("%d rows, %d rollbacks", len(r.rows), len(r.rollbacks))
	}
}

// TestLargeRates: a run with a large rate or weight succeeds, or the error has the reason.
func TestLargeRates(t *testing.T) {
	for _, c := range []struct {
		name   string
		rate   float64
		weight float64
		fails  bool
	}{
		{"adam", 1e2, 10, false},
		{"adam", 1e6, 10, true},
		{"adam", 0.1, 1e30, false}, // Adam's steps do not depend on the loss's unit
		{"momentum", 1e30, 10, true},
		{"lbfgs", 1e6, 10, false}, // the first trial of a search
		{"lbfgs", 1, 1e30, false},
	} {
		e := experiment(t)
		e.Losses[1].Weight = c.weight
		plugin, err := plugins().Optimizers.Lookup(c.name)
		if err != nil {
			t.Fatal(err)
		}
		for i := range e.Stages {
			e.Stages[i].Optimizer.Name, e.Stages[i].Optimizer.LR, e.Stages[i].Optimizer.Options = c.name, c.rate, plugin.Options()
		}
		r := &record{}
		_, err = runIt(t, context.Background(), e, r)
		if c.fails != (err != nil) || err != nil && !strings.Contains(err.Error(), "try a smaller learning rate") {
			t.Errorf("%+v: error %v", c, err)
		}
		if c.name == "adam" && c.rate == 1e2 && len(r.rollbacks) == 0 || c.name == "lbfgs" && len(r.rollbacks) > 0 {
			t.Errorf("%+v: rollbacks %+v", c, r.rollbacks)
		}
		lowest := math.Inf(1)
		for _, row := range r.rows {
			if lowest = min(lowest, row.Total); row.Iteration == 0 {
				lowest = row.Total
			}
			if !(row.Total <= divergenceFactor*lowest) {
				t.Errorf("%+v: row %d at %g, after %g", c, row.Step, row.Total, lowest)
			}
		}
	}
}

func TestTheGuardIgnoresLossesThatAreNotPositive(t *testing.T) {
	g := newGuard()
	for _, loss := range []float64{5, 0, 1e9, -3, 1e9} {
		if err := g.check(loss); err != nil {
			t.Error(err)
		}
	}
}
