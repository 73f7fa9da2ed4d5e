package store

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"syscall"

	"github.com/mattn/go-sqlite3"

	"runexp/internal/printable"
)

// Errors of a store; test with errors.Is.
var (
	// ErrFull: the disk or the quota is full. Nothing is lost: free some space
	// and flush again.
	ErrFull = errors.New("the disk is full; free some space and try again")
	// ErrIO: reading or writing failed.
	ErrIO = errors.New("the disk failed; check it, or use --db on another one")
	// ErrBusy: another program held the lock for longer than the timeout.
	ErrBusy = errors.New("the store is locked by another program; close the program that has it open and try again")
	// ErrNotStore: the file is not a store. It was not changed.
	ErrNotStore = errors.New("not a runexp store; choose another file with --db")
	// ErrDamaged: pages or rows are inconsistent. The file was not changed.
	ErrDamaged = errors.New("the store is damaged; restore a copy, or save what can be read with sqlite3 FILE .recover, and choose another with --db")
	// ErrNewer: a later version of runexp wrote the store.
	ErrNewer = errors.New("the store was written by a newer runexp; update runexp to open it")
	// ErrOlder: the store was opened read-only and cannot be migrated.
	ErrOlder = errors.New("the store was written by an older runexp; open it once for writing, as any run does, to migrate it")
	// ErrReadOnly: the store was opened, or can only be opened, for reading.
	ErrReadOnly = errors.New("the store is read-only; check the permissions of the file, or choose another with --db")
	// ErrAccess: the file cannot be read, or SQLite cannot create the side files it needs.
	ErrAccess = errors.New("the store cannot be opened; check the permissions of the file and of its folder")
	// ErrNotFound: there is no such run, sweep, scorer, metric or blob.
	ErrNotFound = errors.New("not found")
	// ErrGrown: another process added trials to the sweep first.
	ErrGrown = errors.New("another process has added trials to the sweep; read them first")
	// ErrEnded: a method of a run was called after Finish.
	ErrEnded = errors.New("the run has ended; nothing more can be recorded in it")
)

// An AmbiguousError reports a prefix that matches several runs.
type AmbiguousError struct {
	Prefix  string
	Matches []RunRef // at most maxMatches
}

// A DoneError reports that the trial already has a run; see NewRun.UnlessDone.
type DoneError struct{ Run RunSummary }

func (e *DoneError) Error() string {
	return fmt.Sprintf("run %d of the same trial is %s", e.Run.Number, e.Run.Status)
}

// A RunningError reports that another run of the same trial may be alive; see
// NewRun.Exclusive.
type RunningError struct {
	RunRef
	PID      int
	SameHost bool // the process is on this machine, and alive
}

func (e *RunningError) Error() string {
	where := "on another machine or container"
	if e.SameHost {
		where = "which is alive"
	}
	return fmt.Sprintf("run %d of the same trial is running in process %d, %s", e.Number, e.PID, where)
}

// maxMatches bounds the list in an AmbiguousError.
const maxMatches = 10

func (e *AmbiguousError) Error() string {
	var list strings.Builder
	for _, m := range e.Matches {
		fmt.Fprintf(&list, "\n  run %d  %s  %s", m.Number, m.UID, m.Experiment)
	}
	return fmt.Sprintf("%q matches several runs; give more digits or the number:%s", e.Prefix, list.String())
}

// classify wraps a SQLite error in one of the errors above and returns any other
// error unchanged.
func classify(err error) error {
	var e sqlite3.Error
	if !errors.As(err, &e) {
		return err
	}
	kind := kindOf(e)
	if kind == nil || errors.Is(err, kind) {
		return err
	}
	return fmt.Errorf("%w (%w)", kind, err)
}

// kindOf returns the sentinel error for a SQLite error, nil if there is none.
func kindOf(e sqlite3.Error) error {
	// SQLite reports an exceeded quota as an I/O error, unlike a full disk.
	if e.SystemErrno == syscall.ENOSPC || e.SystemErrno == syscall.EDQUOT {
		return ErrFull
	}
	switch e.Code {
	case sqlite3.ErrFull:
		return ErrFull
	case sqlite3.ErrIoErr:
		return ErrIO
	case sqlite3.ErrBusy, sqlite3.ErrLocked, sqlite3.ErrProtocol:
		return ErrBusy
	case sqlite3.ErrNotADB:
		return ErrNotStore
	case sqlite3.ErrCorrupt:
		return ErrDamaged
	case sqlite3.ErrError:
		if strings.HasPrefix(e.Error(), "no such table: ") || strings.HasPrefix(e.Error(), "no such column: ") {
			return ErrDamaged // every store has the tables and columns that are queried
		}
	case sqlite3.ErrReadonly:
		return ErrReadOnly
	case sqlite3.ErrCantOpen, sqlite3.ErrPerm:
		return ErrAccess
	}
	return nil
}

// damagedValue wraps an error of scanning a row in ErrDamaged: the value has the wrong
// type for its column, which the integrity check does not detect. Errors of SQLite and
// of a cancelled context are returned unchanged.
func damagedValue(err error) error {
	if errors.As(err, new(sqlite3.Error)) || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	return fmt.Errorf("%w (%s)", ErrDamaged, printable.Text(err.Error()))
}

// asDamaged wraps a generic SQLite error in ErrDamaged: the queries made while a
// file is opened are correct, so the file must be at fault.
func asDamaged(err error) error {
	var e sqlite3.Error
	if errors.As(err, &e) && kindOf(e) == nil && (e.Code == sqlite3.ErrError || e.Code == sqlite3.ErrFormat) {
		return fmt.Errorf("%w (%s)", ErrDamaged, printable.Text(err.Error()))
	}
	return err
}
