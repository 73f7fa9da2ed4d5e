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
	newest     string      // the newest run's uid; "" without a run
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
	_ = s.writer.QueryRow(`SELECT hex(uid) FROM runs ORDER BY id DESC LIMIT 1`).Scan(&s.opened.newest) // no rows: ""
	s.opened.ownRun, _ = s.ownRun(ctx, s.writer)
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
// runs must also be in the store, whichever process made the last checkpoint. With the
// log it must be intact and have this process's latest run unchanged.
func (s *Store) verifyFile(ctx context.Context) error {
	var older []string
	if s.opened.log != nil {
		base := openPool(address(s.path, frozen), 1)
		defer base.Close()
		if _, err := identify(ctx, base, false); errors.Is(classify(err), ErrNotStore) {
			return ErrNotStore
		}
		older, _ = uids(ctx, base) // fails during a checkpoint
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

// checkIntact returns an error unless all pages are consistent and the run that this
// store began last has all its values, which it lacks in a mixture with an older copy.
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

// uids lists the uids of all runs.
func uids(ctx context.Context, db *sql.DB) ([]string, error) {
	return collect(ctx, db, func(uid *string) []any { return []any{uid} }, `SELECT hex(uid) FROM runs ORDER BY id`)
}

// containsAll reports whether all items of part are in list.
func containsAll(list, part []string) bool {
	in := map[string]bool{}
	for _, item := range list {
		in[item] = true
	}
	return !slices.ContainsFunc(part, func(item string) bool { return !in[item] })
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

// checkpointByHand keeps SQLite from making checkpoints of its own until restore is called: after one,
// the next write reads the whole file, to see that nothing else has changed it. Whoever writes
// much calls checkpoint instead.
func (s *Store) checkpointByHand(ctx context.Context) (restore func()) {
	set := func(pages int) {
		s.swap.RLock()
		defer s.swap.RUnlock()
		if s.writer != nil {
			_, _ = s.writer.ExecContext(context.WithoutCancel(ctx), fmt.Sprintf("PRAGMA wal_autocheckpoint = %d", pages))
		}
	}
	set(0)
	return func() { set(1000) } // SQLite's default
}

// checkpoint moves the log into the file, as far as readers let it, and notes that it was this process
// that changed the file.
func (s *Store) checkpoint() {
	s.writeLock.Lock()
	defer s.writeLock.Unlock()
	s.checkFile()
	s.swap.RLock()
	defer s.swap.RUnlock()
	if s.writer == nil || s.opened.log == nil {
		return
	}
	if now, err := os.Stat(s.path); err != nil || !s.unchanged(now) {
		return
	}
	_, _ = s.writer.Exec("PRAGMA wal_checkpoint(PASSIVE)") // what is left, the next one moves
	if now, err := os.Stat(s.path); err == nil && os.SameFile(now, s.opened.file) {
		s.opened.file = now
	}
}
