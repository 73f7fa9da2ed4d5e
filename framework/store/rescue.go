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

// A MovedError says that the file of a store was deleted, moved or replaced while
// it was open for writing. Whatever was recorded, before and since, is in Rescued.
type MovedError struct {
	Path    string // where it was opened
	Rescued string // the store that was written beside; "" if none could be
	Err     error  // why none could be
}

func (e *MovedError) Error() string {
	const what = "the store %s was deleted, moved or replaced while it was written"
	if e.Rescued == "" {
		return fmt.Sprintf(what+", and what was recorded could not be written to another file: %v; pictures and checkpoints are in the folder of --out", e.Path, e.Err)
	}
	return fmt.Sprintf(what+"; everything recorded is in %s: go on with --db %s, or move it back", e.Path, e.Rescued, e.Rescued)
}

func (e *MovedError) Unwrap() error { return e.Err }

// rescue goes on in a new store, or, where the file was overwritten and what it
// held is not all in the log and in memory, in none: then writes and reads return
// the error. It is called with swap held.
func (s *Store) rescue(overwritten bool) {
	from := s.path
	if moved := new(MovedError); errors.As(s.movedErr, &moved) {
		from = moved.Path // for the second time
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
		s.opened.file = nil // a file without a name: written on, for whoever reads it meanwhile
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

// reopen opens the connections to the file at path, which is one of ours.
func (s *Store) reopen(journal string) {
	s.writer = openPool(address(s.path, writing), 1)
	s.readers = &livePool{db: openPool(address(s.path, reading), readConnections)}
	_ = setJournal(context.Background(), s.writer, journal) // slower without
	s.recordFile()
}

// checkComplete returns an error unless all that was recorded can still be read by the writer,
// from the log and from its memory, although another file's bytes are where it was.
func (s *Store) checkComplete() error {
	ctx := context.Background()
	err := s.checkIntact(ctx, s.writer)
	own := ""
	if err == nil {
		own, err = s.ownRun(ctx, s.writer)
	}
	if err != nil || own == "" || own != s.opened.ownRun {
		return errors.New("another file was copied over it, and what it held is lost; put a copy of it back, or name another with --db")
	}
	return nil
}

// copyBeside copies what the open connection sees into a new file: in the
// store's folder, made again if need be, or else in that for temporary files.
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

// detach closes the connections to the file that is gone, and takes its log along:
// whoever opens what is there by now would take it for a part of that. The log of
// that name may also be another store's by now: SQLite must not remove it.
//
// The connection to a file that was overwritten stays open until the process ends: as
// the last one is closed SQLite writes the log into the file.
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
