package experiments

import (
	"context"
	"slices"
	"time"

	"runexp/framework/run"
)

// measuring is how long PredictTime measures before it estimates what is left.
const measuring = 5 * time.Second

// PredictTime fills in the times of all trials. It measures one of each shape, for
// about five seconds in all and at least one; the times of the other shapes are
// estimated by their arithmetic, and say so.
func (s *Sweep) PredictTime(ctx context.Context) error {
	return s.predictTime(ctx, measuring)
}

func (s *Sweep) predictTime(ctx context.Context, enough time.Duration) error {
	defer s.lab.plan()()
	began := time.Now()
	var measured, left [][]run.Prediction
	for _, t := range s.shapes() {
		if len(measured) > 0 && time.Since(began) > enough && counted(t.Predictions) {
			left = append(left, t.Predictions)
			continue
		}
		trial, err := s.lab.prepare(ctx, t.Config)
		if err != nil {
			return err
		}
		if err := trial.Plan.PredictTime(ctx, t.Predictions); err != nil {
			return err
		}
		measured = append(measured, t.Predictions)
	}
	estimate(measured, left)
	return nil
}

// shapes returns one trial of each shape, far apart in the plan first: those that are
// measured then stand for all of it.
func (s *Sweep) shapes() []SweepTrial {
	var list []SweepTrial
	seen := map[string]bool{} // the predictions of a shape are shared
	for _, t := range s.Trials {
		if !seen[t.shape] {
			seen[t.shape] = true
			list = append(list, t)
		}
	}
	spread := make([]SweepTrial, 0, len(list))
	taken := make([]bool, len(list))
	for step := len(list); step > 0; step /= 2 {
		for i := 0; i < len(list); i += step {
			if !taken[i] {
				taken[i] = true
				spread = append(spread, list[i])
			}
		}
	}
	return spread
}

// estimate gives stages that were not measured the time that their arithmetic takes
// at the mean speed of those that were.
func estimate(measured, left [][]run.Prediction) {
	seconds, work := 0.0, 0.0
	for _, predictions := range measured {
		for _, p := range predictions {
			seconds, work = seconds+p.Took.Seconds(), work+p.Arithmetic
		}
	}
	for _, predictions := range left {
		for i := range predictions {
			if work > 0 {
				predictions[i].Estimate(seconds / work * predictions[i].Arithmetic)
			}
		}
	}
}

// counted reports whether the arithmetic of every stage is known: of losses of the
// picture alone it is not, and they are measured in no time.
func counted(predictions []run.Prediction) bool {
	return !slices.ContainsFunc(predictions, func(p run.Prediction) bool { return p.Arithmetic <= 0 })
}

// Estimated counts the trials whose times were estimated from those of others.
func (s *Sweep) Estimated() int {
	n := 0
	for _, t := range s.Trials {
		for _, p := range t.Predictions {
			if p.Estimated {
				n++
				break
			}
		}
	}
	return n
}
