package framework

import "math"

// A Schedule gives the learning rate of each iteration of a stage.
//
//	constant: lr
//	step:     lr · gamma^⌊i/every⌋
type Schedule struct {
	Name  string  `config:"name" choices:"constant,step" doc:"constant or step"`
	Every int     `config:"every" doc:"step: iterations between changes"`
	Gamma float64 `config:"gamma" doc:"step: factor of each change"`
}

// Rate returns the learning rate of iteration i, counted from 0.
func (s Schedule) Rate(lr float64, i int) float64 {
	if s.Name == "step" {
		return lr * math.Pow(s.Gamma, float64(i/s.Every))
	}
	return lr
}

// Validate reports a schedule that does not exist or lacks a number.
func (s Schedule) Validate() error {
	switch s.Name {
	case "constant":
		return nil
	case "step":
		if s.Every < 1 {
			return Invalid("every", "a step schedule needs a number of iterations, at least 1")
		}
		if !(s.Gamma > 0) || math.IsInf(s.Gamma, 0) {
			return Invalid("gamma", "a step schedule needs a positive factor")
		}
		return nil
	}
	return UnknownName("schedule", s.Name, []string{"constant", "step"})
}
