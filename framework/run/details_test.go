package run

import (
	"math"
	"testing"

	"runexp/framework"
	"runexp/variables/initials/content"
	"runexp/variables/pixels"
	"runexp/variables/pyramid"
)

// first returns a run's pictures at the start of its two stages.
func first(t *testing.T, e framework.Experiment) [2][]float32 {
	t.Helper()
	p := prepare(t, e)
	var starts [2][]float32
	r := &record{onSafePoint: func(s State, _ bool) error {
		if s.Iteration > 0 || s.Evaluations > 1 {
			return nil
		}
		m, err := p.image(t.Context(), s.X, p.sizes[s.Stage].H, p.sizes[s.Stage].W)
		if err == nil {
			starts[s.Stage] = m.Pix
		}
		return err
	}}
	if _, err := p.Optimize(t.Context(), r); err != nil {
		t.Fatal(err)
	}
	return starts
}

// TestDetailsAreAdded to what a stage starts from, the first as well as others, whatever the
// variable, and within its bounds.
func TestDetailsAreAdded(t *testing.T) {
	const factor = 5
	e := experiment(t)
	e.Init = framework.InitSpec{From: "content", Options: &content.Config{}}
	for i := range e.Stages {
		e.Stages[i].Optimizer.LR = 1e-9 // stays where it starts
	}
	for name, variable := range map[string]framework.VariableSpec{
		"pixels":  {Name: "pixels", Options: &pixels.Config{Space: "normalized", Bounds: "none"}},
		"bounded": {Name: "pixels", Options: &pixels.Config{Space: "normalized", Bounds: "clamp"}},
		"pyramid": {Name: "pyramid", Options: &pyramid.Config{Levels: 3, Filter: "bilinear", Space: "unit", Bounds: "none"}},
	} {
		e.Variable = variable
		for _, stage := range []int{0, 1} {
			e.Stages[0].Details, e.Stages[1].Details = 0, 0
			plain := first(t, e)
			e.Stages[stage].Details = factor
			p := prepare(t, e)
			details := p.content.Resize(p.sizes[stage].H, p.sizes[stage].W).Details().Pix
			outside := 0
			for i, u := range first(t, e)[stage] {
				want := float64(plain[stage][i] + factor*details[i])
				if want < 0 || want > 1 {
					outside++
				}
				if name == "bounded" {
					want = min(max(want, 0), 1)
				}
				if math.Abs(float64(u)-want) > 1e-5 {
					t.Fatalf("%s, stage %d: element %d is %g, want %g", name, stage+1, i, u, want)
				}
			}
			if outside == 0 {
				t.Errorf("%s, stage %d: nothing is out of bounds: the test has no power", name, stage+1)
			}
		}
	}
}

// TestDetailsAreAddedOnce: a run that resumes in a stage does not add them again.
func TestDetailsAreAddedOnce(t *testing.T) {
	e := interrupted(t)["adam"]
	e.Stages[0].Details, e.Stages[1].Details = 1, 1
	want, err := prepare(t, e).Optimize(t.Context(), &record{})
	if err != nil {
		t.Fatal(err)
	}
	for _, step := range []int{0, 2} {
		state, _ := interrupt(t, e, step, false)
		p := prepare(t, e)
		if err := p.Resume(*state); err != nil {
			t.Fatal(err)
		}
		got, err := p.Optimize(t.Context(), &record{})
		if err != nil {
			t.Fatal(err)
		}
		for i, u := range got.Final.Pix {
			if u != want.Final.Pix[i] {
				t.Fatalf("resumed at step %d: element %d is %g, want %g", step, i, u, want.Final.Pix[i])
			}
		}
	}
}
