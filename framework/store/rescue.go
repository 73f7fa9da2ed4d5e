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

// A MovedError reports that the file of a store was deleted, moved or replaced while
// it was open for writing. All records, earlier and later ones, are in Rescued.
type MovedError struct {
	Path    string // where the store was opened
	Rescued string // the new store; "" if it could not be written
	Err     error  // why it could not be written
}

func (e *MovedError) Error() string {
	const what = "the store %s was deleted, moved or replaced while it was open"
	if e.Rescued == "" {
		return fmt.Sprintf(what+", and its records could not be written to another file: %v; pictures and checkpoints are in the --out folder", e.Path, e.Err)
	}
	return fmt.Sprintf(what+"; all records are in %s: continue with --db %s, or move it back", e.Path, e.Rescued, e.Rescued)
}

func (e *MovedError) Unwrap() error { return e.Err }

// rescue copies the store into a new file and continues there. If the file was
// overwritten and the log and SQLite's cache do not have all its data, there is no new
// file, and writes and reads return the error. It is called with swap held.
func (s *Store) rescue(overwritten bool) {
	from := s.path
	if moved := new(MovedError); errors.As(s.movedErr, &moved) {
		from = moved.Path // the store moved before
	}
	var rescued string
	var err error
	if overwritten {
		err = s.checkComplete()
	}
	if err == nil {
		rescued, err = s.copyBeside()
	}
	s.movedErr = &MovedError{Path: from, Rescued: rescued, Err: classify(err)}
	if err != nil && !overwritten {
		s.opened.file = nil // writes continue to the unlinked file, which readers may have open
		return
	}
	s.detach(overwritten)
	s.opened = fileState{}
	if err != nil {
		s.writer, s.readers = nil, failedPool{s.movedErr}
		return
	}
	s.path = rescued
	s.reopen(journalFor(rescued))
}

// reopen opens the connections to the file at path, which is a store.
func (s *Store) reopen(journal string) {
	s.writer = openPool(address(s.path, writing), 1)
	s.readers = &livePool{db: openPool(address(s.path, reading), readConnections)}
	_ = setJournal(context.Background(), s.writer, journal) // failure only makes it slower
	s.recordFile()
}

// checkComplete returns an error unless the writer can still read all records from the
// log and its cache, although the file was overwritten.
func (s *Store) checkComplete() error {
	ctx := context.Background()
	err := s.checkIntact(ctx, s.writer)
	own := ""
	if err == nil {
		own, err = s.ownRun(ctx, s.writer)
	}
	if err != nil || own == "" || own != s.opened.ownRun {
		return errors.New("another file was copied over it, and its records are lost; restore a copy of the store, or choose another with --db")
	}
	return nil
}

// copyBeside copies the store as the open connection reads it into a new file: in
// the store's folder, created if necessary, or else in the folder for temporary files.
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
	file, err := os.CreateTemp(folder, name) // VACUUM INTO accepts an empty file
	if err != nil {
		return "", err
	}
	path = file.Name()
	if err = file.Close(); err == nil {
		_, err = s.writer.Exec("VACUUM INTO ?", path)
	}
	if err == nil {
		err = os.Chmod(path, 0o644) // CreateTemp's 0600 would exclude a group
	}
	if err != nil {
		os.Remove(path)
	}
	return path, err
}

// detach closes the connections to the old file and removes its log, which would
// otherwise be applied to the file now at path. A log that already belongs to that
// file must stay: SQLite must not remove it.
//
// The connection to a file that was overwritten stays open until the process ends:
// closing the last one would checkpoint the log into the foreign file.
func (s *Store) detach(overwritten bool) {
	_ = s.readers.close()
	switch {
	case s.opened.log == nil:
		s.writer.Close()
	case !overwritten:
		ctx := context.Background()
		if conn, err := s.writer.Conn(ctx); err == nil {
			_ = conn.Raw(func(driver any) error {
				return driver.(*sqlite3.SQLiteConn).SetFileControlInt("main", sqlite3.SQLITE_FCNTL_PERSIST_WAL, 1)
			})
			_ = conn.Close()
		}
		s.writer.Close()
	}
	if !isFile(s.opened.log, s.path+"-wal") {
		return
	}
	os.Remove(s.path + "-wal")
	if isFile(s.opened.index, s.path+"-shm") {
		os.Remove(s.path + "-shm")
	}
}
