package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"slices"
	"time"
)

// A sight is what the files of a store looked like when it was last known to be
// the one that was opened.
type sight struct {
	file       os.FileInfo // nil if it is not to be followed
	log, index os.FileInfo // -wal and -shm; nil with a rollback journal
	newest     string      // the newest run's uid; "" without
	mine       string      // see Store.mine
	version    int64       // SQLite's data_version: changes when another process commits
}

// see remembers what the files look like now, which is what a write of this process has
// made of them. It is called with turn held.
func (s *Store) see() {
	if s.seen.file == nil {
		s.seen.log, _ = os.Stat(s.path + "-wal")
		s.seen.index, _ = os.Stat(s.path + "-shm")
	}
	// With a log only a checkpoint changes the file, now and then, and ours sees to that.
	if now, err := os.Stat(s.path); err == nil && (s.seen.file == nil || s.seen.log == nil && os.SameFile(s.seen.file, now)) {
		s.seen.file = now
	}
	ctx := context.Background()
	_ = s.writer.QueryRow(`SELECT hex(uid) FROM runs ORDER BY id DESC LIMIT 1`).Scan(&s.seen.newest) // no rows: ""
	s.seen.mine, _ = s.mine(ctx, s.writer)
	s.seen.version = version(s.writer)
}

func version(db *sql.DB) (v int64) {
	_ = db.QueryRow("PRAGMA data_version").Scan(&v)
	return v
}

// follow looks whether the store is still the file that was opened, with its own
// bytes in it. If it is not, everything is copied into a new one beside it, as long as
// it can still be read, and what comes goes there. It is called with turn held.
func (s *Store) follow() {
	s.swap.Lock()
	defer s.swap.Unlock()
	switch {
	case s.seen.file == nil:
		return // not open yet, or given up
	case s.moved():
		s.rescue(false)
	case s.overwritten():
		s.rescue(true)
	case s.unlogged():
		s.relog()
	}
}

// moved reports whether path is no longer what was opened.
func (s *Store) moved() bool {
	now, err := os.Stat(s.path)
	return err != nil && os.IsNotExist(err) || err == nil && !os.SameFile(s.seen.file, now)
}

// A change of the file that is under way is waited for until the file has been the
// same for settling, but no longer than copying.
const (
	settling = 50 * time.Millisecond
	copying  = 2 * time.Second
)

// overwritten reports whether bytes that are not the store's are in its file. Only
// where size or time have changed since this process wrote is the file read, once:
// usually another process wrote its log into it.
func (s *Store) overwritten() bool {
	for began := time.Now(); ; time.Sleep(settling) {
		now, err := os.Stat(s.path)
		if err != nil || s.looksLike(now) {
			return false
		}
		err = blame(classify(s.ours(context.Background())))
		if err == nil {
			s.seen.file = now
			return false
		}
		again, gone := os.Stat(s.path)
		steady := gone != nil || again.Size() == now.Size() && again.ModTime().Equal(now.ModTime())
		if waited := time.Since(began); steady && waited >= settling || waited >= copying {
			// What cannot be read just now, since it is locked say, is looked at again at the next write.
			return errors.Is(err, errOther) || errors.Is(err, ErrDamaged) || errors.Is(err, ErrNotStore)
		}
	}
}

// errOther: it is not the store that was opened.
var errOther = errors.New("it is another store")

func (s *Store) looksLike(now os.FileInfo) bool {
	return now.Size() == s.seen.file.Size() && now.ModTime().Equal(s.seen.file.ModTime())
}

// ours returns an error unless the file is still the store that was opened. It is looked at
// through SQLite, as by a quietPool, first without the log: a checkpoint, by whatever
// process, leaves no run in it that the store does not have. With the log it must
// hold together and have the runs of this process as they last were.
func (s *Store) ours(ctx context.Context) error {
	var older []string
	if s.seen.log != nil {
		base := openPool(address(s.path, frozen), 1)
		defer base.Close()
		if _, err := identify(ctx, base, false); errors.Is(classify(err), ErrNotStore) {
			return ErrNotStore
		}
		older, _ = uids(ctx, base) // not to be read in the middle of a checkpoint
	}
	// With a rollback journal only a commit changes the file, which another process may make.
	committed := s.seen.log == nil && version(s.writer) != s.seen.version
	db := openPool(address(s.path, reading), 1)
	defer db.Close()
	if _, err := identify(ctx, db, true); err != nil {
		return err
	}
	if !committed {
		if err := s.sound(ctx, db); err != nil {
			return err
		}
	}
	all, err := uids(ctx, db)
	if err != nil {
		return err
	}
	mine, err := s.mine(ctx, db)
	if err == nil && (mine != s.seen.mine || !within(older, all) || s.seen.newest != "" && !slices.Contains(all, s.seen.newest)) {
		err = errOther
	}
	return err
}

// sound returns an error unless all pages belong together, and the run that this store
// began last has all its values, as it has not in a mixture with an older copy.
func (s *Store) sound(ctx context.Context, db *sql.DB) error {
	problems, err := integrity(ctx, db)
	if err == nil && len(problems) == 0 {
		problems, err = collect(ctx, db, func(p *string) []any { return []any{p} },
			`SELECT 'values are missing' FROM runs r JOIN metric_summary m ON m.run_id = r.id WHERE r.uid = ?
			AND count <> (SELECT count(*) FROM metrics v WHERE v.run_id = m.run_id AND v.key_id = m.key_id) LIMIT 1`, s.last())
	}
	if err == nil && len(problems) > 0 {
		err = fmt.Errorf("%w (%s)", ErrDamaged, problems[0])
	}
	return err
}

// uids lists the runs of a store.
func uids(ctx context.Context, db *sql.DB) ([]string, error) {
	return collect(ctx, db, func(uid *string) []any { return []any{uid} }, `SELECT hex(uid) FROM runs ORDER BY id`)
}

// within reports whether all of part are in list.
func within(part, list []string) bool {
	known := map[string]bool{}
	for _, item := range list {
		known[item] = true
	}
	return !slices.ContainsFunc(part, func(item string) bool { return !known[item] })
}

// mine returns the run that this store began last, with its last sign of life; "" without.
func (s *Store) mine(ctx context.Context, db *sql.DB) (run string, err error) {
	err = db.QueryRowContext(ctx, `SELECT hex(uid) || seen_at FROM runs WHERE uid = ?`, s.last()).Scan(&run)
	if errors.Is(err, sql.ErrNoRows) {
		err = nil
	}
	return run, err
}

func (s *Store) last() UID {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.latest
}

// unlogged reports whether a store in WAL mode has lost its log or the log's index:
// another process would write into others, and neither would know of it.
func (s *Store) unlogged() bool {
	return s.seen.log != nil && (!isFile(s.seen.log, s.path+"-wal") || !isFile(s.seen.index, s.path+"-shm"))
}

// relog writes the log into the file and opens it again, with a new one. While a
// reader keeps some of it from being written, the next write tries again.
func (s *Store) relog() {
	var busy, pages, written int
	err := s.writer.QueryRow("PRAGMA wal_checkpoint(PASSIVE)").Scan(&busy, &pages, &written)
	s.see()
	if err != nil || busy != 0 || pages != written {
		return
	}
	_ = s.readers.close()
	s.writer.Close()
	s.seen = sight{}
	s.reopen(wal)
}

// isFile reports whether path is the file that was seen.
func isFile(seen os.FileInfo, path string) bool {
	now, err := os.Stat(path)
	return seen != nil && err == nil && os.SameFile(seen, now)
}
