package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"sync"
)

// A pool provides read-only connections.
type pool interface {
	// with calls use, and calls it again if the file changed meanwhile: use must
	// reset its results each time.
	with(use func(*sql.DB) error) error
	close() error
}

// A livePool reads a file that this process also has open for writing.
type livePool struct{ db *sql.DB }

func (p *livePool) with(use func(*sql.DB) error) error { return use(p.db) }
func (p *livePool) close() error                       { return p.db.Close() }

// A failedPool returns err for every read: the store was overwritten.
type failedPool struct{ err error }

func (p failedPool) with(func(*sql.DB) error) error { return p.err }
func (p failedPool) close() error                   { return nil }

// A tracelessPool reads a file without creating side files. Even a read-only
// connection to a file in WAL mode creates -wal and -shm files, or fails without
// permission. So while the log is empty it reads frozen, without locks, and checks
// before and after that this still holds; once there is a writer, the side files
// exist, and it reads live.
//
// The file is only opened through SQLite: closing any other descriptor of it would
// drop the locks that this process holds on it (POSIX).
type tracelessPool struct {
	path string

	mu     sync.RWMutex // held for reading while a connection is lent
	db     *sql.DB
	frozen bool
	seen   snapshot // the file as it was when db was opened, if frozen
}

// frozenAttempts bounds how often a frozen read is repeated: the second one is
// live, unless a writer came and went in between.
const frozenAttempts = 5

func (p *tracelessPool) with(use func(*sql.DB) error) error {
	var err error
	for range frozenAttempts {
		if err = p.refresh(); err != nil {
			return err
		}
		p.mu.RLock()
		err = use(p.db)
		steady := !p.frozen || p.seen.same(takeSnapshot(p.path))
		p.mu.RUnlock()
		if steady {
			return err
		}
	}
	if err == nil {
		err = fmt.Errorf("the file changes faster than it can be read: %w", ErrBusy)
	}
	return err
}

// refresh reopens p.db if the file has changed or has a writer.
func (p *tracelessPool) refresh() error {
	now := takeSnapshot(p.path)
	p.mu.RLock()
	good := p.db != nil && (!p.frozen || p.seen.same(now))
	p.mu.RUnlock()
	if good {
		return nil
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.db != nil {
		p.db.Close() // the lock guarantees that it has no readers
	}
	p.seen = now
	// On a network file system size and time may be stale and cannot prove that
	// there is no writer: read with locks.
	p.frozen = now.quiet && !onNetwork(p.path)
	p.db = openPool(address(p.path, p.access()), readConnections)
	err := classify(ping(p.db))
	if p.frozen || !errors.Is(err, ErrReadOnly) && !errors.Is(err, ErrAccess) {
		return err
	}
	if !now.quiet {
		return fmt.Errorf("its last writer left a log beside it that only a writer can apply; "+
			"copy both to a writable folder and open the copy for writing: %w", err)
	}
	p.db.Close()
	p.frozen = true
	p.db = openPool(address(p.path, frozen), readConnections)
	return classify(ping(p.db))
}

func (p *tracelessPool) access() access {
	if p.frozen {
		return frozen
	}
	return reading
}

func (p *tracelessPool) close() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.db == nil {
		return nil
	}
	return p.db.Close()
}

// ping connects and reads the file's header.
func ping(db *sql.DB) error {
	var version int
	return db.QueryRowContext(context.Background(), "PRAGMA user_version").Scan(&version)
}

// A snapshot is the state of a database file as the file system shows it.
type snapshot struct {
	quiet bool // no log or an empty one: no writer is active
	file  os.FileInfo
}

func takeSnapshot(path string) snapshot {
	empty := func(log string) bool {
		info, err := os.Stat(path + log)
		return errors.Is(err, os.ErrNotExist) || err == nil && info.Size() == 0
	}
	quiet := empty("-wal") && empty("-journal")
	file, _ := os.Stat(path) // nil if it is missing: same is false then
	return snapshot{quiet, file}
}

// same reports whether the file was quiet and unchanged from s to t.
func (s snapshot) same(t snapshot) bool {
	return s.quiet && t.quiet && s.file != nil && t.file != nil &&
		os.SameFile(s.file, t.file) && s.file.Size() == t.file.Size() &&
		s.file.ModTime().Equal(t.file.ModTime())
}
