package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
)

// A LogError says that a file was made for a store and has nothing in it yet:
// what was recorded is in the log that belongs beside it.
type LogError struct{ Path string }

func (e *LogError) Error() string {
	log := e.Path + "-wal"
	if info, err := os.Stat(log); err == nil && info.Size() > 0 {
		return fmt.Sprintf("nothing was written into the file itself yet, and nothing in its log %s can be read; copy both again from where the store was written", log)
	}
	return fmt.Sprintf("nothing was written into the file itself yet: what was recorded is in the log beside the store that this was copied from, "+
		"the file of its name with -wal at the end; copy that along, as %s", log)
}

func (e *LogError) Unwrap() error { return ErrNotStore }

// mergeLeftoverLog writes into the store what a process that was killed left in the
// log beside it, so that the file is whole when it is copied. It does nothing while a
// run goes on, for a damaged file, and where it may not write; SQLite itself does
// nothing while another process has the file open. It changes no record.
func (s *Store) mergeLeftoverLog(ctx context.Context) {
	if info, err := os.Stat(s.path + "-wal"); err != nil || info.Size() == 0 || onNetwork(s.path) {
		return
	}
	if running, err := s.Runs(ctx, Filter{Status: Running, Limit: 1}); err != nil || len(running) > 0 {
		return
	}
	if checkLog(s.path) != nil {
		return // what cannot be read would be gone
	}
	var problems []string
	err := s.read(ctx, func(db *sql.DB) (err error) {
		problems, err = integrity(ctx, db)
		return err
	})
	if err != nil || len(problems) > 0 {
		return
	}
	_ = s.readers.close() // else the writer is not the last to close the file, which folds the log in
	writer := openPool(address(s.path, merging), 1)
	_, identified := identify(ctx, writer, true) // opens the log
	_ = errors.Join(identified, writer.Close())  // the readers see the same with the log there
	s.readers = &tracelessPool{path: s.path}
}
