package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"
)

// A Sweep is a frozen plan of several trials.
type Sweep struct {
	Number     int64 // in this store
	UID        UID
	Experiment string
	Method     string          // the sampler
	Plan       json.RawMessage // the sweep's settings with all defaults
	Metrics    []string        // those that the sweep's question is about
	Scorer     string          // hash of the scorer of its pictures; "" for none
	Created    time.Time
	Trials     int    // number of trials
	Damage     string // what of it cannot be read, and is zero here; "" for nothing
}

// A NewSweep describes a sweep before its first run.
type NewSweep struct {
	Experiment, Method string
	Plan               json.RawMessage
	Metrics            []string
	Scorer             string
	Trials             []PlannedTrial
	Grows              bool // results decide on further trials, see AppendTrials
}

// A PlannedTrial is one trial of a sweep.
type PlannedTrial struct {
	Number int             // from 0, in the order of the plan
	Hash   string          // the trial's identity; unique in a sweep
	Config string          // YAML that runs the trial alone
	Point  json.RawMessage // a record.Point
}

// A SweepTrial is a trial with the run that represents it: the newest finished one,
// or else the newest. Runs of the same trial outside the sweep count, deleted ones do not.
type SweepTrial struct {
	PlannedTrial
	Run     *RunSummary // nil if there is none yet, or none any more
	Pruned  bool        // whether any run of it was pruned
	Deleted int64       // the newest of its runs if all of them are deleted; else 0
	Problem string      // why its last attempt failed before it had a run; "" if none did
}

// problemsFrom is the version from which trials say why they have no run.
const problemsFrom = 10

// Unbegun records why a trial of an experiment's sweeps failed before it had a run. Begin forgets it.
func (s *Store) Unbegun(ctx context.Context, experiment, hash, why string) error {
	err := s.write(ctx, func(ctx context.Context, tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `UPDATE trials SET problem = ? WHERE hash = ? AND sweep_id IS NOT NULL
			AND experiment_id = (SELECT id FROM experiments WHERE name = ?)`, why, hash, experiment)
		return err
	})
	if err != nil {
		return fmt.Errorf("store: a trial of %q that was not begun: %w", experiment, err)
	}
	return nil
}

// PlanSweep records a sweep and all its trials, and returns it. It is idempotent: if
// the experiment's newest sweep has the same plan, scorer and trials, that one is
// returned. The plan's definitions of metrics are not compared: those of n replace
// the recorded ones.
//
// A sweep that grows is the same if one's trials begin with all of the other's, and the
// plans differ in run_cap at most: trials and run_cap of n that are not recorded are added.
func (s *Store) PlanSweep(ctx context.Context, n NewSweep) (Sweep, error) {
	sweep := Sweep{Experiment: n.Experiment, Method: n.Method, Plan: n.Plan, Metrics: n.Metrics, Scorer: n.Scorer, Trials: len(n.Trials)}
	err := n.check()
	if err == nil {
		err = s.write(ctx, func(ctx context.Context, tx *sql.Tx) error { return sweep.insert(ctx, tx, n) })
	}
	if err != nil {
		return Sweep{}, fmt.Errorf("store: plan a sweep of %q: %w", n.Experiment, err)
	}
	return sweep, nil
}

func (n NewSweep) check() error {
	if n.Experiment == "" {
		return errors.New("name its experiment")
	}
	if !json.Valid(n.Plan) {
		return fmt.Errorf("the plan %q is not JSON; marshal it first", n.Plan)
	}
	for _, t := range n.Trials {
		if !json.Valid(t.Point) {
			return fmt.Errorf("trial %d: the point %q is not JSON; marshal it first", t.Number, t.Point)
		}
	}
	return nil
}

func (s *Sweep) insert(ctx context.Context, tx *sql.Tx, n NewSweep) error {
	s.Created = time.Now()
	now := formatTime(s.Created)
	experiment, err := experimentID(ctx, tx, n.Experiment, now)
	if err != nil {
		return err
	}
	same, err := s.findSame(ctx, tx, experiment, n)
	if err != nil || same {
		return err
	}
	metrics, err := json.Marshal(append([]string{}, n.Metrics...)) // [], not null
	if err != nil {
		return err
	}
	s.UID = NewUID()
	result, err := tx.ExecContext(ctx, `INSERT INTO sweeps (uid, experiment_id, method, plan, metrics, scorer, created_at)
		VALUES (?, ?, ?, ?, ?, nullif(?, ''), ?)`, s.UID, experiment, n.Method, string(n.Plan), string(metrics), n.Scorer, now)
	if err != nil {
		return err
	}
	if s.Number, err = result.LastInsertId(); err != nil {
		return err
	}
	if err := insertTrials(ctx, tx, experiment, s.Number, n.Trials, now); err != nil {
		return err
	}
	return writeSweepView(ctx, tx, s.Number)
}

func insertTrials(ctx context.Context, tx *sql.Tx, experiment, sweep int64, trials []PlannedTrial, now string) error {
	// The transaction closes the statement. A trigger takes the point apart, which is slow to
	// prepare.
	insert, err := tx.PrepareContext(ctx, `INSERT INTO trials (uid, experiment_id, sweep_id, number, hash, config, point, created_at)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?)`)
	if err != nil {
		return err
	}
	for _, t := range trials {
		if _, err := insert.ExecContext(ctx, NewUID(), experiment, sweep, t.Number, t.Hash, t.Config, string(t.Point), now); err != nil {
			return fmt.Errorf("trial %d: %w", t.Number, err)
		}
	}
	return nil
}

// AppendTrials adds trials to a sweep that has known trials: all of them or, after an error,
// none. Errors: ErrGrown.
func (s *Store) AppendTrials(ctx context.Context, sweep int64, known int, trials []PlannedTrial) error {
	for _, t := range trials {
		if !json.Valid(t.Point) {
			return fmt.Errorf("store: sweep %d: trial %d: the point %q is not JSON; marshal it first", sweep, t.Number, t.Point)
		}
	}
	err := s.write(ctx, func(ctx context.Context, tx *sql.Tx) error {
		var experiment int64
		var count int
		err := tx.QueryRowContext(ctx, `SELECT experiment_id, (SELECT count(*) FROM trials WHERE sweep_id = ?1) FROM sweeps WHERE id = ?1`, sweep).Scan(&experiment, &count)
		switch {
		case errors.Is(err, sql.ErrNoRows):
			return ErrNotFound
		case err == nil && count != known:
			return ErrGrown
		case err != nil:
			return err
		}
		return insertTrials(ctx, tx, experiment, sweep, trials, formatTime(time.Now()))
	})
	if err != nil {
		return fmt.Errorf("store: add trials to sweep %d: %w", sweep, err)
	}
	return nil
}

// findSame sets s to the experiment's newest sweep if that has the same plan (apart
// from definitions), scorer and trials as n, or grows to it.
func (s *Sweep) findSame(ctx context.Context, tx *sql.Tx, experiment int64, n NewSweep) (bool, error) {
	var number int64
	var uid UID
	var created time.Time
	var samePlan bool
	var scorer string
	ignored := "$.definitions"
	if n.Grows {
		ignored = "$.run_cap"
	}
	err := tx.QueryRowContext(ctx, `SELECT id, uid, created_at, coalesce(scorer, ''),
		CASE WHEN json_valid(plan) THEN json_remove(json_remove(plan, '$.definitions'), ?3) = json_remove(json_remove(?2, '$.definitions'), ?3) ELSE 0 END
		FROM sweeps WHERE experiment_id = ?1 ORDER BY created_at DESC, id DESC LIMIT 1`, experiment, string(n.Plan), ignored).Scan(&number, &uid, timeText{&created}, &scorer, &samePlan)
	if errors.Is(err, sql.ErrNoRows) || err == nil && (!samePlan || scorer != n.Scorer) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	hashes, err := collect(ctx, tx, func(hash *string) []any { return []any{hash} },
		`SELECT hash FROM trials WHERE sweep_id = ? ORDER BY number`, number)
	if err != nil || len(hashes) != len(n.Trials) && !n.Grows {
		return false, err
	}
	both := min(len(hashes), len(n.Trials))
	for i, t := range n.Trials[:both] {
		if hashes[i] != t.Hash {
			return false, nil
		}
	}
	s.Number, s.UID, s.Created, s.Trials = number, uid, created, max(len(hashes), len(n.Trials))
	if err := insertTrials(ctx, tx, experiment, number, n.Trials[both:], formatTime(time.Now())); err != nil {
		return false, err
	}
	updated, err := tx.ExecContext(ctx, `UPDATE sweeps SET plan = ?2 WHERE id = ?1 AND plan != ?2`, number, string(n.Plan))
	if err != nil {
		return true, err
	}
	if changed, err := updated.RowsAffected(); err != nil || changed == 0 {
		return true, err
	}
	return true, writeSweepView(ctx, tx, number) // which has a column for a new metric
}

// columns returns the scan targets of a row of Sweeps.
func (s *Sweep) columns() []any {
	of := func(what string, to sql.Scanner) sql.Scanner { return tolerant{what, to, &s.Damage} }
	return []any{&s.Number, &s.UID, &s.Experiment, &s.Method, of("its plan", jsonText{&s.Plan}), of("its list of metrics", decoded{&s.Metrics}),
		&s.Scorer, of("its time", timeText{&s.Created}), &s.Trials}
}

// Check returns an error for a sweep that cannot be read whole.
func (s *Sweep) Check() error {
	if s.Damage == "" {
		return nil
	}
	return fmt.Errorf("%w (sweep %d: %s; runexp db check lists what is damaged)", ErrDamaged, s.Number, s.Damage)
}

// Sweeps lists the sweeps of an experiment, newest first; of all for "". Those that cannot be read whole are listed
// too, see Sweep.Damage.
func (s *Store) Sweeps(ctx context.Context, experiment string) ([]Sweep, error) {
	var list []Sweep
	err := s.read(ctx, func(db *sql.DB) (err error) {
		list, err = collect(ctx, db, (*Sweep).columns, `SELECT w.id, w.uid, e.name, w.method, w.plan, w.metrics, coalesce(w.scorer, ''),
			w.created_at, (SELECT count(*) FROM trials t WHERE t.sweep_id = w.id)
			FROM sweeps w JOIN experiments e ON e.id = w.experiment_id
			WHERE ?1 = '' OR e.name = ?1 ORDER BY w.created_at DESC, w.id DESC`, experiment)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("store: list sweeps: %w", err)
	}
	return list, nil
}

// trialRow is a trial with the number of its run, if any.
type trialRow struct {
	PlannedTrial
	point   sql.NullString
	problem string
	run     sql.NullInt64
	pruned  bool
	deleted int64
}

func (r *trialRow) columns() []any {
	return []any{&r.Number, &r.Hash, &r.Config, &r.point, &r.problem, &r.run, &r.pruned, &r.deleted}
}

// SweepTrials lists the trials of a sweep in order.
func (s *Store) SweepTrials(ctx context.Context, sweep int64) ([]SweepTrial, error) {
	var rows []trialRow
	byNumber := map[int64]*RunSummary{}
	err := s.readStable(ctx, func(db *sql.DB) (lost []int64, err error) {
		kept, err := notDeleted(ctx, db, `r.id`)
		if err != nil {
			return nil, err
		}
		problem := `t.problem`
		if version, err := identify(ctx, db, true); err != nil {
			return nil, err
		} else if version < problemsFrom {
			problem = `''`
		}
		rows, err = collect(ctx, db, (*trialRow).columns, `SELECT t.number, t.hash, coalesce(t.config, ''), t.point, `+problem+`,
			(SELECT r.id FROM trials o JOIN runs r ON r.trial_id = o.id
				WHERE o.hash = t.hash AND o.experiment_id = t.experiment_id AND `+kept+`
				ORDER BY r.status = 'finished' DESC, r.id DESC LIMIT 1),
			EXISTS (SELECT 1 FROM trials o JOIN runs r ON r.trial_id = o.id
				WHERE o.hash = t.hash AND o.experiment_id = t.experiment_id AND r.status = 'pruned' AND `+kept+`),
			(SELECT CASE WHEN max(`+kept+`) THEN 0 ELSE coalesce(max(r.id), 0) END FROM trials o JOIN runs r ON r.trial_id = o.id
				WHERE o.hash = t.hash AND o.experiment_id = t.experiment_id)
			FROM trials t WHERE t.sweep_id = ? ORDER BY t.number`, sweep)
		if err != nil {
			return nil, err
		}
		runs, err := collect(ctx, db, (*runRow).columns, summaryOfRuns+runTables+`
			WHERE r.trial_id IN (SELECT o.id FROM trials t JOIN trials o ON o.hash = t.hash AND o.experiment_id = t.experiment_id
				WHERE t.sweep_id = ?)`, sweep)
		for now, i := time.Now(), 0; i < len(runs); i++ {
			if err := runs[i].Check(); err != nil {
				return nil, err
			}
			if runs[i].correctStatus(s.host, now) {
				lost = append(lost, runs[i].Number)
			}
			byNumber[runs[i].Number] = &runs[i].RunSummary
		}
		return lost, err
	})
	if err == nil && len(rows) == 0 {
		err = ErrNotFound
	}
	if err != nil {
		return nil, fmt.Errorf("store: sweep %d: %w", sweep, err)
	}
	list := make([]SweepTrial, len(rows))
	for i, row := range rows {
		list[i] = SweepTrial{PlannedTrial: row.PlannedTrial, Run: byNumber[row.run.Int64], Pruned: row.pruned, Deleted: row.deleted, Problem: row.problem}
		list[i].Point = json.RawMessage(row.point.String)
	}
	return list, nil
}
