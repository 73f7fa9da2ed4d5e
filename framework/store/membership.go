package store

import (
	"context"
)

// A Membership is a trial of a sweep that a run belongs to.
type Membership struct {
	Sweep  int64 `json:"sweep"`
	Trial  int   `json:"trial"`  // its number in the sweep, from 0
	Trials int   `json:"trials"` // number of trials of the sweep
}

// SweepsOf lists the sweeps of the run's experiment that contain its trial, newest
// first. There may be several, also for a run that was not started by a sweep.
func (s *Store) SweepsOf(ctx context.Context, run int64) ([]Membership, error) {
	return ofRun(ctx, s, run, func(m *Membership) []any { return []any{&m.Sweep, &m.Trial, &m.Trials} }, `
		SELECT t.sweep_id, t.number, (SELECT count(*) FROM trials n WHERE n.sweep_id = t.sweep_id)
		FROM runs r JOIN trials o ON o.id = r.trial_id
		JOIN trials t ON t.hash = o.hash AND t.experiment_id = o.experiment_id AND t.sweep_id IS NOT NULL
		WHERE r.id = ? ORDER BY t.sweep_id DESC`)
}

// SweepProgress counts the trials of a sweep by the status of their run (see
// SweepTrial). Trials without a run are not counted.
func (s *Store) SweepProgress(ctx context.Context, sweep int64) (map[Status]int, error) {
	trials, err := s.SweepTrials(ctx, sweep)
	if err != nil {
		return nil, err
	}
	counts := map[Status]int{}
	for _, t := range trials {
		if t.Run != nil {
			counts[t.Run.Status]++
		}
	}
	return counts, nil
}
