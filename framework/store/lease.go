package store

import (
	"context"
	"database/sql"
	"time"
)

const (
	// heartbeat is the interval at which a run without data to write updates
	// seen_at.
	heartbeat = 10 * time.Second
	// lease is how long after its last heartbeat a run on another machine counts
	// as alive: long enough for a slow network or a suspended job, since a live
	// run must not be marked lost.
	lease = 10 * time.Minute
	// lostMessage is the message of a lost run.
	lostMessage = "its process went away"
)

// A host identifies a machine and its boot. Neither field is a name.
type host struct {
	boot    string // boot id and process namespace; "" if unknown
	machine string // a hash; "" if unknown. Cloned machines may share it
}

// An owner is the process that writes a run.
type owner struct {
	pid     int
	started int64 // in the kernel's ticks; process ids are reused
	host
	lastSeen time.Time
}

// dead reports whether the process of a run with status 'running' has ended. On
// the same boot the process table decides, whatever the age of the last heartbeat;
// otherwise the lease does.
func (o owner) dead(here host, now time.Time) bool {
	if o.sameBoot(here) {
		return !alive(o.pid, o.started)
	}
	return now.Sub(o.lastSeen) > lease
}

// certainlyDead is dead without the lease: an expired lease of another machine is
// not enough to change the file.
func (o owner) certainlyDead(here host, now time.Time) bool {
	rebooted := here.machine != "" && o.machine == here.machine && !o.sameBoot(here)
	return (o.sameBoot(here) || rebooted) && o.dead(here, now)
}

func (o owner) sameBoot(here host) bool { return here.boot != "" && o.boot == here.boot }

// markLost sets the status of runs whose process is certainly dead to 'lost' and
// records an event. A run that is alive after all resets its status with its next
// flush.
func (s *Store) markLost(ctx context.Context) error {
	orphans, err := s.orphans(ctx, func(o owner) bool { return o.certainlyDead(s.host, time.Now()) })
	if err != nil || len(orphans) == 0 {
		return err
	}
	return s.markOrphans(ctx, orphans)
}

// markOrphans marks those of the runs that had no heartbeat since orphans read them.
func (s *Store) markOrphans(ctx context.Context, orphans map[int64]owner) error {
	return s.write(ctx, func(ctx context.Context, tx *sql.Tx) error {
		now := formatTime(time.Now())
		for run, o := range orphans {
			result, err := tx.ExecContext(ctx, `UPDATE runs
				SET status = 'lost', message = ?, ended_at = seen_at
				WHERE id = ? AND status = 'running' AND seen_at = ?`, lostMessage, run, formatTime(o.lastSeen))
			if err != nil {
				return err
			}
			if changed, err := result.RowsAffected(); err != nil {
				return err
			} else if changed == 0 {
				continue
			}
			if _, err := tx.ExecContext(ctx, `INSERT INTO events (run_id, at, kind, step, data)
				VALUES (?, ?, 'lost', 0, json_object('message', ?, 'pid', ?))`, run, now, lostMessage, o.pid); err != nil {
				return err
			}
		}
		return nil
	})
}

// Abandon marks the running runs lost, on whatever machine they ran. The caller knows that no process has the
// store open that writes them.
func (s *Store) Abandon(ctx context.Context) error {
	orphans, err := s.orphans(ctx, func(owner) bool { return true })
	if err != nil || len(orphans) == 0 {
		return err
	}
	return s.markOrphans(ctx, orphans)
}

// orphans returns the runs with status 'running' whose process is dead.
func (s *Store) orphans(ctx context.Context, dead func(owner) bool) (map[int64]owner, error) {
	orphans := map[int64]owner{}
	err := s.read(ctx, func(db *sql.DB) error {
		clear(orphans)
		columns := func(r *runRow) []any { return append([]any{&r.Number}, r.ownerColumns()...) }
		rows, err := collect(ctx, db, columns, `SELECT id, pid, pid_start, boot, machine, seen_at
			FROM runs WHERE status = 'running'`)
		for _, r := range rows {
			if r.Damage == "" && dead(r.owner) {
				orphans[r.Number] = r.owner
			}
		}
		return err
	})
	return orphans, err
}
