package run

import (
	"time"

	"runexp/framework/imaging"
)

// An Observer hears what a run does, in order, on the run's goroutine. An error
// ends the run; what was observed before stays valid.
type Observer interface {
	Begin(Stage) error     // a stage begins
	Row(Row) error         // one iteration is over
	Picture(Picture) error // a picture worth keeping
}

// A Stage is one size of the picture.
type Stage struct {
	Index, Count            int // 0 … Count−1
	Height, Width           int
	Iterations, Evaluations int // the budget: one of them is 0
	Step                    int // of its first row, counted over the whole run
}

// A Row is the loss at the picture before iteration Step. The last row of a
// stage has no iteration after it: it records the picture that the stage ends with.
type Row struct {
	Stage     int
	Step      int // counted over the whole run
	Iteration int // counted over the stage
	Last      bool
	Total     float64 // Σ loss weight · Σ tap weight · term
	Terms     []Term
	Rate      float64       // learning rate of the iteration
	Evals     int           // evaluations so far in this stage
	Took      time.Duration // of the iteration
}

// A Term is one scalar of a loss, unweighted.
type Term struct {
	Loss, Layer string
	Value       float64
	TapWeight   float64
	LossWeight  float64
}

// A Picture is a state of the variable as an image.
type Picture struct {
	Kind  string // intermediate, stage (the end of one), final, or last (before an error)
	Stage int
	Step  int // of the row that records its loss
	Image *imaging.Image
}

// An ImageUse is an input image with its own size and the size used.
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
