package trial

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"runexp/framework"
	"runexp/framework/store"
	"runexp/internal/pathname"
	"runexp/internal/printable"
	"runexp/internal/retry"
)

// Folder is where the files of a run are.
func Folder(out, experiment string, run store.UID) string {
	return filepath.Join(out, experiment, run.Short())
}

// ErrPictureName says that a store has a picture of a run that is to be gone on with
// by a name that is not one of a picture in the run's folder.
var ErrPictureName = errors.New("no name of a picture; choose another store with --db, or begin the run again with --fresh")

// checkFile returns an error unless a name that a store has of a picture is one in
// the run's folder, and not a way out of it, nor another of the run's files: the
// store may be anyone's.
func checkFile(name string) error {
	if local, err := filepath.Localize(name); err != nil || local != filepath.Base(local) || filepath.Ext(local) != ".png" || framework.CheckName(name) != nil {
		return fmt.Errorf("the store calls a picture \"%s\", which is %w", printable.Excerpt(name), ErrPictureName)
	}
	return nil
}

// CheckOut returns an error unless files can be written at or, as long as there
// is no such folder, where it would be made. It leaves nothing behind.
func CheckOut(out string) error {
	folder := filepath.Clean(out)
	for {
		_, err := os.Stat(folder)
		above := filepath.Dir(folder)
		if !errors.Is(err, os.ErrNotExist) || above == folder {
			break
		}
		folder = above
	}
	f, err := os.CreateTemp(folder, ".runexp-*")
	if err == nil {
		// The longest path of what may be written there.
		name := strings.Repeat("n", framework.MaxName)
		if err = pathname.Check(filepath.Join(out, name, "uid", "."+name+"-1234567890")); err != nil {
			err = errors.Join(err, f.Close(), os.Remove(f.Name()))
		}
	}
	if err != nil {
		return fmt.Errorf("pictures cannot be written to %s (%w); name another folder with --out", out, err)
	}
	return errors.Join(f.Close(), os.Remove(f.Name()))
}

// diskPatience is how long a file is tried to be written while the disk is full or
// failing: a checkpoint must not hold up the run for longer.
const diskPatience = 1500 * time.Millisecond

// retryWrite writes a file, and tries again while the disk is full or failing, as the
// store does.
func retryWrite(ctx context.Context, write func() error) error {
	err := retry.Do(ctx, func(err error) time.Duration {
		if errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) || errors.Is(err, syscall.EIO) {
			return diskPatience
		}
		return 0
	}, write)
	if err != nil {
		return fmt.Errorf("%w; see that there is room, and that the folder may be written", err)
	}
	return nil
}
