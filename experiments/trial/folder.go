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

// Folder returns the folder of a run's files.
func Folder(out, experiment string, run store.UID) string {
	return filepath.Join(out, experiment, run.Short())
}

// ErrPictureName says that the store's name for a picture of the run to resume is not
// valid for a file in the run's folder.
var ErrPictureName = errors.New("not a valid picture name; choose another store with --db, or start the run again with --fresh")

// checkFile returns an error unless a picture's name from a store is that of a PNG file
// in the run's folder: a store from elsewhere must not overwrite other files.
func checkFile(name string) error {
	if local, err := filepath.Localize(name); err != nil || local != filepath.Base(local) || filepath.Ext(local) != ".png" || framework.CheckName(name) != nil {
		return fmt.Errorf("the store calls a picture \"%s\", which is %w", printable.Excerpt(name), ErrPictureName)
	}
	return nil
}

// CheckOut returns an error unless files can be written in out or, if it does not exist,
// where it would be created. It leaves no files.
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
		// The longest path that may be written there.
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

// diskTimeout is how long a write is retried while the disk is full or failing: short,
// since a checkpoint holds up the run.
const diskTimeout = 1500 * time.Millisecond

// retryWrite writes a file, and retries while the disk is full or failing, as the store
// does.
func retryWrite(ctx context.Context, write func() error) error {
	err := retry.Do(ctx, func(err error) time.Duration {
		if errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) || errors.Is(err, syscall.EIO) {
			return diskTimeout
		}
		return 0
	}, write)
	if err != nil {
		return fmt.Errorf("%w; check the free disk space and the folder's permissions", err)
	}
	return nil
}
