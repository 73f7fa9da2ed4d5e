// Package atomicfile writes files whole or not at all.
package atomicfile

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// Write writes data to path: into a file beside it, which is flushed to the
// disk and then renamed. An existing file is replaced.
func Write(path string, data []byte) (err error) {
	dir, base := filepath.Dir(path), filepath.Base(path)
	aside, err := os.CreateTemp(dir, "."+base+"-*")
	if err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	defer func() {
		if err != nil {
			aside.Close() // a second close only fails
			os.Remove(aside.Name())
			err = fmt.Errorf("write %s: %w", path, err)
		}
	}()
	if _, err := aside.Write(data); err != nil {
		return err
	}
	// CreateTemp's 0600 would keep the file from a group or a web server.
	if err := errors.Join(aside.Chmod(0o644), aside.Sync(), aside.Close()); err != nil {
		return err
	}
	if err := os.Rename(aside.Name(), path); err != nil {
		return err
	}
	return syncDir(dir)
}

// syncDir makes the rename itself survive a power cut.
func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer d.Close()
	return d.Sync()
}
