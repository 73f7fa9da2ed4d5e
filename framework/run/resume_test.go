package run

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"runexp/framework"
	"runexp/optimizers"
	"runexp/optimizers/lbfgs"
	"runexp/variables/pixels"
)

// interrupted returns the experiments to interrupt: every built-in optimiser, both kinds of
// budget, and a rate that makes the guard roll back.
func interrupted(t *testing.T) map[string]framework.Experiment {
	t.Helper()
	list := map[string]framework.Experiment{}
	base := experiment(t)
	base.Stages[1].Size.Scale = 1.2
	with := func(name string, rate float64, options func() any) {
		e := base
		e.Stages = slices.Clone(base.Stages)
		for i := range e.Stages {
			e.Stages[i].Optimizer.Name, e.Stages[i].Optimizer.LR, e.Stages[i].Optimizer.Options = strings.Fields(name)[0], rate, options()
		}
		list[name] = e
	}
	for _, name := range optimizers.Registry().Names() {
		plugin, err := optimizers.Registry().Lookup(name)
		if err != nil {
			t.Fatal(err)
		}
		with(name, 0.1, plugin.Options)
	}
	fixed := lbfgs.Defaults()
	fixed.LineSearch, fixed.History = "none", 2
	with("lbfgs of fixed steps", 1, func() any { return &fixed })
	searched := fixed
	searched.LineSearch = "torch"
	with("lbfgs with torch's search", 1, func() any { return &searched })
	momentum, err := optimizers.Registry().Lookup("momentum")
	if err != nil {
		t.Fatal(err)
	}
	with("momentum with rollbacks", 2000, momentum.Options)
	for _, name := range []string{"adam", "momentum with rollbacks"} {
		e := list[name]
		e.Output.Average = 0.8
		e.Stages = slices.Clone(e.Stages)
		e.Stages[1].Carry = true
		list[name+", averaged and carried"] = e
	}
	bounded := list["adam"]
	bounded.Variable.Options = &pixels.Config{Space: "normalized", Bounds: "clamp"}
	list["adam, bounded"] = bounded
	wide := list["adam"]
	wide.Margin = 0.1
	list["adam, with a margin"] = wide
	own := list["adam"]
	own.Losses = ofDerived(t).Losses
	list["adam, a loss of random numbers and the start"] = own
	return list
}

// TestResumeMakesTheSameBits interrupts runs at every iteration, by a signal and by an
// observer's error, and resumes them in another Prepared.
func TestResumeMakesTheSameBits(t *testing.T) {
	for name, e := range interrupted(t) {
		t.Run(name, func(t *testing.T) {
			e.Output.Every = 2
			whole := &record{}
			want, err := prepare(t, e).Optimize(context.Background(), whole)
			if err != nil {
				t.Fatal(err)
			}
			if back := len(whole.rollbacks); back > 0 != strings.HasPrefix(name, "momentum with rollbacks") {
				t.Fatalf("%d rollbacks", back)
			}
			steps := whole.rows[len(whole.rows)-1].Step
			for k := range steps + 1 {
				fails := k%2 == 1 || k == steps // a signal after the last row is too late
				s, seen := interrupt(t, e, k, fails)
				if s == nil {
					if fails || k < steps-1 {
						t.Fatalf("interrupted after step %d: no state is offered", k)
					}
					continue
				}
				at := fmt.Sprintf("interrupted after step %d, resumed at %d", k, s.Step)
				if s.Step < k-1 || s.Step > k+2 {
					t.Errorf("%s: too far apart", at)
				}
				rest, p := &record{}, prepare(t, e)
				if err := p.Resume(*s); err != nil {
					t.Fatal(err)
				}
				got, err := p.Optimize(context.Background(), rest)
				if err != nil {
					t.Fatal(err)
				}
				if !slices.Equal(got.Final.Pix, want.Final.Pix) {
					t.Errorf("%s: another picture", at)
				}
				compareRows(t, at, append(upTo(seen.rows, s.Step), rest.rows...), whole.rows)
				if !slices.Equal(kinds(rest.pictures, s.Step), kinds(whole.pictures, s.Step)) {
					t.Errorf("%s: pictures %v, want %v", at, kinds(rest.pictures, s.Step), kinds(whole.pictures, s.Step))
				}
			}
		})
	}
}

// interrupt runs e to the row of step k and returns the last state offered, and the events.
func interrupt(t *testing.T, e framework.Experiment, k int, fails bool) (*State, *record) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	r := &record{}
	r.onRow = func(row Row) error {
		if row.Step < k {
			return nil
		}
		if fails {
			return errOnPurpose
		}
		cancel()
		return nil
	}
	var kept *State
	r.onSafePoint = func(s State, leaving bool) error {
		if leaving {
			kept = new(State)
			kept.copyFrom(s)
		}
		return nil
	}
	_, err := prepare(t, e).Optimize(ctx, r)
	observerErr := new(ObserverError)
	if fails != errors.As(err, &observerErr) || !fails && err != nil {
		t.Fatalf("error %v", err)
	}
	return kept, r
}

// upTo returns the rows of steps below step.
func upTo(rows []Row, step int) []Row {
	var out []Row
	for _, row := range rows {
		if row.Step < step {
			out = append(out, row)
		}
	}
	return out
}

// compareRows compares all but the times; of a repeated step the last row counts.
func compareRows(t *testing.T, at string, got, want []Row) {
	t.Helper()
	last := func(rows []Row) (list []Row) {
		for _, row := range rows {
			row.Took = 0
			list = append(upTo(list, row.Step), row)
		}
		return list
	}
	got, want = last(got), last(want)
	if len(got) != len(want) {
		t.Fatalf("%s: %d rows, want %d", at, len(got), len(want))
	}
	for i := range got {
		if !reflect.DeepEqual(got[i], want[i]) {
			t.Fatalf("%s: row\n%+v\nwant\n%+v", at, got[i], want[i])
		}
	}
}

func kinds(pictures []Picture, from int) (list []string) {
	for _, p := range pictures {
		if name := fmt.Sprintf("%s at %d", p.Kind, p.Step); p.Step >= from && !slices.Contains(list, name) {
			list = append(list, name)
		}
	}
	return list
}

// TestEveryOfferedState resumes from each state that an uninterrupted run offers.
func TestEveryOfferedState(t *testing.T) {
	e := interrupted(t)["momentum with rollbacks"]
	var states []State
	whole := &record{onSafePoint: func(s State, leaving bool) error {
		if leaving {
			t.Error("an uninterrupted run offers a last state")
		}
		var kept State
		kept.copyFrom(s)
		states = append(states, kept)
		return nil
	}}
	want, err := prepare(t, e).Optimize(context.Background(), whole)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range states {
		p := prepare(t, e)
		if err := p.Resume(s); err != nil {
			t.Fatal(err)
		}
		got, err := p.Optimize(context.Background(), &record{})
		if err != nil || !slices.Equal(got.Final.Pix, want.Final.Pix) {
			t.Errorf("from step %d: another picture, error %v", s.Step, err)
		}
	}
}

// TestThePictureCannotBeStored resumes from the state offered then: few steps are repeated.
func TestThePictureCannotBeStored(t *testing.T) {
	for _, name := range []string{"adam", "lbfgs"} {
		e := interrupted(t)[name]
		want, err := prepare(t, e).Optimize(context.Background(), &record{})
		if err != nil {
			t.Fatal(err)
		}
		full := &record{onPicture: func(p Picture) error {
			if p.Kind == "final" {
				return errOnPurpose
			}
			return nil
		}}
		var kept State
		full.onSafePoint = func(s State, leaving bool) error {
			if leaving {
				kept.copyFrom(s)
			}
			return nil
		}
		if _, err := prepare(t, e).Optimize(context.Background(), full); !errors.Is(err, errOnPurpose) {
			t.Fatal(err)
		}
		rest, p := &record{}, prepare(t, e)
		if err := p.Resume(kept); err != nil {
			t.Fatal(err)
		}
		got, err := p.Optimize(context.Background(), rest)
		if err != nil || !slices.Equal(got.Final.Pix, want.Final.Pix) || len(rest.rows) > 2 {
			t.Errorf("%s: another picture, or %d rows; error %v", name, len(rest.rows), err)
		}
	}
}

func TestResumeRefuses(t *testing.T) {
	e := interrupted(t)["adam"]
	good, _ := interrupt(t, e, 2, false)
	for want, change := range map[string]func(*State){
		"stage 8 of 2":              func(s *State) { s.Stage = 7 },
		"stage 0 of 2":              func(s *State) { s.Stage = -1 },
		"a picture of 1295 numbers": func(s *State) { s.X = s.X[1:] },
		"where stage 2 has":         func(s *State) { s.Stage = 1 },
		"iteration 6 at step 6":     func(s *State) { s.Iteration, s.Step = 6, 6 },
		"iteration 3 at step 2":     func(s *State) { s.Step = 2 },
		"-1 evaluations":            func(s *State) { s.Evaluations = -1 },
		"11 rollbacks":              func(s *State) { s.Guard.Rollbacks = 11 },
		"element 7 of the picture":  func(s *State) { s.X[7] /= 0 },
		`"mean" of the optimiser`:   func(s *State) { s.Optimizer[1].PerPixel = s.Optimizer[1].PerPixel[1:] },
		`no "step"`:                 func(s *State) { s.Optimizer = s.Optimizer[1:] },
	} {
		var s State
		s.copyFrom(*good)
		change(&s)
		if err := prepare(t, e).Resume(s); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want one that says %q", err, want)
		}
	}
	e.Output.Average = 0.9
	averaged, _ := interrupt(t, e, 2, false)
	for what, change := range map[string]func(*State){
		"of an earlier version": func(s *State) { s.Averaged = 0 },
		"no average":            func(s *State) { s.Average = nil },
	} {
		var s State
		s.copyFrom(*averaged)
		change(&s)
		if err := prepare(t, e).Resume(s); err == nil || !strings.Contains(err.Error(), "an earlier version of runexp left the start out") {
			t.Errorf("%s: error %v", what, err)
		}
	}
	e.Output.Average = 0
	p := prepare(t, e)
	if err := p.Resume(State{Stage: 5}); err == nil {
		t.Fatal("no error")
	}
	if _, err := p.Optimize(context.Background(), &record{onRow: func(row Row) error {
		if row.Step == 0 {
			return errOnPurpose
		}
		return errors.New("the run does not begin at the start")
	}}); !errors.Is(err, errOnPurpose) {
		t.Error(err)
	}
}
