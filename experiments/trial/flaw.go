package trial

import (
	"errors"
	"fmt"
	"slices"

	"runexp/framework"
	"runexp/framework/config"
	"runexp/framework/imaging"
	"runexp/framework/imaging/flaw"
	"runexp/framework/store/record"
)

// findFlaw records what is wrong with the final picture, if anything is.
func (r *recorder) findFlaw() error {
	var untouched *imaging.Image
	if start, err := r.prepared.Untouched(r.ctx); err == nil { // else it was not what the run began with
		untouched = start.Rounded()
	}
	inputs := r.prepared.Styles()
	if content := r.prepared.Content(); content != nil {
		inputs = append([]*imaging.Image{content}, inputs...)
	}
	if found, has := flaw.Find(r.last.Image.Rounded(), untouched, inputs); has {
		return r.recordFlaw(r.last.Step, found)
	}
	return nil
}

// recordFlaw records a flaw with its likely cause.
func (r *recorder) recordFlaw(step int, found flaw.Flaw) error {
	a := adviser{r.trial.Config.Experiment, r.prepared.Params, r.prepared}
	f := record.Flaw{Flaw: string(found.Kind), What: found.What}
	f.Cause, f.Change = a.advise(found.Kind)
	r.flaw = &f
	return r.event(r.ctx, step, f)
}

// recordNotFinite records that a run failed with err since its picture would not be finite.
func (r *recorder) recordNotFinite(err error) error {
	if !errors.Is(err, framework.ErrNotFinite) {
		return nil
	}
	return r.recordFlaw(r.step, flaw.Flaw{Kind: flaw.NotFinite, What: "has only an earlier state, since the loss became infinite or not a number"})
}

// An adviser names likely causes of flaws.
type adviser struct {
	e      framework.Experiment
	params []config.Param
	losses interface{ LossesOf(framework.Role) []string }
}

// Bounds below which a run cannot have gone far.
const (
	fewIterations = 20
	// shortReach is the sum of rates of all iterations, in the variable's units. Adam moves a
	// number by about the rate in each: less than a few levels altogether.
	shortReach = 0.05
)

// advise returns a likely cause of a flaw and a setting to change, as on the command line.
func (a adviser) advise(kind flaw.Kind) (cause, change string) {
	last := a.e.Stages[len(a.e.Stages)-1].Optimizer
	slower := fmt.Sprintf("stages.*.optimizer.lr=%.3g", last.LR/10)
	usual := 0.01
	if rater, has := last.Options.(framework.DefaultRater); has {
		usual = rater.DefaultRate()
	}
	faster := fmt.Sprintf("stages.*.optimizer.lr=%.3g", max(usual, last.LR*10))
	iterations, reach := 0, 0.0
	for _, s := range a.e.Stages {
		iterations += s.Iterations + s.Evaluations
		reach += s.Optimizer.LR * float64(s.Iterations+s.Evaluations)
	}
	budget := "iterations"
	if a.e.Stages[len(a.e.Stages)-1].Evaluations > 0 {
		budget = "evaluations"
	}
	few, more := fmt.Sprintf("too few %s, %d", budget, iterations), fmt.Sprintf("stages.*.%s=500", budget)
	moved := iterations >= fewIterations && reach >= shortReach
	switch kind {
	case flaw.NotFinite, flaw.Black:
		return fmt.Sprintf("steps that are too large, with a learning rate of %.3g", last.LR), slower
	case flaw.Saturated:
		if last.LR <= 10*usual && slices.Contains(a.params, config.Param{Path: "variable.bounds", Value: "none"}) {
			return fmt.Sprintf("the variable has no bounds, or the learning rate, %.3g, is too large", last.LR), "variable.bounds=clamp"
		}
		return fmt.Sprintf("a learning rate, %.3g, that is too large", last.LR), slower
	case flaw.Grey:
		if name, weight := a.heaviest(a.losses.LossesOf("")); name != "" && moved {
			return fmt.Sprintf("losses.%s, which only smooths, has too much weight, %.3g", name, weight), fmt.Sprintf("losses.%s.weight=%.3g", name, weight/10)
		}
		if iterations < fewIterations {
			return "it started flat and moved too little: " + few, more
		}
		return "it started flat and moved too little, or no loss holds the content", faster
	}
	if name, weight := a.heaviest(a.losses.LossesOf(framework.Style)); name != "" && moved {
		return fmt.Sprintf("losses.%s has too little weight, %.3g, beside the others", name, weight), fmt.Sprintf("losses.%s.weight=%.3g", name, weight*10)
	}
	if iterations < fewIterations && last.LR >= usual {
		return few, more
	}
	return fmt.Sprintf("a learning rate, %.3g, that is too small", last.LR), faster
}

// heaviest returns the loss with the largest weight among names; "" for none.
func (a adviser) heaviest(names []string) (name string, weight float64) {
	for _, l := range a.e.Losses {
		if slices.Contains(names, l.Name) && l.Weight > weight {
			name, weight = l.Name, l.Weight
		}
	}
	return name, weight
}
