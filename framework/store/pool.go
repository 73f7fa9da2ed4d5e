package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"sync"
)

// A pool lends connections that can only read.
type pool interface {
	// with calls use, and calls it again if the file moved on meanwhile: use
	// must set its results afresh each time.
	with(use func(*sql.DB) error) error
	close() error
}

// A livePool reads a file that this process also has open for writing.
type livePool struct{ db *sql.DB }

func (p *livePool) with(use func(*sql.DB) error) error { return use(p.db) }
func (p *livePool) close() error                       { return p.db.Close() }

// A failedPool is of a file that is no store of ours any more.
type failedPool struct{ err error }

func (p failedPool) with(func(*sql.DB) error) error { return p.err }
func (p failedPool) close() error                   { return nil }

// A tracelessPool reads a file and leaves no trace beside it. Even a read-only
// connection to a file in WAL mode makes -wal and -shm files, or fails where it
// may not. So, as long as no writer has left anything in such a file, we read
// frozen, without locks, and look before and after whether that still holds;
// once a writer is seen, its side files exist, and we read live.
//
// The file is never opened but through SQLite: closing any descriptor of it
// would drop the locks that this process holds on it elsewhere (POSIX).
type tracelessPool struct {
	path string

	mu     sync.RWMutex // held for reading while a connection is lent
	db     *sql.DB
	frozen bool
	seen   snapshot // what db was opened on, if frozen
}

// frozenAttempts bounds how often a frozen read starts again: the second one is
// live, unless the writer came and went in between.
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

// refresh makes sure that p.db suits the file as it is now.
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
		p.db.Close() // its readers are done: the lock is ours
	}
	p.seen = now
	// Over a network the size and time of a file arrive late, and cannot show
	// that nobody writes it: read with locks there.
	p.frozen = now.quiet && !onNetwork(p.path)
	p.db = openPool(address(p.path, p.access()), readConnections)
	err := classify(ping(p.db))
	if p.frozen || !errors.Is(err, ErrReadOnly) && !errors.Is(err, ErrAccess) {
		return err
	}
	if !now.quiet {
		return fmt.Errorf("its last writer left an unfinished log beside it, which only a writer can apply; "+
			"copy both to a folder that you can write to, and open it there for writing: %w", err)
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

// A snapshot is what can be seen of a database file from outside.
type snapshot struct {
	quiet bool // no writer has anything in a log beside it
	file  os.FileInfo
}

func takeSnapshot(path string) snapshot {
	empty := func(log string) bool {
		info, err := os.Stat(path + log)
		return errors.Is(err, os.ErrNotExist) || err == nil && info.Size() == 0
	}
	quiet := empty("-wal") && empty("-journal")
	file, _ := os.Stat(path) // nil when it has gone: same is false then
	return snapshot{quiet, file}
}

// same reports whether the file was quiet all the time from s to t.
func (s snapshot) same(t snapshot) bool {
	return s.quiet && t.quiet && s.file != nil && t.file != nil &&
		os.SameFile(s.file, t.file) && s.file.Size() == t.file.Size() &&
		s.file.ModTime().Equal(t.file.ModTime())
}
