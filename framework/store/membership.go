package store

import (
	"context"
	"database/sql"
	"fmt"
	"time"
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

// A TrialCount counts the trials of a sweep by the status of their run (see SweepTrial).
// Trials without a run are not counted.
type TrialCount map[Status]int

// SweepProgress counts the trials of each sweep.
func (s *Store) SweepProgress(ctx context.Context) (map[int64]TrialCount, error) {
	type row struct {
		sweep int64
		runRow
	}
	columns := func(r *row) []any {
		return append([]any{&r.sweep, &r.Number, &r.Status}, r.ownerColumns()...)
	}
	counts := map[int64]TrialCount{}
	err := s.readStable(ctx, func(db *sql.DB) (lost []int64, err error) {
		clear(counts)
		kept, err := notDeleted(ctx, db, `o.id`)
		if err != nil {
			return nil, err
		}
		rows, err := collect(ctx, db, columns, `SELECT t.sweep_id, r.id, r.status, r.pid, r.pid_start, r.boot, r.machine, r.seen_at
			FROM trials t JOIN runs r ON r.id =
				(SELECT o.id FROM trials x JOIN runs o ON o.trial_id = x.id
				WHERE x.hash = t.hash AND x.experiment_id = t.experiment_id AND `+kept+`
				ORDER BY o.status = 'finished' DESC, o.id DESC LIMIT 1)
			WHERE t.sweep_id IS NOT NULL`)
		for now, i := time.Now(), 0; i < len(rows); i++ {
			r := &rows[i]
			if r.correctStatus(s.host, now) {
				lost = append(lost, r.Number)
			}
			if counts[r.sweep] == nil {
				counts[r.sweep] = TrialCount{}
			}
			counts[r.sweep][r.Status]++
		}
		return lost, err
	})
	if err != nil {
		return nil, fmt.Errorf("store: progress of sweeps: %w", err)
	}
	return counts, nil
}
