package plan

import (
	"context"
	"slices"
	"time"

	"runexp/framework/run"
)

// measuring is how long predictTime measures before it extrapolates the rest.
const measuring = 5 * time.Second

// predictTime fills in the times of all trials. It measures one trial of each shape, at
// least one and for about the duration enough; the times of other shapes are estimated
// from their arithmetic and marked so.
func (p *Plan) predictTime(ctx context.Context, enough time.Duration) error {
	began := time.Now()
	var measured, left [][]run.Prediction
	for _, t := range p.shapes() {
		if len(measured) > 0 && time.Since(began) > enough && counted(t.Predictions) {
			left = append(left, t.Predictions)
			continue
		}
		prepared, err := p.Prepare(ctx, t)
		if err != nil {
			return err
		}
		if err := prepared.PredictTime(ctx, t.Predictions); err != nil {
			return err
		}
		measured = append(measured, t.Predictions)
	}
	estimate(measured, left)
	return nil
}

// shapes returns one trial of each shape, spread over the plan, so that the first ones,
// which are measured, represent all of it.
func (p *Plan) shapes() []Trial {
	var list []Trial
	seen := map[string]bool{} // the predictions of a shape are shared
	for _, t := range p.Trials {
		if !seen[t.shape] {
			seen[t.shape] = true
			list = append(list, t)
		}
	}
	spread := make([]Trial, 0, len(list))
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

// estimate sets the times of unmeasured stages from their arithmetic, at the mean speed
// of the measured ones.
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

// counted reports whether the arithmetic of every stage is known. It is not for losses of
// the picture alone, which are quick to measure.
func counted(predictions []run.Prediction) bool {
	return !slices.ContainsFunc(predictions, func(p run.Prediction) bool { return p.Arithmetic <= 0 })
}

// Estimated returns the number of trials whose times were estimated from others'.
func (p *Plan) Estimated() int {
	n := 0
	for _, t := range p.Trials {
		for _, stage := range t.Predictions {
			if stage.Estimated {
				n++
				break
			}
		}
	}
	return n
}
