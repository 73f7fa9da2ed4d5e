package store

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
)

// Complete records the end of a run whose process ended when nothing else was left to record, at the time of its
// last sign of life, so that it is the same in every copy. It reports whether the run has this end now; false if the
// store lacks it, or if it ended otherwise. The caller knows that its process is over.
func (s *Store) Complete(ctx context.Context, run UID, status Status, message string) (ok bool, err error) {
	if !slices.Contains([]Status{Finished, Failed, Pruned}, status) {
		return false, fmt.Errorf("store: complete run %s: %q is not the end of a run that is done", run, status)
	}
	err = s.write(ctx, func(ctx context.Context, tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `UPDATE runs SET status = ?, message = ?, ended_at = seen_at
			WHERE uid = ? AND status IN ('running', 'lost')`, status, message, run)
		if err == nil {
			err = tx.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM runs WHERE uid = ? AND status = ?)`, run, status).Scan(&ok)
		}
		return err
	})
	if err != nil {
		err = fmt.Errorf("store: complete run %s: %w", run, err)
	}
	return ok, err
}
