// Package atomicfile writes files atomically: complete or not at all.
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

// Create calls fill to write a temporary file beside path, syncs it and renames it to
// path, replacing an existing file. If fill returns an error, nothing changes.
func Create(path string, fill func(io.Writer) error) (err error) {
	dir, base := filepath.Dir(path), filepath.Base(path)
	temp, err := os.CreateTemp(dir, "."+base+"-*")
	if err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	defer func() {
		if err != nil {
			temp.Close() // harmless if closed already
			os.Remove(temp.Name())
			err = fmt.Errorf("write %s: %w", path, err)
		}
	}()
	if err := fill(temp); err != nil {
		return err
	}
	// With CreateTemp's 0600 a group or a web server could not read the file.
	if err := errors.Join(temp.Chmod(0o644), temp.Sync(), temp.Close()); err != nil {
		return err
	}
	if err := os.Rename(temp.Name(), path); err != nil {
		return err
	}
	return syncDir(dir)
}

// Remove removes the file at path and the temporary files of killed Creates beside it.
// It is no error if there are none.
func Remove(path string) error {
	temp, err := filepath.Glob(filepath.Join(filepath.Dir(path), "."+filepath.Base(path)+"-*"))
	if err != nil {
		return err
	}
	var errs []error
	for _, file := range append(temp, path) {
		if err := os.Remove(file); !errors.Is(err, os.ErrNotExist) {
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}

// MkdirAll creates the folder at path and its missing parents, and syncs them, so that
// they survive a power cut.
func MkdirAll(path string) error {
	if _, err := os.Stat(path); err == nil {
		return os.MkdirAll(path, 0o755) // fails unless it is a folder
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

// syncDir makes changes of a folder, such as a rename, survive a power cut.
func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer d.Close()
	return d.Sync()
}
