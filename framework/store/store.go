// Package store saves all runs of all experiments, with their configs, losses,
// metrics, events and pictures, in one SQLite file.
//
// A process opens a Store once; several processes may have the same file open. Open
// returns a Store that writes through a single connection and reads through
// read-only ones; OpenReadOnly changes no records. Begin starts a Run, which records
// until Finish; the other methods of Store read. The tables are described in
// migrations/001_initial.sql.
//
// All methods of Store and Run are safe for concurrent use.
package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"
)

// A Store is an open store. See Open and OpenReadOnly.
type Store struct {
	host host

	// swap is held for reading while one of these is used: rescue replaces them
	// when the file is moved or overwritten.
	swap     sync.RWMutex
	path     string
	opened   fileState // of the file that was opened for writing
	dangling []string  // rows of that file that pointed nowhere when it was opened, see danglingRows
	movedErr error     // a *MovedError once path was deleted or replaced
	writer   *sql.DB   // one connection; nil in a read-only Store
	readers  pool

	writeLock sync.Mutex // held while the store is written or its files are checked

	// How long a failing write is retried.
	busyTimeout, diskTimeout time.Duration

	mu     sync.Mutex
	runs   map[*Run]bool // not finished
	latest UID           // of the run begun last
}

const (
	// busyTimeout is how long a write waits for another writer. Runs hold the
	// lock for milliseconds, so a longer wait means a transaction left open.
	busyTimeout = 30 * time.Second
	// diskTimeout is how long a write to a full or failing disk is retried: long
	// enough for a transient fault, short enough to write a checkpoint and stop.
	diskTimeout = 2 * time.Second
	// readConnections is the maximum number of read connections.
	readConnections = 4
)

// Open opens the store at path for reading and writing, and creates it and its
// folder if they are missing. Runs whose process is dead are marked lost.
//
// Errors: ErrNotStore for any other kind of file, which is not changed, ErrNewer,
// ErrDamaged, ErrReadOnly, ErrAccess, ErrFull, ErrIO, ErrBusy; the cause of a
// cancelled ctx.
func Open(ctx context.Context, path string) (*Store, error) {
	return open(ctx, path, journalFor(path))
}

// open is Open with a given journal mode.
func open(ctx context.Context, path, journal string) (*Store, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return nil, fmt.Errorf("store: %w", err)
	}
	if err := checkPath(path); err != nil {
		return nil, fmt.Errorf("store: %w", err)
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return nil, fmt.Errorf("store: make its folder: %w", err)
	}
	s := newStore(path)
	if err := s.checkExisting(ctx); err != nil {
		return nil, fmt.Errorf("store %s: %w", path, err)
	}
	s.writer = openPool(address(path, writing), 1)
	s.readers = &livePool{db: openPool(address(path, reading), readConnections)}
	if err := s.prepare(ctx, journal); err != nil {
		s.writer.Close()
		_ = s.readers.close()
		return nil, fmt.Errorf("store %s: %w", path, err)
	}
	return s, nil
}

// OpenReadOnly opens the store at path for reading. It creates no file and needs no
// write permission in the folder. It changes no records, but checkpoints a log that a
// crashed process left beside the file, if it has permission and no other process has
// the file open. Reads include what other processes write meanwhile; while one does,
// readers share SQLite's -shm index.
//
// Errors: fs.ErrNotExist, ErrNotStore (*LogError if its log is missing), ErrNewer,
// ErrOlder, ErrAccess.
func OpenReadOnly(ctx context.Context, path string) (*Store, error) {
	s, err := openReadOnly(ctx, path)
	if err == nil {
		s.mergeLeftoverLog(ctx)
	}
	return s, err
}

// Peek is OpenReadOnly without any change to the files, for reads that the user did
// not ask for. A log left by a crashed process stays, and is read if SQLite's index of
// it still exists.
//
// Errors: those of OpenReadOnly; ErrBusy if the index would have to be created.
func Peek(ctx context.Context, path string) (*Store, error) {
	log, err := os.Stat(path + "-wal")
	if _, missing := os.Stat(path + "-shm"); err == nil && log.Size() > 0 && errors.Is(missing, fs.ErrNotExist) {
		return nil, fmt.Errorf("store %s: %w", path, ErrBusy)
	}
	return openReadOnly(ctx, path)
}

func openReadOnly(ctx context.Context, path string) (*Store, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return nil, fmt.Errorf("store: %w", err)
	}
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("no store at %s; run an experiment first, or choose another with --db (%w)", path, fs.ErrNotExist)
	} else if err != nil {
		return nil, fmt.Errorf("store: %w", err)
	}
	s := newStore(path)
	s.readers = &tracelessPool{path: path}
	if err := s.read(ctx, func(db *sql.DB) error { return checkReadable(ctx, db) }); err != nil {
		_ = s.readers.close()
		if errors.Is(err, errNoTables) {
			err = &LogError{Path: path}
		}
		return nil, fmt.Errorf("store %s: %w", path, asDamaged(err))
	}
	return s, nil
}

func newStore(path string) *Store {
	return &Store{
		path: path, host: thisHost(), runs: map[*Run]bool{},
		busyTimeout: busyTimeout, diskTimeout: diskTimeout,
	}
}

// prepare checks and migrates a store that was just opened for writing. It writes
// nothing before the checks.
func (s *Store) prepare(ctx context.Context, journal string) error {
	steps := []func() error{
		func() error { return checkWritable(ctx, s.writer) },
		func() error { return setJournal(ctx, s.writer, journal) },
		func() error { return migrate(ctx, s.writer, migrations()) },
		func() (err error) {
			s.dangling, err = danglingRows(ctx, s.writer)
			return err
		},
	}
	for _, step := range steps {
		if err := s.retry(ctx, step); err != nil {
			return err
		}
	}
	s.recordFile()
	return s.markLost(ctx)
}

// Path returns the store's path: the one that was opened, unless that file was
// deleted or replaced since (see MovedError).
func (s *Store) Path() string {
	s.swap.RLock()
	defer s.swap.RUnlock()
	return s.path
}

// Close flushes unfinished runs, which will later count as lost, and closes the
// store. A second Close does nothing.
//
// Errors: those of a write; *MovedError if the file was deleted or replaced while
// it was open.
func (s *Store) Close() error {
	s.mu.Lock()
	open := slices.Collect(maps.Keys(s.runs))
	s.mu.Unlock()
	var problems []error
	for _, run := range open {
		run.stopFlusher()
		problems = append(problems, run.Flush(context.Background()))
		s.removeRun(run)
	}
	s.writeLock.Lock()
	defer s.writeLock.Unlock()
	s.checkFile()
	s.swap.Lock()
	defer s.swap.Unlock()
	problems = append(problems, s.movedErr, s.readers.close())
	s.opened, s.movedErr = fileState{}, nil // for a second Close
	if s.writer != nil {
		// The last writer leaves one complete file even if a reader in another
		// process keeps SQLite from removing the log. If that reader blocks the
		// checkpoint, the next writer makes it.
		_, _ = s.writer.Exec("PRAGMA wal_checkpoint(PASSIVE)")
		problems = append(problems, s.writer.Close())
	}
	return errors.Join(problems...)
}

// addRun makes Close flush a run, until removeRun.
func (s *Store) addRun(r *Run) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.runs[r] = true
}

func (s *Store) removeRun(r *Run) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.runs, r)
}
