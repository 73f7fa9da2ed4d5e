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

// A fileState is the state of a store's files when they were last verified to be
// the ones that were opened.
type fileState struct {
	file       os.FileInfo // nil if the file is not checked
	log, index os.FileInfo // -wal and -shm; nil with a rollback journal
	newest     numbered    // the newest run
	ownRun     string      // see Store.ownRun
	version    int64       // SQLite's data_version: changes when another process commits
	checkpoint os.FileInfo // the file after a commit of this process in WAL mode, which may have made a checkpoint; nil before the first
}

// recordFile records the state of the files after a write of this process. It is called
// with writeLock held.
func (s *Store) recordFile() {
	if s.opened.file == nil {
		s.opened.log, _ = os.Stat(s.path + "-wal")
		s.opened.index, _ = os.Stat(s.path + "-shm")
	}
	// In WAL mode only a checkpoint changes the file; verifyFile allows for that.
	if now, err := os.Stat(s.path); err == nil && (s.opened.file == nil || s.opened.log == nil && os.SameFile(s.opened.file, now)) {
		s.opened.file = now
	}
	ctx := context.Background()
	// With a rollback journal another process may be committing, which keeps readers out. What is not read
	// would look like another store at the next check.
	_ = s.retry(ctx, func() (err error) {
		if s.opened.newest, err = numbersOf(ctx, s.writer, ` ORDER BY id DESC LIMIT 1`); err != nil {
			return err
		}
		s.opened.ownRun, err = s.ownRun(ctx, s.writer)
		return err
	})
	s.opened.version = version(s.writer)
}

func version(db *sql.DB) (v int64) {
	_ = db.QueryRow("PRAGMA data_version").Scan(&v)
	return v
}

// checkFile checks that path is still the file that was opened and was not overwritten.
// Otherwise it copies everything that can still be read into a new file beside it and
// continues there. It is called with writeLock held.
func (s *Store) checkFile() {
	s.swap.Lock()
	defer s.swap.Unlock()
	switch {
	case s.opened.file == nil:
		return // not open yet, or no longer checked
	case s.moved():
		s.rescue(false)
	case s.overwritten():
		s.rescue(true)
	case s.logReplaced():
		s.restartLog()
	}
}

// moved reports whether path is no longer the file that was opened.
func (s *Store) moved() bool {
	now, err := os.Stat(s.path)
	return err != nil && os.IsNotExist(err) || err == nil && !os.SameFile(s.opened.file, now)
}

// A file that is being changed is checked again until it has been the same for
// settleTime, for at most maxSettleWait.
const (
	settleTime    = 50 * time.Millisecond
	maxSettleWait = 2 * time.Second
)

// overwritten reports whether the file was overwritten with foreign data. The file is
// only read if its size or time have changed since the last write of this process:
// usually because another process made a checkpoint.
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
			// Other errors may pass, as that of a lock: the next write checks again.
			return errors.Is(err, errOther) || errors.Is(err, ErrDamaged) || errors.Is(err, ErrNotStore)
		}
	}
}

// errOther: the file is not the store that was opened.
var errOther = errors.New("it is another store")

func (s *Store) unchanged(now os.FileInfo) bool {
	return now.Size() == s.opened.file.Size() && now.ModTime().Equal(s.opened.file.ModTime())
}

// sameState reports whether the file at path is as before.
func sameState(before os.FileInfo, path string) bool {
	now, err := os.Stat(path)
	return err == nil && os.SameFile(before, now) && now.Size() == before.Size() && now.ModTime().Equal(before.ModTime())
}

// verifyFile returns an error unless the file is still the store that was opened. It
// reads the file through SQLite, like a tracelessPool, first without the log: all its
// runs must also be in the store or have been erased, whichever process made the last checkpoint. With the
// log it must be intact and have this process's latest run unchanged.
func (s *Store) verifyFile(ctx context.Context) error {
	var older numbered
	if s.opened.log != nil {
		base := openPool(address(s.path, frozen), 1)
		defer base.Close()
		if _, err := identify(ctx, base, false); errors.Is(classify(err), ErrNotStore) {
			return ErrNotStore
		}
		older, _ = numbersOf(ctx, base, ``) // fails during a checkpoint
	}
	// With a rollback journal every commit changes the file; this one was another process's. In WAL mode
	// it was this process's own checkpoint if the file is as that left it. To read all pages takes seconds when the
	// store is large, and a checkpoint comes with every 4 MB of log.
	committed := s.opened.log == nil && version(s.writer) != s.opened.version || s.opened.checkpoint != nil && sameState(s.opened.checkpoint, s.path)
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
	all, err := numbersOf(ctx, db, ``)
	if err != nil {
		return err
	}
	own, err := s.ownRun(ctx, db)
	if err == nil && (own != s.opened.ownRun && own != "" || !all.follows(older) || !all.follows(s.opened.newest)) {
		err = errOther
	}
	return err
}

// checkIntact returns an error unless all pages are consistent and the run that this
// store began last has all its values, which it lacks in a mixture with an older copy.
func (s *Store) checkIntact(ctx context.Context, db *sql.DB) error {
	problems, err := integrity(ctx, db)
	problems = slices.DeleteFunc(problems, func(p string) bool { return slices.Contains(s.dangling, p) })
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

// numbered are runs by their numbers, which are never used twice.
type numbered struct {
	last int64 // the highest number given, whether or not its run is there
	uids map[int64]string
}

// numbersOf returns the runs that the end of a query selects.
func numbersOf(ctx context.Context, db *sql.DB, end string) (n numbered, err error) {
	type row struct {
		number int64
		uid    string
	}
	rows, err := collect(ctx, db, func(r *row) []any { return []any{&r.number, &r.uid} }, `SELECT id, hex(uid) FROM runs`+end)
	if err != nil {
		return n, err
	}
	n.uids = map[int64]string{}
	for _, r := range rows {
		n.uids[r.number] = r.uid
	}
	err = db.QueryRowContext(ctx, `SELECT coalesce(max(seq), 0) FROM sqlite_sequence WHERE name = 'runs'`).Scan(&n.last)
	return n, err
}

// follows reports whether n can be a later state of the same store: no number is another run's, and none that
// was given has yet to be. A run may be missing, if another process has erased it.
func (n numbered) follows(earlier numbered) bool {
	for number, uid := range earlier.uids {
		if now, has := n.uids[number]; has && now != uid {
			return false
		}
	}
	return n.last >= earlier.last
}

// ownRun returns the uid and last heartbeat of the run that this store began last, ""
// if there is none.
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

// logReplaced reports whether the log of a store in WAL mode or the log's index was
// deleted or replaced: another process would then write to different ones, unnoticed.
func (s *Store) logReplaced() bool {
	return s.opened.log != nil && (!isFile(s.opened.log, s.path+"-wal") || !isFile(s.opened.index, s.path+"-shm"))
}

// restartLog makes a checkpoint and reopens the file with a new log. If a reader blocks
// part of the checkpoint, the next write retries.
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

// isFile reports whether path is still the file that before describes.
func isFile(before os.FileInfo, path string) bool {
	now, err := os.Stat(path)
	return before != nil && err == nil && os.SameFile(before, now)
}
