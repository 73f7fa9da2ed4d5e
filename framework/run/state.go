package run

import (
	"fmt"

	"runexp/framework"
)

// A State is the state of a run between two iterations. With the experiment, it
// determines the rest of the run.
type State struct {
	Stage       int
	Iteration   int // the next one, counted over the stage
	Step        int // the same, counted over the whole run
	Evaluations int // so far in this stage
	// Evaluated says that Evaluations includes one at X, which is not counted again
	// on resuming.
	Evaluated bool
	Done      bool // the optimiser has converged: only the last row is missing
	X         []float32
	Start     []float32 // X at the start of the stage; nil unless a loss compares with it
	Average   []float32 // of the stage's pictures so far (see average); nil for none
	Averaged  int       // the number of pictures in Average, with the one that the stage started from
	Optimizer []framework.Slot
	Guard     Guard
}

// copyFrom makes s a copy of t, reusing the memory of s.
func (s *State) copyFrom(t State) {
	x, mean, slots := s.X, s.Average, s.Optimizer
	*s = t
	s.X = append(x[:0], t.X...)
	if t.Average != nil {
		s.Average = append(mean[:0], t.Average...)
	}
	for len(slots) < len(t.Optimizer) { // a history grows; its earlier slots are reused
		slots = append(slots, framework.Slot{})
	}
	slots = slots[:len(t.Optimizer)]
	for i, slot := range t.Optimizer {
		slots[i] = framework.Slot{
			Name:     slot.Name,
			Scalars:  append(slots[i].Scalars[:0], slot.Scalars...),
			PerPixel: append(slots[i].PerPixel[:0], slot.PerPixel...),
			Quantity: slot.Quantity,
		}
	}
	s.Optimizer = slots
}

// startsMatter reports whether a loss of a stage compares with the picture that it starts
// from.
func (p *Prepared) startsMatter(stage int) bool {
	return len(lossesFor(p.lossesAt(stage), framework.Start)) > 0
}

// averageFits reports whether the average is of the stage's start and all iterates, or not
// begun.
func (s *State) averageFits() bool {
	if len(s.Average) == 0 {
		return s.Averaged == 0 && s.Iteration == 0
	}
	return s.Averaged == s.Iteration+1
}

// Resume makes Optimize continue from s instead of the start. The State must be of the
// same experiment; pictures and losses are then bitwise those of an uninterrupted run.
// Prepared takes ownership of s.X.
//
// Errors: a State that does not fit the experiment, which leaves p unchanged.
func (p *Prepared) Resume(s State) error {
	if s.Stage < 0 || s.Stage >= len(p.sizes) {
		return fmt.Errorf("resume: stage %d of %d", s.Stage+1, len(p.sizes))
	}
	stage := p.Stages()[s.Stage]
	numbers := p.variable.Shape(stage.canvas.H, stage.canvas.W).Len()
	switch {
	case len(s.X) != numbers:
		return fmt.Errorf("resume: a picture of %d numbers, where stage %d has %d", len(s.X), s.Stage+1, numbers)
	case p.startsMatter(s.Stage) != (len(s.Start) != 0) && s.Iteration > 0, len(s.Start) != 0 && len(s.Start) != numbers:
		return fmt.Errorf("resume: a start of %d numbers, where stage %d has %d", len(s.Start), s.Stage+1, numbers)
	case len(s.Average) != 0 && len(s.Average) != numbers:
		return fmt.Errorf("resume: an average of %d numbers, where stage %d has %d", len(s.Average), s.Stage+1, numbers)
	case p.e.Output.Average > 0 && !s.averageFits():
		return fmt.Errorf("resume: the average after %d iterations is not of %d pictures, the stage's start and the iterates; an earlier version of runexp left the start out", s.Iteration, s.Iteration+1)
	case s.Iteration < 0 || s.Step < s.Iteration || stage.Iterations > 0 && s.Iteration > stage.Iterations:
		return fmt.Errorf("resume: iteration %d at step %d does not exist", s.Iteration, s.Step)
	case s.Evaluations < 0 || s.Evaluated && s.Evaluations == 0:
		return fmt.Errorf("resume: %d evaluations", s.Evaluations)
	case s.Guard.Rollbacks < 0 || s.Guard.Rollbacks > maxRollbacks:
		return fmt.Errorf("resume: %d rollbacks", s.Guard.Rollbacks)
	}
	for i, v := range s.X {
		if !finite(float64(v)) {
			return fmt.Errorf("resume: element %d of the picture is %g", i, v)
		}
	}
	for _, slot := range s.Optimizer {
		if n := len(slot.PerPixel); n != 0 && n != numbers {
			return fmt.Errorf("resume: %q of the optimiser has %d numbers for a picture of %d", slot.Name, n, numbers)
		}
	}
	if err := p.optimize[s.Stage].Restore(s.Optimizer); err != nil {
		return fmt.Errorf("resume: %w", err)
	}
	p.from = &s
	return nil
}
