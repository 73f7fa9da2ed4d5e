package experiments

import (
	"context"
	"errors"
	"math"
	"slices"
	"strings"

	"runexp/experiments/plan"
	"runexp/framework"
	"runexp/framework/config"
	"runexp/framework/store"
)

// extend adds settings to an adaptive sweep while the executor has room: those of other
// processes on the same store, and those that its sampler suggests, until there are run_cap.
// Nothing is added after an error or when ctx is done.
func (s *running) extend(ctx context.Context) {
	if s.Plan.Adaptive() == nil {
		return
	}
	for s.stopped == nil && s.submitted < s.executor.Parallel() {
		added, err := s.next(ctx)
		switch {
		case ctx.Err() != nil:
			s.stop(context.Cause(ctx))
		case err != nil:
			s.stop(err)
		}
		if !added {
			return
		}
	}
}

// next adds what other processes have added or, if that is nothing, the next setting: it
// writes its trials to the store before it submits them, so that whatever happens the same
// command goes on with them. added is false if there is nothing to add.
func (s *running) next(ctx context.Context) (added bool, err error) {
	known := len(s.Trials)
	stored, err := s.catchUp(ctx)
	if err != nil {
		return false, err
	}
	if len(s.Trials) > known {
		return true, s.beginFrom(ctx, stored, known)
	}
	history, err := s.history(ctx, stored)
	if err != nil {
		return false, err
	}
	trials, err := s.Plan.Suggest(ctx, s.Trials, history)
	if len(trials) == 0 || err != nil {
		return false, err
	}
	var planned []store.PlannedTrial
	for _, t := range trials {
		planned = append(planned, t.Planned())
	}
	err = s.store.AppendTrials(context.WithoutCancel(ctx), s.Sweep.Number, known, planned)
	if errors.Is(err, store.ErrGrown) {
		return true, nil // by another process: its trials come first
	}
	if err != nil {
		return false, err
	}
	s.Trials = append(s.Trials, trials...)
	s.Sweep.Trials = len(s.Trials)
	if stored, err = s.store.SweepTrials(ctx, s.Sweep.Number); err != nil {
		return false, err
	}
	return true, s.beginFrom(ctx, stored, known)
}

// beginFrom submits the trials from number first on.
func (s *running) beginFrom(ctx context.Context, stored []store.SweepTrial, first int) error {
	runs := make([]*store.RunSummary, len(s.Trials)-first)
	for i := range runs {
		runs[i] = stored[first+i].Run
	}
	return s.begin(ctx, s.Trials[first:], runs, &s.tally.Meanwhile)
}

// history returns the results of all settings, in order.
//
// The value of a setting is the mean over its trials of the logarithm of the metric, so that
// all pairs of images count alike whatever their scale; of the metric itself if that is not
// positive for every trial. A setting is pending while one of its trials may still finish,
// and has no values if one failed or was pruned, or has no finite score.
func (s *running) history(ctx context.Context, stored []store.SweepTrial) ([]framework.Result, error) {
	objectives := s.Plan.Config.Sweep.Objectives
	values := make([][]float64, len(stored)) // by trial and objective
	for i, t := range stored {
		if t.Run == nil || t.Run.Status != store.Finished {
			continue
		}
		var err error
		if values[i], err = s.scores(ctx, t.Run.Number, objectives); err != nil {
			return nil, err
		}
	}
	for k, o := range objectives {
		scale(values, k, o.Lower)
	}
	var history []framework.Result
	for _, setting := range plan.Settings(s.Trials) {
		r := framework.Result{Setting: setting.Setting, Values: make([]float64, len(objectives))}
		for _, i := range setting.Trials {
			switch {
			case s.pending(stored[i]):
				r.Pending = true
			case values[i] == nil:
				r.Values = nil
			}
			for k := range r.Values {
				if values[i] != nil {
					r.Values[k] += values[i][k] / float64(len(setting.Trials))
				}
			}
		}
		if r.Pending {
			r.Values = nil
		}
		history = append(history, r)
	}
	return history, nil
}

// pending reports whether a trial may still finish: here, in another process or by another
// command.
func (s *running) pending(t store.SweepTrial) bool {
	if s.active[t.Hash] || t.Run == nil {
		return true
	}
	return !slices.Contains([]store.Status{store.Finished, store.Pruned, store.Failed}, t.Run.Status)
}

// scores returns a finished run's values of the objectives; nil if one is missing or not
// finite.
func (s *running) scores(ctx context.Context, run int64, objectives []config.Objective) ([]float64, error) {
	found, err := s.store.Scores(ctx, run, s.Sweep.Scorer)
	if err != nil {
		return nil, err
	}
	if slices.ContainsFunc(objectives, func(o config.Objective) bool { return strings.HasPrefix(o.Metric, "loss/") }) {
		summary, err := s.store.Summary(ctx, run)
		if err != nil {
			return nil, err
		}
		for _, m := range summary {
			if strings.HasPrefix(m.Name, "loss/") {
				found = append(found, store.Value{Name: m.Name, Value: m.Last})
			}
		}
	}
	values := make([]float64, len(objectives))
	for k, o := range objectives {
		i := slices.IndexFunc(found, func(v store.Value) bool { return v.Name == o.Metric })
		if i < 0 || math.IsNaN(found[i].Value) || math.IsInf(found[i].Value, 0) {
			return nil, nil
		}
		values[k] = found[i].Value
	}
	return values, nil
}

// scale makes lower values of objective k better, on the scale of logarithms if all are
// positive.
func scale(values [][]float64, k int, lower bool) {
	positive := !slices.ContainsFunc(values, func(v []float64) bool { return v != nil && v[k] <= 0 })
	for _, v := range values {
		if v == nil {
			continue
		}
		if positive {
			v[k] = math.Log(v[k])
		}
		if !lower {
			v[k] = -v[k]
		}
	}
}
