package queue

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// ErrDamaged is that a file in the folder of a sweep is not what its name says.
var ErrDamaged = errors.New("it is damaged or does not belong here; if nobody needs it, remove it")

func damaged(path string, err error) error { return fmt.Errorf("%s: %w (%w)", path, ErrDamaged, err) }

// A disk makes the file operations of a queue. Nothing is synced: a network file system has on the server
// what was closed, and what a power cut tears on a local one is reported as damaged.
type disk struct {
	before func() error // called before each operation, by tests; an error is its result
}

func (d disk) step() error {
	if d.before == nil {
		return nil
	}
	return d.before()
}

// create creates a file with this content. It never replaces one: then the error is fs.ErrExist.
func (d disk) create(path string, data []byte) error {
	temp, err := d.temporary(filepath.Dir(path), data)
	if err != nil {
		return err
	}
	err = d.link(temp, path)
	if step := d.step(); step != nil {
		return step
	}
	return errors.Join(err, os.Remove(temp))
}

// temporary writes a file that lists of the folder leave out.
func (d disk) temporary(folder string, data []byte) (path string, err error) {
	if err := d.step(); err != nil {
		return "", err
	}
	f, err := os.CreateTemp(folder, ".new-*")
	if err != nil {
		return "", err
	}
	_, err = f.Write(data)
	// With CreateTemp's 0600 a group could not read the file.
	if err = errors.Join(err, f.Chmod(0o644), f.Close()); err != nil {
		return "", errors.Join(err, os.Remove(f.Name()))
	}
	return f.Name(), nil
}

// link gives a file another name, or returns fs.ErrExist. A network file system may have done it and
// report that the name exists, if its first answer was lost.
func (d disk) link(from, to string) error {
	if err := d.step(); err != nil {
		return err
	}
	err := os.Link(from, to)
	if errors.Is(err, fs.ErrExist) && sameFile(from, to) {
		return nil
	}
	return err
}

func sameFile(a, b string) bool {
	first, err := os.Stat(a)
	if err != nil {
		return false
	}
	second, err := os.Stat(b)
	return err == nil && os.SameFile(first, second)
}

// exists reports whether a file exists.
func (d disk) exists(path string) (bool, error) {
	if err := d.step(); err != nil {
		return false, err
	}
	_, err := os.Lstat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	return err == nil, err
}

func (d disk) read(path string) ([]byte, error) {
	if err := d.step(); err != nil {
		return nil, err
	}
	return os.ReadFile(path)
}

func (d disk) readJSON(path string, to any) error {
	data, err := d.read(path)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(data, to); err != nil {
		return damaged(path, err)
	}
	return nil
}

// names lists a folder, in any order, without temporary files.
func (d disk) names(folder string) ([]string, error) {
	if err := d.step(); err != nil {
		return nil, err
	}
	f, err := os.Open(folder)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	names, err := f.Readdirnames(-1)
	kept := names[:0]
	for _, name := range names {
		if !strings.HasPrefix(name, ".") { // NFS has some of its own too
			kept = append(kept, name)
		}
	}
	return kept, err
}
