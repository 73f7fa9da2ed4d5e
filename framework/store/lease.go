package store

import (
	"context"
	"database/sql"
	"time"
)

const (
	// heartbeat is how often a run that has nothing to write still shows that it
	// is alive.
	heartbeat = 10 * time.Second
	// lease is how long a run on a machine that we cannot look into is believed
	// to be alive after its last sign of life: long against a slow network or a
	// suspended job, since a live run must not be called lost.
	lease = 10 * time.Minute
	// lostMessage is why a lost run ended, as far as anyone knows.
	lostMessage = "its process went away"
)

// A host is what this machine and its start are recognised by. Neither is a name.
type host struct {
	boot    string // this start of the kernel and this process namespace; "" unknown
	machine string // a hash; "" unknown. Cloned machines may share it
}

// An owner is the process that writes a run.
type owner struct {
	pid     int
	started int64 // in the kernel's ticks; process ids are used again
	host
	lastSeen time.Time
}

// dead reports whether a run that says it is running has lost its process.
// On the same boot the process table decides, however long ago the last sign
// of life; elsewhere the lease does.
func (o owner) dead(here host, now time.Time) bool {
	if o.sameBoot(here) {
		return !alive(o.pid, o.started)
	}
	return now.Sub(o.lastSeen) > lease
}

// certainlyDead is gone where it may be written into the file: not on the word of
// a lease that ran out on another machine.
func (o owner) certainlyDead(here host, now time.Time) bool {
	rebooted := here.machine != "" && o.machine == here.machine && !o.sameBoot(here)
	return (o.sameBoot(here) || rebooted) && o.dead(here, now)
}

func (o owner) sameBoot(here host) bool { return here.boot != "" && o.boot == here.boot }

// markLost gives the runs whose process is surely gone the status 'lost', and
// an event that says when. A run that is alive after all takes its status back
// with its next flush.
func (s *Store) markLost(ctx context.Context) error {
	orphans, err := s.orphans(ctx)
	if err != nil || len(orphans) == 0 {
		return err
	}
	return s.markOrphans(ctx, orphans)
}

// markOrphans marks those of the runs that gave no sign of life since they were looked at.
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

// orphans returns the runs in state 'running' whose process is surely gone.
func (s *Store) orphans(ctx context.Context) (map[int64]owner, error) {
	type row struct {
		run int64
		owner
	}
	orphans := map[int64]owner{}
	err := s.read(ctx, func(db *sql.DB) error {
		clear(orphans)
		columns := func(r *row) []any {
			return []any{&r.run, &r.pid, &r.started, &r.boot, &r.machine, timeText{&r.lastSeen}}
		}
		rows, err := collect(ctx, db, columns, `SELECT id, pid, pid_start, boot, machine, seen_at
			FROM runs WHERE status = 'running'`)
		for _, r := range rows {
			if r.certainlyDead(s.host, time.Now()) {
				orphans[r.run] = r.owner
			}
		}
		return err
	})
	return orphans, err
}
