// Package atomicfile writes files whole or not at all.
package atomicfile

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// Write writes data to path, as Create does.
func Write(path string, data []byte) error {
	return Create(path, func(w io.Writer) error {
		_, err := w.Write(data)
		return err
	})
}

// Create lets fill write a file beside path, which is flushed to the disk and
// then renamed. An existing file is replaced. Where fill returns an error nothing
// changes.
func Create(path string, fill func(io.Writer) error) (err error) {
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
	if err := fill(aside); err != nil {
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

// Remove removes the file at path, and what a Create that was killed has left
// beside it. That there is none is no error.
func Remove(path string) error {
	aside, err := filepath.Glob(filepath.Join(filepath.Dir(path), "."+filepath.Base(path)+"-*"))
	if err != nil {
		return err
	}
	var errs []error
	for _, file := range append(aside, path) {
		if err := os.Remove(file); !errors.Is(err, os.ErrNotExist) {
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}

// MkdirAll makes the folder at path and those above it that are missing, so that
// they survive a power cut.
func MkdirAll(path string) error {
	if _, err := os.Stat(path); err == nil {
		return os.MkdirAll(path, 0o755) // an error unless it is a folder
	}
	if above := filepath.Dir(path); above != path {
		if err := MkdirAll(above); err != nil {
			return err
		}
	}
	if err := os.MkdirAll(path, 0o755); err != nil {
		return err
	}
	return syncDir(filepath.Dir(path))
}

// syncDir makes what changed in a folder, a rename say, survive a power cut.
func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer d.Close()
	return d.Sync()
}
