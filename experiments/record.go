package experiments

import (
	"context"
	"encoding/json"
	"slices"

	"runexp/experiments/plan"
	"runexp/framework/store"
)

// A Recorded is a plan that is in the store.
type Recorded struct {
	Plan   *plan.Plan
	Trials []plan.Trial // the plan's; then those that results decided on
	Sweep  store.Sweep  // as recorded; zero for a single experiment

	store *store.Store
}

// Record writes what `time` chose into s, and a sweep and its trials, or finds it there: a
// recorded sweep is never changed. A single experiment needs no record.
func Record(ctx context.Context, p *plan.Plan, s *store.Store) (*Recorded, error) {
	r := &Recorded{Plan: p, Trials: slices.Clone(p.Trials), store: s}
	if p.Choice != nil {
		choice := *p.Choice
		choice.Found = false
		text, err := json.Marshal(choice)
		if err == nil {
			err = s.Choose(ctx, p.Requests, text)
		}
		if err != nil {
			return nil, err
		}
	}
	if p.Config.Sweep == nil {
		return r, nil
	}
	n, err := p.Record()
	if err == nil {
		r.Sweep, err = s.PlanSweep(ctx, n)
	}
	if err == nil && p.Adaptive() != nil {
		_, err = r.catchUp(ctx)
	}
	return r, err
}

// catchUp restores the trials that the store has and r has not, and returns all of the
// store's.
func (r *Recorded) catchUp(ctx context.Context) ([]store.SweepTrial, error) {
	stored, err := r.store.SweepTrials(ctx, r.Sweep.Number)
	if err != nil || len(stored) <= len(r.Trials) {
		return stored, err
	}
	var added []store.PlannedTrial
	for _, t := range stored[len(r.Trials):] {
		added = append(added, t.PlannedTrial)
	}
	trials, err := r.Plan.Restore(ctx, added)
	r.Trials = append(r.Trials, trials...)
	r.Sweep.Trials = len(r.Trials)
	return stored, err
}

// Runs returns the run that represents each trial: a finished one, or else the newest;
// nil if there is none.
func (r *Recorded) Runs(ctx context.Context) ([]*store.RunSummary, error) {
	runs := make([]*store.RunSummary, len(r.Trials))
	if r.Plan.Config.Sweep == nil {
		return runs, r.single(ctx, &runs[0])
	}
	trials, err := r.store.SweepTrials(ctx, r.Sweep.Number)
	if err != nil {
		return nil, err
	}
	for i := range runs {
		runs[i] = trials[i].Run
	}
	return runs, nil
}

// single finds the run that represents the trial of a single experiment.
func (r *Recorded) single(ctx context.Context, run **store.RunSummary) error {
	for _, status := range []store.Status{store.Finished, ""} { // "" is any
		found, err := r.store.Runs(ctx, store.Filter{
			Experiment: r.Plan.Config.Experiment.Name, TrialHash: r.Trials[0].Hash, Status: status, Limit: 1,
		})
		if err != nil {
			return err
		}
		if len(found) > 0 {
			*run = &found[0]
			return nil
		}
	}
	return nil
}
