package framework

// A Schedule gives the learning rate of each iteration of a stage.
type Schedule interface {
	// Rate returns the learning rate of iteration i of the stage, counted from 0; lr is
	// the config's. Equal arguments give equal rates.
	Rate(lr float64, i int) float64
}

// A Spanner is a Schedule whose course depends on how many iterations it has.
type Spanner interface {
	// Span returns the schedule for so many iterations, at least 1; 0 means that the stage
	// has a number of evaluations instead. The error says which option to set.
	Span(iterations int) (Schedule, error)
}

// Over returns schedule, which s chose, for a stage of so many iterations (0: of a number of
// evaluations), after the warm-up of s. Errors are those of the warm-up and of Span.
func (s ScheduleSpec) Over(schedule Schedule, iterations int) (Schedule, error) {
	switch {
	case s.Warmup < 0:
		return nil, Invalid("warmup", "must be at least 0, not %d", s.Warmup)
	case iterations > 0 && s.Warmup >= iterations:
		return nil, Invalid("warmup", "%d iterations are not fewer than the stage's, %d", s.Warmup, iterations)
	}
	if spanner, can := schedule.(Spanner); can {
		var err error
		if schedule, err = spanner.Span(max(0, iterations-s.Warmup)); err != nil {
			return nil, err
		}
	}
	if s.Warmup == 0 {
		return schedule, nil
	}
	return warmedUp{s.Warmup, schedule}, nil
}

// warmedUp raises the rate to the first of then over n iterations, in equal steps from
// 1/(n + 1) of it, and then leaves it to then.
type warmedUp struct {
	n    int
	then Schedule
}

func (w warmedUp) Rate(lr float64, i int) float64 {
	if i < w.n {
		return w.then.Rate(lr, 0) * float64(i+1) / float64(w.n+1)
	}
	return w.then.Rate(lr, i-w.n)
}
