package store

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/mattn/go-sqlite3"
)

// A GoneError says that the file of a notebook was deleted, moved or replaced while
// it was open for writing. Whatever was recorded, before and since, is in Kept.
type GoneError struct {
	Path string // where it was opened
	Kept string // the notebook that was written beside; "" if none could be
	Err  error  // why none could be
}

func (e *GoneError) Error() string {
	const what = "store %s: the notebook was deleted, moved or replaced while it was written"
	if e.Kept == "" {
		return fmt.Sprintf(what+", and what was recorded could not be written to another file: %v; pictures and checkpoints are in the folder of --out", e.Path, e.Err)
	}
	return fmt.Sprintf(what+"; everything recorded is in %s: go on with --db %s, or move it back", e.Path, e.Kept, e.Kept)
}

func (e *GoneError) Unwrap() error { return e.Err }

// follow looks whether the notebook is still the file that was opened. If it is
// not, everything is copied into a new one beside it, as long as the open file
// can still be read, and what comes goes there.
//
// With only its log deleted, what is in it is folded into the notebook at once:
// that log ends with this process.
func (s *Store) follow() {
	s.swap.RLock()
	lost := s.moved()
	if !lost && s.file != nil && s.unlogged() {
		_, _ = s.writer.Exec("PRAGMA wal_checkpoint(PASSIVE)") // tried again at the next write
	}
	s.swap.RUnlock()
	if !lost {
		return
	}
	s.swap.Lock()
	defer s.swap.Unlock()
	if s.moved() { // no one else saw to it
		s.rescue()
	}
}

// moved reports whether path is no longer what was opened.
func (s *Store) moved() bool {
	if s.file == nil {
		return false // not open yet, or given up
	}
	now, err := os.Stat(s.path)
	return err != nil && os.IsNotExist(err) || err == nil && !os.SameFile(s.file, now)
}

// unlogged reports whether a notebook in WAL mode has no log beside it.
func (s *Store) unlogged() bool {
	_, err := os.Stat(s.path + "-wal")
	return os.IsNotExist(err) && journalFor(s.path) == wal
}

// rescue goes on in a new notebook. It is called with swap held.
func (s *Store) rescue() {
	from := s.path
	if gone := new(GoneError); errors.As(s.gone, &gone) {
		from = gone.Path // for the second time
	}
	kept, err := s.copyBeside()
	if err != nil {
		s.file, s.gone = nil, &GoneError{Path: from, Err: classify(err)}
		return
	}
	s.leave()
	s.path, s.gone = kept, &GoneError{Path: from, Kept: kept}
	s.writer = openPool(address(kept, writing), 1)
	s.readers = &livePool{db: openPool(address(kept, reading), readConnections)}
	_ = setJournal(context.Background(), s.writer, journalFor(kept)) // slower without
	s.file, _ = os.Stat(kept)
}

// copyBeside copies what the open connection sees into a new file: in the
// notebook's folder, made again if need be, or else in that for temporary files.
func (s *Store) copyBeside() (path string, err error) {
	name := strings.TrimSuffix(filepath.Base(s.path), filepath.Ext(s.path)) + ".rescued-*.db"
	for _, folder := range []string{filepath.Dir(s.path), os.TempDir()} {
		if path, err = s.copyInto(folder, name); err == nil {
			return path, nil
		}
	}
	return "", err
}

func (s *Store) copyInto(folder, name string) (path string, err error) {
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return "", err
	}
	file, err := os.CreateTemp(folder, name) // VACUUM INTO takes an empty file
	if err != nil {
		return "", err
	}
	path = file.Name()
	if err = file.Close(); err == nil {
		_, err = s.writer.Exec("VACUUM INTO ?", path)
	}
	if err == nil {
		err = os.Chmod(path, 0o644) // CreateTemp's 0600 would keep it from a group
	}
	if err != nil {
		os.Remove(path)
	}
	return path, err
}

// leave closes the connections to the file that is gone. The log of that name may
// be another notebook's by now: SQLite must not remove it.
func (s *Store) leave() {
	_ = s.readers.close()
	ctx := context.Background()
	if conn, err := s.writer.Conn(ctx); err == nil {
		_ = conn.Raw(func(driver any) error {
			return driver.(*sqlite3.SQLiteConn).SetFileControlInt("main", sqlite3.SQLITE_FCNTL_PERSIST_WAL, 1)
		})
		_ = conn.Close()
	}
	s.writer.Close()
}
