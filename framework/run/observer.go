package run

import (
	"time"

	"runexp/framework/imaging"
	"runexp/framework/sizes"
)

// An Observer receives the events of a run, in order, on the run's goroutine. Its error
// ends the run; earlier events stay valid.
type Observer interface{ Observe(Event) error }

// An ObserverFunc is a function as an Observer.
type ObserverFunc func(Event) error

// Observe calls f.
func (f ObserverFunc) Observe(e Event) error { return f(e) }

// An Event is a Stage that begins or is resumed, a Row, a Picture, a Rollback, a SafePoint
// or, before all others, Regions.
type Event interface{ isEvent() }

func (Stage) isEvent()     {}
func (Row) isEvent()       {}
func (Picture) isEvent()   {}
func (Rollback) isEvent()  {}
func (SafePoint) isEvent() {}
func (Regions) isEvent()   {}

// A SafePoint is a state between two iterations that a checkpoint can be made of: all
// rows of earlier steps were observed, and Prepared.Resume continues from it. Its slices
// are valid during the call only.
type SafePoint struct {
	State State
	Last  bool // the run stops here, because of a signal or an error of the Observer
}

// An ObserverError is an error that the Observer returned; the run itself did not fail.
type ObserverError struct{ Err error }

func (e *ObserverError) Error() string { return e.Err.Error() }
func (e *ObserverError) Unwrap() error { return e.Err }

// A Stage is one size of the picture.
type Stage struct {
	Index, Count            int // 0 … Count−1
	Height, Width           int // of its pictures
	Iterations, Evaluations int // the budget: one of them is 0
	Step                    int // of its first row, counted over the whole run

	canvas sizes.Pixels // the picture with its margin
}

// A Row is the loss of the picture before iteration Step. The last row of a stage has
// no iteration: it records the stage's result. After a Rollback rows of the same steps
// are emitted again and replace the earlier ones.
type Row struct {
	Stage     int
	Step      int // counted over the whole run
	Iteration int // counted over the stage
	Last      bool
	Stalled   bool    // Last, before the budget is used up: the optimiser found no step that lowers the loss
	Total     float64 // Σ loss weight · Σ term weight · term
	Terms     []Term
	Rate      float64       // learning rate of the iteration, with the guard's factor
	Evals     int           // evaluations so far in this stage
	Took      time.Duration // of the iteration
}

// NoDescent says why a row is Stalled.
const NoDescent = "no step lowers the loss"

// A Term is one scalar of a loss, unweighted.
type Term struct {
	Loss, Name string
	Value      float64
	Weight     float64 // within the loss
	LossWeight float64
}

// A Picture is a state of the variable as an image.
type Picture struct {
	Kind      string // intermediate, sample, stage (the end of one), final, or last (before an error)
	Stage     int
	Step      int // of the row that records its loss
	Iteration int // likewise, counted over the stage
	Image     *imaging.Image
}

// Regions are those that the run has found (masks.auto), as a picture: the content image
// and below it the style images, each with its regions beside it in flat colours.
type Regions struct{ Image *imaging.Image }

// A Rollback is a step that was undone: picture and optimiser are restored, and the rest
// of the stage runs at a smaller learning rate.
type Rollback struct {
	Stage     int
	Step      int // of the row that is repeated
	Iteration int // likewise, counted over the stage
	Loss      float64
	Factor    float64 // of the learning rate, from now on
	Why       string
}

// An ImageUse is an input image with its own size and the size used in a stage.
type ImageUse struct {
	Role, Path            string
	Height, Width         int
	UsedHeight, UsedWidth int
}

// An Outcome is how a run ended without an error.
type Outcome struct {
	Final   *imaging.Image
	Stopped bool // before its budget was used up, because the context was done
}

// markErrors wraps the Observer's errors in *ObserverError.
func markErrors(o Observer) Observer {
	return ObserverFunc(func(e Event) error {
		if err := o.Observe(e); err != nil {
			return &ObserverError{err}
		}
		return nil
	})
}
