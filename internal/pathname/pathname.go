// Package pathname tells whether a file can have a path before anything is made on
// the way to it.
package pathname

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
)

// Check returns an error unless a file can be at path, which need not exist, nor its
// folder: that the path or one of its names is too long, or that it leads through what
// is no folder. Whether it may be made is another question.
func Check(path string) error {
	var names []string
	for there := filepath.Clean(path); ; there = filepath.Dir(there) {
		err := look(there)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		if err == nil || filepath.Dir(there) == there {
			return checkNames(there, names)
		}
		names = append(names, filepath.Base(there))
	}
}

// checkNames asks for each name in a folder that is there: the system looks at a name
// only then.
func checkNames(folder string, names []string) error {
	for _, name := range names {
		if err := look(filepath.Join(folder, name)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return nil
}

// look returns why there is no file at path, nil if there is one.
func look(path string) error {
	_, err := os.Lstat(path)
	if of := new(fs.PathError); errors.As(err, &of) {
		return of.Err
	}
	return err
}
