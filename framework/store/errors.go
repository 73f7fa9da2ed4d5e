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

// What can be wrong with a store; test with errors.Is.
var (
	// ErrFull: there is no space, or no quota, for what was to be written.
	// Nothing is lost: free some space and flush again.
	ErrFull = errors.New("the disk is full; free some space and try again")
	// ErrIO: the disk refused to read or write.
	ErrIO = errors.New("the disk failed; check it, or use --db on another one")
	// ErrBusy: another program held the store for longer than a writer waits.
	ErrBusy = errors.New("the store is locked by another program; close what has it open and try again")
	// ErrNotStore: the file is something else, and was left as it is.
	ErrNotStore = errors.New("not a runexp store; choose another file with --db")
	// ErrDamaged: pages or rows do not belong together. It was left as it is.
	ErrDamaged = errors.New("the store is damaged; restore a copy, or save what can be read with sqlite3 FILE .recover, and choose another with --db")
	// ErrNewer: a later version of runexp made it.
	ErrNewer = errors.New("the store was written by a newer runexp; update runexp to open it")
	// ErrOlder: it was opened only to read, and so cannot be brought up to date.
	ErrOlder = errors.New("the store was written by an older runexp; open it once for writing, as any run does, to bring it up to date")
	// ErrReadOnly: the store was opened, or can only be opened, for reading.
	ErrReadOnly = errors.New("the store can only be read; check the permissions of the file, or choose another with --db")
	// ErrAccess: the file may not even be read, or SQLite cannot make the files it needs beside it.
	ErrAccess = errors.New("the store cannot be opened; check the permissions of the file and of its folder")
	// ErrNotFound: no run, metric or blob is called so.
	ErrNotFound = errors.New("not found")
	// ErrEnded: something was recorded in a run after its Finish.
	ErrEnded = errors.New("the run has ended; nothing more can be recorded in it")
)

// An AmbiguousError says that a prefix fits several runs.
type AmbiguousError struct {
	Prefix  string
	Matches []RunRef // at most maxMatches
}

// A DoneError is the run of a trial that was to be run once.
type DoneError struct{ Run RunSummary }

func (e *DoneError) Error() string {
	return fmt.Sprintf("run %d of the same trial is %s", e.Run.Number, e.Run.Status)
}

// A RunningError is a run that was not begun, since another of the same trial is
// not known to have ended.
type RunningError struct {
	RunRef
	PID      int
	SameHost bool // the process is on this machine, and alive
}

func (e *RunningError) Error() string {
	where := "of another machine or container"
	if e.SameHost {
		where = "which is alive"
	}
	return fmt.Sprintf("run %d is making the same picture, in process %d, %s", e.Number, e.PID, where)
}

// maxMatches bounds the list in an AmbiguousError: enough to choose from.
const maxMatches = 10

func (e *AmbiguousError) Error() string {
	var list strings.Builder
	for _, m := range e.Matches {
		fmt.Fprintf(&list, "\n  run %d  %s  %s", m.Number, m.UID, m.Experiment)
	}
	return fmt.Sprintf("%q fits several runs; give more digits or the number:%s", e.Prefix, list.String())
}

// classify wraps what SQLite says into one of the errors above, and leaves all
// else as it is.
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
	// A quota that is used up, unlike a full disk, reaches us as an I/O error.
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
			return ErrDamaged // what is asked for is there in every store
		}
	case sqlite3.ErrReadonly:
		return ErrReadOnly
	case sqlite3.ErrCantOpen, sqlite3.ErrPerm:
		return ErrAccess
	}
	return nil
}

// damagedValue says that a value is not what its column holds: it was changed, and no
// page or index shows it. Errors of SQLite itself stay what they are, and so does
// that nobody waits for the rows any more.
func damagedValue(err error) error {
	if errors.As(err, new(sqlite3.Error)) || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	return fmt.Errorf("%w (%s)", ErrDamaged, printable.Text(err.Error()))
}

// asDamaged makes an error that SQLite gives no kind of its own one of the file: what
// is asked of a file while it is opened is right.
func asDamaged(err error) error {
	var e sqlite3.Error
	if errors.As(err, &e) && kindOf(e) == nil && (e.Code == sqlite3.ErrError || e.Code == sqlite3.ErrFormat) {
		return fmt.Errorf("%w (%s)", ErrDamaged, printable.Text(err.Error()))
	}
	return err
}
