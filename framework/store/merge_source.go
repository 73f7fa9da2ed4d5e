package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"runexp/internal/printable"
)

// ErrSameStore is that a store was to be merged into itself.
var ErrSameStore = errors.New("that is the store itself; name another one to merge from")

// A SourceError says why a store cannot be merged from. It was not changed.
type SourceError struct {
	Path string
	Err  error
}

func (e *SourceError) Error() string {
	name := printable.Text(e.Path)
	switch { // the texts of these errors are about --db
	case errors.Is(e.Err, fs.ErrNotExist):
		return fmt.Sprintf("no store at %s; check its name", name)
	case errors.Is(e.Err, ErrNotStore):
		return fmt.Sprintf("%s is not a runexp store; leave it out, or name another", name)
	case errors.Is(e.Err, ErrDamaged):
		return fmt.Sprintf("%s is damaged and nothing more is taken from it; runexp db check --db %[1]s says where (%s)", name, printable.Excerpt(e.Err.Error()))
	}
	return fmt.Sprintf("%s: %v", name, e.Err)
}

func (e *SourceError) Unwrap() error { return e.Err }

// A source is a store that another is merged from, in a state that does not change.
type source struct {
	path   string   // that the user named
	file   string   // to attach: path, or a copy of it
	folder string   // of the copy; "" for none
	seen   snapshot // of file when it was checked
}

// A source that is of this version, and that nobody writes, is read where it is. Others are
// copied first: an older one to be migrated; one that is being written, or has a log, to be
// read at one moment.
func openSource(ctx context.Context, path string, copied bool) (*source, error) {
	version, err := CheckSource(ctx, path)
	if err != nil {
		return nil, err
	}
	src := &source{path: path}
	if src.file, err = filepath.Abs(path); err != nil {
		return nil, &SourceError{path, err}
	}
	src.seen = takeSnapshot(src.file)
	if copied || version < len(migrations()) || !src.seen.quiet || onNetwork(path) {
		err = src.copy(ctx)
	}
	if err == nil {
		err = src.check(ctx)
	}
	if err != nil {
		src.close()
		return nil, sourceError(ctx, path, err)
	}
	return src, nil
}

// CheckSource returns a *SourceError unless the file is a store that can be merged from, as far as
// its header says. It changes nothing, and returns the version of its schema.
func CheckSource(ctx context.Context, path string) (version int, err error) {
	file, err := filepath.Abs(path)
	if err == nil {
		err = checkPath(file)
	}
	if err == nil {
		_, err = os.Stat(file)
	}
	if err == nil {
		err = checkLog(file)
	}
	if err == nil {
		err = readAlone(ctx, file, func(db *sql.DB) (err error) {
			version, err = identify(ctx, db, true)
			return err
		})
	}
	if err == nil {
		err = checkNotNewer(version)
	}
	if err != nil {
		return 0, sourceError(ctx, path, err)
	}
	return version, nil
}

// sourceError is a *SourceError, unless ctx is the reason.
func sourceError(ctx context.Context, path string, err error) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return &SourceError{path, err}
}

// readAlone reads a file as OpenReadOnly would, without its checks.
func readAlone(ctx context.Context, path string, work func(*sql.DB) error) error {
	s := newStore(path)
	s.readers = &tracelessPool{path: path}
	defer func() { _ = s.readers.close() }()
	return asDamaged(s.read(ctx, work))
}

// copy copies the file as it is now into a temporary folder, and migrates the copy.
func (src *source) copy(ctx context.Context) (err error) {
	if src.folder, err = os.MkdirTemp("", "runexp-merge-"); err != nil {
		return fmt.Errorf("make a folder for a copy: %w; set TMPDIR to a folder with room for one", err)
	}
	original := src.file
	src.file = filepath.Join(src.folder, "copy.db")
	err = readAlone(ctx, original, func(db *sql.DB) error {
		_ = os.Remove(src.file) // of a try that failed
		_, err := db.ExecContext(ctx, `VACUUM INTO ?`, src.file)
		return err
	})
	if errors.Is(err, ErrFull) {
		return fmt.Errorf("copy it to %s: %w, or set TMPDIR to a folder with room", src.folder, err)
	}
	if err != nil {
		return err
	}
	db := openPool(address(src.file, writing), 1)
	err = classify(errors.Join(migrate(ctx, db, migrations()), db.Close()))
	src.seen = takeSnapshot(src.file)
	return err
}

// check reads the whole file and returns ErrDamaged, with details, for what is inconsistent in it.
func (src *source) check(ctx context.Context) error {
	return readAlone(ctx, src.file, func(db *sql.DB) error {
		problems, err := integrity(ctx, db)
		if err == nil && len(problems) > 0 {
			err = fmt.Errorf("%w (%s)", ErrDamaged, printable.Excerpt(problems[0]))
		}
		if err != nil {
			return err
		}
		return checkParts(ctx, db)
	})
}

// steady reports whether the file is as it was when it was checked.
func (src *source) steady() bool { return src.seen.same(takeSnapshot(src.file)) }

func (src *source) close() {
	if src.folder != "" {
		_ = os.RemoveAll(src.folder)
	}
}
