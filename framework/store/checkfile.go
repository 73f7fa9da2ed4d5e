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

// A fileState is what the files of a store looked like when it was last known to be
// the one that was opened.
type fileState struct {
	file       os.FileInfo // nil if it is not to be followed
	log, index os.FileInfo // -wal and -shm; nil with a rollback journal
	newest     string      // the newest run's uid; "" without
	ownRun     string      // see Store.ownRun
	version    int64       // SQLite's data_version: changes when another process commits
}

// recordFile records what the files look like now, which is what a write of this process has
// made of them. It is called with writeLock held.
func (s *Store) recordFile() {
	if s.opened.file == nil {
		s.opened.log, _ = os.Stat(s.path + "-wal")
		s.opened.index, _ = os.Stat(s.path + "-shm")
	}
	// With a log only a checkpoint changes the file, now and then, and ours sees to that.
	if now, err := os.Stat(s.path); err == nil && (s.opened.file == nil || s.opened.log == nil && os.SameFile(s.opened.file, now)) {
		s.opened.file = now
	}
	ctx := context.Background()
	_ = s.writer.QueryRow(`SELECT hex(uid) FROM runs ORDER BY id DESC LIMIT 1`).Scan(&s.opened.newest) // no rows: ""
	s.opened.ownRun, _ = s.ownRun(ctx, s.writer)
	s.opened.version = version(s.writer)
}

func version(db *sql.DB) (v int64) {
	_ = db.QueryRow("PRAGMA data_version").Scan(&v)
	return v
}

// checkFile looks whether the store is still the file that was opened, with its own
// bytes in it. If it is not, everything is copied into a new one beside it, as long as
// it can still be read, and what comes goes there. It is called with writeLock held.
func (s *Store) checkFile() {
	s.swap.Lock()
	defer s.swap.Unlock()
	switch {
	case s.opened.file == nil:
		return // not open yet, or given up
	case s.moved():
		s.rescue(false)
	case s.overwritten():
		s.rescue(true)
	case s.logReplaced():
		s.restartLog()
	}
}

// moved reports whether path is no longer what was opened.
func (s *Store) moved() bool {
	now, err := os.Stat(s.path)
	return err != nil && os.IsNotExist(err) || err == nil && !os.SameFile(s.opened.file, now)
}

// A change of the file that is under way is waited for until the file has been the
// same for settleTime, but no longer than copying.
const (
	settleTime    = 50 * time.Millisecond
	maxSettleWait = 2 * time.Second
)

// overwritten reports whether bytes that are not the store's are in its file. Only
// where size or time have changed since this process wrote is the file read, once:
// usually another process wrote its log into it.
func (s *Store) overwritten() bool {
	for began := time.Now(); ; time.Sleep(settleTime) {
		now, err := os.Stat(s.path)
		if err != nil || s.unchanged(now) {
			return false
		}
		err = asDamaged(classify(s.verifyFile(context.Background())))
		if err == nil {
			s.opened.file = now
			return false
		}
		again, gone := os.Stat(s.path)
		steady := gone != nil || again.Size() == now.Size() && again.ModTime().Equal(now.ModTime())
		if waited := time.Since(began); steady && waited >= settleTime || waited >= maxSettleWait {
			// What cannot be read just now, since it is locked say, is looked at again at the next write.
			return errors.Is(err, errOther) || errors.Is(err, ErrDamaged) || errors.Is(err, ErrNotStore)
		}
	}
}

// errOther: it is not the store that was opened.
var errOther = errors.New("it is another store")

func (s *Store) unchanged(now os.FileInfo) bool {
	return now.Size() == s.opened.file.Size() && now.ModTime().Equal(s.opened.file.ModTime())
}

// verifyFile returns an error unless the file is still the store that was opened. It is looked at
// through SQLite, as by a tracelessPool, first without the log: a checkpoint, by whatever
// process, leaves no run in it that the store does not have. With the log it must
// hold together and have the runs of this process as they last were.
func (s *Store) verifyFile(ctx context.Context) error {
	var older []string
	if s.opened.log != nil {
		base := openPool(address(s.path, frozen), 1)
		defer base.Close()
		if _, err := identify(ctx, base, false); errors.Is(classify(err), ErrNotStore) {
			return ErrNotStore
		}
		older, _ = uids(ctx, base) // not to be read in the middle of a checkpoint
	}
	// With a rollback journal only a commit changes the file, which another process may make.
	committed := s.opened.log == nil && version(s.writer) != s.opened.version
	db := openPool(address(s.path, reading), 1)
	defer db.Close()
	if _, err := identify(ctx, db, true); err != nil {
		return err
	}
	if !committed {
		if err := s.checkIntact(ctx, db); err != nil {
			return err
		}
	}
	all, err := uids(ctx, db)
	if err != nil {
		return err
	}
	own, err := s.ownRun(ctx, db)
	if err == nil && (own != s.opened.ownRun || !containsAll(all, older) || s.opened.newest != "" && !slices.Contains(all, s.opened.newest)) {
		err = errOther
	}
	return err
}

// checkIntact returns an error unless all pages belong together, and the run that this store
// began last has all its values, as it has not in a mixture with an older copy.
func (s *Store) checkIntact(ctx context.Context, db *sql.DB) error {
	problems, err := integrity(ctx, db)
	if err == nil && len(problems) == 0 {
		problems, err = collect(ctx, db, func(p *string) []any { return []any{p} },
			`SELECT 'values are missing' FROM runs r JOIN metric_summary m ON m.run_id = r.id WHERE r.uid = ?
			AND count <> (SELECT count(*) FROM metrics v WHERE v.run_id = m.run_id AND v.key_id = m.key_id) LIMIT 1`, s.latestRun())
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

// containsAll reports whether all of part are in list.
func containsAll(list, part []string) bool {
	known := map[string]bool{}
	for _, item := range list {
		known[item] = true
	}
	return !slices.ContainsFunc(part, func(item string) bool { return !known[item] })
}

// ownRun returns the run that this store began last, with its last sign of life; "" without.
func (s *Store) ownRun(ctx context.Context, db *sql.DB) (run string, err error) {
	err = db.QueryRowContext(ctx, `SELECT hex(uid) || seen_at FROM runs WHERE uid = ?`, s.latestRun()).Scan(&run)
	if errors.Is(err, sql.ErrNoRows) {
		err = nil
	}
	return run, err
}

func (s *Store) latestRun() UID {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.latest
}

// logReplaced reports whether a store in WAL mode has lost its log or the log's index:
// another process would write into others, and neither would know of it.
func (s *Store) logReplaced() bool {
	return s.opened.log != nil && (!isFile(s.opened.log, s.path+"-wal") || !isFile(s.opened.index, s.path+"-shm"))
}

// restartLog writes the log into the file and opens it again, with a new one. While a
// reader keeps some of it from being written, the next write tries again.
func (s *Store) restartLog() {
	var busy, pages, written int
	err := s.writer.QueryRow("PRAGMA wal_checkpoint(PASSIVE)").Scan(&busy, &pages, &written)
	s.recordFile()
	if err != nil || busy != 0 || pages != written {
		return
	}
	_ = s.readers.close()
	s.writer.Close()
	s.opened = fileState{}
	s.reopen(wal)
}

// isFile reports whether path is the file that was seen.
func isFile(seen os.FileInfo, path string) bool {
	now, err := os.Stat(path)
	return seen != nil && err == nil && os.SameFile(seen, now)
}
