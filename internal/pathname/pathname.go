// Package pathname checks whether a path is possible, before its folders are created.
package pathname

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
)

// Check returns an error if there cannot be a file at path: the path or one of its names
// is too long, or one of its parents is not a folder. Neither the file nor its folder
// need exist. Permissions are not checked.
func Check(path string) error {
	var names []string
	for there := filepath.Clean(path); ; there = filepath.Dir(there) {
		err := lstat(there)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		if err == nil || filepath.Dir(there) == there {
			return checkNames(there, names)
		}
		names = append(names, filepath.Base(there))
	}
}

// checkNames checks each name in an existing folder: the system checks the length of a
// name only there.
func checkNames(folder string, names []string) error {
	for _, name := range names {
		if err := lstat(filepath.Join(folder, name)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return nil
}

// lstat returns the system's error of looking up path, nil if it exists.
func lstat(path string) error {
	_, err := os.Lstat(path)
	if of := new(fs.PathError); errors.As(err, &of) {
		return of.Err
	}
	return err
}
