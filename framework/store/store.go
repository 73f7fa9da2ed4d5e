// Package store keeps every run of every experiment, with its
// config, losses, metrics, events and pictures, in one SQLite file.
//
// A Store is opened once a process; several processes may have the same file
// open. Open gives one that can write, through a single connection, and read,
// through others that cannot; OpenReadOnly touches nothing. Begin starts a Run,
// which records and is then finished; the other methods of Store read. The
// tables are described in migrations/001_initial.sql.
//
// All methods of Store and Run may be called from several goroutines.
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

	// swap is held for reading while one of these is used: a store that
	// disappears is gone on with in another file (see rescue).
	swap     sync.RWMutex
	path     string
	opened   fileState // of what was opened for writing
	movedErr error     // a *MovedError once path was deleted or replaced
	writer   *sql.DB   // one connection; nil in a Store that only reads
	readers  pool

	writeLock sync.Mutex // held by the one who writes, and while files are looked at

	// How long a write is tried again before it is given up.
	busyTimeout, diskTimeout time.Duration

	mu     sync.Mutex
	runs   map[*Run]bool // begun and not finished
	latest UID           // of the run begun last
}

const (
	// busyTimeout is how long a write waits for another writer: those hold the
	// store for milliseconds, so after this long someone has gone to lunch
	// with a transaction open.
	busyTimeout = 30 * time.Second
	// diskTimeout is how long a full or failing disk is tried again: long
	// enough for a hiccup, short enough to checkpoint and stop in good order.
	diskTimeout = 2 * time.Second
	// readConnections bounds the readers of one process.
	readConnections = 4
)

// Open opens the store at path for reading and writing, and creates it and
// its folder where they are missing. Runs whose process is gone are marked lost.
//
// Errors: ErrNotStore for any other kind of file, which is left as it was,
// ErrNewer, ErrDamaged, ErrReadOnly, ErrAccess, ErrFull, ErrIO, ErrBusy; what
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

// OpenReadOnly opens the store at path for reading. It creates no file, and
// needs no right to write in the folder. The one thing it changes is that a log
// which a crashed process left beside the file is written into it, where that may
// be done and no one else has it open. It follows runs that other processes write
// meanwhile; while one does, the readers share SQLite's own -shm index beside it.
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

// Peek is OpenReadOnly for a look that nobody asked for: it changes nothing at all.
// What a crashed process left in the log stays there, and is seen if SQLite's index
// of it is still there too.
//
// Errors: those of OpenReadOnly; ErrBusy where the index would have to be made.
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
		return nil, fmt.Errorf("there is no store at %s; run an experiment first, or name another with --db (%w)", path, fs.ErrNotExist)
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

// prepare makes a store that was just opened for writing ready. Nothing is
// written before it is known to be ours.
func (s *Store) prepare(ctx context.Context, journal string) error {
	steps := []func() error{
		func() error { return checkWritable(ctx, s.writer) },
		func() error { return setJournal(ctx, s.writer, journal) },
		func() error { return migrate(ctx, s.writer, migrations()) },
	}
	for _, step := range steps {
		if err := s.retry(ctx, step); err != nil {
			return err
		}
	}
	s.recordFile()
	return s.markLost(ctx)
}

// Path returns where the store is: where it was opened, unless that file was
// deleted or replaced since (see MovedError).
func (s *Store) Path() string {
	s.swap.RLock()
	defer s.swap.RUnlock()
	return s.path
}

// Close writes what the runs that were not finished still hold, and closes the
// store. Those runs are later seen as lost. A second Close does nothing.
//
// Errors: those of a write; *MovedError if the file was deleted or replaced while
// it was open, with where everything is now.
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
	s.opened, s.movedErr = fileState{}, nil // a second Close has nothing to look after
	if s.writer != nil {
		// The last writer leaves one whole file even if a reader elsewhere keeps
		// SQLite from removing its log; where that reader is in the way, the
		// next writer does it.
		_, _ = s.writer.Exec("PRAGMA wal_checkpoint(PASSIVE)")
		problems = append(problems, s.writer.Close())
	}
	return errors.Join(problems...)
}

// remember has Close flush a run, until it is forgotten.
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
