package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"slices"
	"time"

	"github.com/mattn/go-sqlite3"

	"runexp/framework/store/record"
)

// NewRun describes a run that is about to start.
type NewRun struct {
	Experiment     string // the name it is listed under; required
	ConfigWritten  string // YAML, as the user wrote it
	ConfigResolved string // with every default and preset filled in
	Overrides      []string
	Seed           int64
	// TrialHash is the trial's identity; runs that share it are attempts at the
	// same trial. "" for a run without a trial.
	TrialHash string
	Params    []Param
	Env       []Fact // versions, machine, kernels, weights, images, command
	Parent    UID    // the run that this one resumes; zero if none
	// ParentSteps is the number of steps of Parent to copy: metrics, artifacts
	// and events of lower steps are copied, so that the new run is complete in
	// itself.
	ParentSteps int
	// Exclusive makes Begin fail with a *RunningError while another run of the trial
	// in this experiment may be alive.
	Exclusive bool
	// UnlessDone makes Begin fail with a *DoneError if the trial's newest finished or
	// pruned run in this experiment has one of these statuses.
	UnlessDone []Status
}

// A Param is one value of the resolved config.
type Param struct {
	Path  string          `json:"path"` // losses.style.weight
	Value json.RawMessage `json:"value"`
}

// A Fact is one property of the environment that a result may depend on. Names
// are grouped with a slash: version/go, machine/cpu, weights/hash, image/content.
// The store adds version/sqlite.
type Fact struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// Begin records a run that starts now, with status "running", and returns it.
// The caller must call Finish.
//
// Errors: an invalid parameter, a parent that does not exist, *RunningError,
// *DoneError, and those of a write (see Open).
func (s *Store) Begin(ctx context.Context, n NewRun) (*Run, error) {
	if n.Experiment == "" {
		return nil, fmt.Errorf("store: begin a run: name its experiment")
	}
	for _, p := range n.Params {
		if !json.Valid(p.Value) {
			return nil, fmt.Errorf("store: begin a run: parameter %q: %q is not JSON; marshal the value first", p.Path, p.Value)
		}
	}
	r := newRun(ctx, s)
	if err := s.write(ctx, func(ctx context.Context, tx *sql.Tx) error { return r.insert(ctx, tx, n) }); err != nil {
		return nil, fmt.Errorf("store: begin a run: %w", err)
	}
	s.addRun(r)
	go r.flushLoop()
	return r, nil
}

// insert writes the rows of a new run and sets its number and attempt.
func (r *Run) insert(ctx context.Context, tx *sql.Tx, n NewRun) error {
	now := formatTime(time.Now())
	experiment, err := experimentID(ctx, tx, n.Experiment, now)
	if err != nil {
		return err
	}
	trial, attempt, err := nextAttempt(ctx, tx, experiment, n.TrialHash, now)
	if err != nil {
		return err
	}
	if n.Exclusive {
		if err := r.store.checkNotRunning(ctx, tx, trial); err != nil {
			return err
		}
	}
	if len(n.UnlessDone) > 0 {
		if err := checkNotDone(ctx, tx, trial, n.UnlessDone); err != nil {
			return err
		}
	}
	r.before = 0 // of an earlier try
	parent, err := parentID(ctx, tx, n.Parent)
	if err != nil {
		return err
	}
	environment, err := marshalFacts(n.Env)
	if err != nil {
		return err
	}
	overrides, err := json.Marshal(append([]string{}, n.Overrides...)) // [], not null
	if err != nil {
		return err
	}
	pid, here := os.Getpid(), r.store.host
	result, err := tx.ExecContext(ctx, `INSERT INTO runs (uid, experiment_id, trial_id, parent_id, attempt,
			status, seed, started_at, pid, pid_start, boot, machine, seen_at,
			environment, overrides, config_written, config_resolved)
		VALUES (?, ?, ?, ?, ?, 'running', ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		r.uid, experiment, trial, parent, attempt,
		n.Seed, now, pid, processStart(pid), here.boot, here.machine, now,
		environment, string(overrides), n.ConfigWritten, n.ConfigResolved)
	if err != nil {
		return err
	}
	if r.number, err = result.LastInsertId(); err != nil {
		return err
	}
	r.attempt = attempt
	r.store.mu.Lock()
	r.store.latest = r.uid
	r.store.mu.Unlock()
	for _, p := range n.Params {
		if _, err := tx.ExecContext(ctx, `INSERT INTO params (run_id, path, value) VALUES (?, ?, ?)`,
			r.number, record.SettingPath(p.Path), string(p.Value)); err != nil {
			return fmt.Errorf("parameter %q: %w", p.Path, err)
		}
	}
	if !parent.Valid {
		return nil
	}
	if n.ParentSteps > 0 { // else it begins again, and goes on from nothing
		r.before, err = elapsedOf(ctx, tx, parent.Int64)
		if err != nil {
			return err
		}
	}
	return inherit(ctx, tx, r.number, parent.Int64, n.ParentSteps)
}

// checkNotRunning returns a *RunningError if a run of the trial may be alive.
func (s *Store) checkNotRunning(ctx context.Context, tx *sql.Tx, trial sql.NullInt64) error {
	rows, err := collect(ctx, tx, (*runRow).columns, summaryOfRuns+runTables+` WHERE r.trial_id = ? AND r.status = 'running'`, trial)
	for _, row := range rows {
		if row.correctStatus(s.host, time.Now()); row.Status == Running {
			return &RunningError{row.RunRef, row.owner.pid, row.owner.sameBoot(s.host)}
		}
	}
	return err
}

// checkNotDone returns a *DoneError if the trial's newest finished or pruned run
// has one of the statuses. Deleted runs do not count.
func checkNotDone(ctx context.Context, tx *sql.Tx, trial sql.NullInt64, statuses []Status) error {
	rows, err := collect(ctx, tx, (*runRow).columns, summaryOfRuns+runTables+`
		WHERE r.trial_id = ? AND r.status IN ('finished', 'pruned') AND r.id NOT IN (`+deletedRuns+`) ORDER BY r.id DESC LIMIT 1`, trial)
	if err == nil && len(rows) > 0 && slices.Contains(statuses, rows[0].Status) {
		return &DoneError{rows[0].RunSummary}
	}
	return err
}

// experimentID returns the id of the experiment called name, inserting it if
// necessary.
func experimentID(ctx context.Context, tx *sql.Tx, name, now string) (id int64, err error) {
	_, err = tx.ExecContext(ctx, `INSERT INTO experiments (uid, name, created_at) VALUES (?, ?, ?)
		ON CONFLICT (name) DO NOTHING`, NewUID(), name, now)
	if err != nil {
		return 0, err
	}
	err = tx.QueryRowContext(ctx, `SELECT id FROM experiments WHERE name = ?`, name).Scan(&id)
	return id, err
}

// nextAttempt returns the trial of a single run, inserting it if necessary, and
// the next attempt number for its hash across all sweeps. Without a hash there is
// no trial.
func nextAttempt(ctx context.Context, tx *sql.Tx, experiment int64, hash, now string) (trial sql.NullInt64, attempt int, err error) {
	if hash == "" {
		return trial, 1, nil
	}
	_, err = tx.ExecContext(ctx, `INSERT INTO trials (uid, experiment_id, hash, created_at) VALUES (?, ?, ?, ?)
		ON CONFLICT (experiment_id, hash) WHERE sweep_id IS NULL DO NOTHING`, NewUID(), experiment, hash, now)
	if err != nil {
		return trial, 0, err
	}
	if _, err = tx.ExecContext(ctx, `UPDATE trials SET problem = '' WHERE hash = ? AND experiment_id = ? AND problem != ''`, hash, experiment); err != nil {
		return trial, 0, err
	}
	err = tx.QueryRowContext(ctx, `SELECT
		(SELECT id FROM trials WHERE experiment_id = ?1 AND hash = ?2 AND sweep_id IS NULL),
		(SELECT coalesce(max(r.attempt), 0) + 1 FROM trials t JOIN runs r ON r.trial_id = t.id WHERE t.hash = ?2)`,
		experiment, hash).Scan(&trial, &attempt)
	return trial, attempt, err
}

// parentID returns the id of the run with this uid, NULL for the zero uid.
func parentID(ctx context.Context, tx *sql.Tx, uid UID) (id sql.NullInt64, err error) {
	if uid.IsZero() {
		return id, nil
	}
	err = tx.QueryRowContext(ctx, `SELECT id FROM runs WHERE uid = ?`, uid).Scan(&id)
	if errors.Is(err, sql.ErrNoRows) {
		err = fmt.Errorf("parent run %s: %w", uid, ErrNotFound)
	}
	return id, err
}

// marshalFacts returns the facts as a JSON object, with SQLite's version added.
func marshalFacts(facts []Fact) (string, error) {
	version, _, _ := sqlite3.Version()
	object := map[string]string{"version/sqlite": version}
	for _, f := range facts {
		object[f.Name] = f.Value
	}
	text, err := json.Marshal(object)
	return string(text), err
}
