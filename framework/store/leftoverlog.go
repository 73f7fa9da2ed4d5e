package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
)

// A LogError reports a store file that is still empty because all its records are
// in its log, which is missing or unreadable.
type LogError struct{ Path string }

func (e *LogError) Error() string {
	log := e.Path + "-wal"
	if info, err := os.Stat(log); err == nil && info.Size() > 0 {
		return fmt.Sprintf("the file itself is still empty, and its log %s cannot be read; copy both again from where the store was written", log)
	}
	return fmt.Sprintf("the file itself is still empty: the records are in the log beside the original store, "+
		"the file of the same name ending in -wal; copy that too, as %s", log)
}

func (e *LogError) Unwrap() error { return ErrNotStore }

// mergeLeftoverLog checkpoints the log that a killed process left beside the store, so
// that the file alone can be copied. It does nothing while a run is alive, for a damaged
// file, and without write permission; SQLite itself does nothing while another process
// has the file open. It changes no record.
func (s *Store) mergeLeftoverLog(ctx context.Context) {
	if info, err := os.Stat(s.path + "-wal"); err != nil || info.Size() == 0 || onNetwork(s.path) {
		return
	}
	if running, err := s.Runs(ctx, Filter{Status: Running, Limit: 1, Damaged: true}); err != nil || len(running) > 0 {
		return
	}
	if checkLog(s.path) != nil {
		return // a checkpoint would discard what cannot be read
	}
	var problems []string
	err := s.read(ctx, func(db *sql.DB) (err error) {
		problems, err = wrongPages(ctx, db)
		return err
	})
	if err != nil || len(problems) > 0 {
		return
	}
	_ = s.readers.close() // the writer must be the last to close the file: that checkpoints the log
	writer := openPool(address(s.path, merging), 1)
	_, identified := identify(ctx, writer, true) // opens the log
	_ = errors.Join(identified, writer.Close())  // on error readers still read the log
	s.readers = &tracelessPool{path: s.path}
}
