// Package folder writes the files of an export into a folder: all of them or none, and
// over no file that another program wrote.
package folder

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"

	"runexp/internal/folderlock"
)

// Manifest is the name of the file that lists what an export wrote.
const Manifest = "runexp-export.json"

// aside is where files are until all are complete. Their names there have no endings, so
// that programs which watch the folder do not take them for finished ones.
const aside = ".runexp-export"

// ErrTaken is the error for a folder that something else uses.
var ErrTaken = errors.New("the folder is in use")

// A Folder is a folder that an export is being written to.
type Folder struct {
	path    string
	format  string
	made    []string // folders that were made for it, the innermost first
	root    *os.Root
	release func()
	before  map[string]bool // files of the export that is replaced
	files   []string
	done    bool
}

// manifest is what the file Manifest holds.
type manifest struct {
	Format string   `json:"format"`
	Files  []string `json:"files"`
}

// Open makes the folder if it is missing, and prepares it for an export of this format.
// It waits for another export to the same folder. Errors: ErrTaken for a folder that has
// files but no export of the same format in it.
func Open(ctx context.Context, path, format string) (f *Folder, err error) {
	f = &Folder{path: path, format: format, release: func() {}, before: map[string]bool{}}
	defer func() {
		if err != nil {
			f.Close()
			f = nil
		}
	}()
	for missing := filepath.Clean(path); ; missing = filepath.Dir(missing) {
		if _, err := os.Stat(missing); !errors.Is(err, fs.ErrNotExist) || missing == filepath.Dir(missing) {
			break
		}
		f.made = append(f.made, missing)
	}
	if err := os.MkdirAll(path, 0o755); err != nil {
		return f, err
	}
	if f.release, err = folderlock.Acquire(ctx, path); err != nil {
		f.release = func() {}
		return f, err
	}
	if f.root, err = os.OpenRoot(path); err != nil {
		return f, err
	}
	if err := f.readManifest(); err != nil {
		return f, err
	}
	if err := f.root.RemoveAll(aside); err != nil { // of a killed export
		return f, err
	}
	return f, f.root.Mkdir(aside, 0o755)
}

// readManifest sets the files of an earlier export.
func (f *Folder) readManifest() error {
	data, err := f.root.ReadFile(Manifest)
	if errors.Is(err, fs.ErrNotExist) {
		entries, err := os.ReadDir(f.path)
		if err == nil && slices.ContainsFunc(entries, func(e fs.DirEntry) bool { return e.Name() != aside }) {
			err = fmt.Errorf("%s has files that no export wrote: %w", f.path, ErrTaken)
		}
		return err
	}
	var m manifest
	if err == nil {
		err = json.Unmarshal(data, &m)
	}
	switch {
	case err != nil:
		return fmt.Errorf("%s: %w, %w", filepath.Join(f.path, Manifest), err, ErrTaken)
	case m.Format != f.format:
		return fmt.Errorf("%s has an export in another format, %q: %w", f.path, m.Format, ErrTaken)
	}
	for _, name := range m.Files {
		if !filepath.IsLocal(name) {
			return fmt.Errorf("%s lists %q, outside its folder: %w", filepath.Join(f.path, Manifest), name, ErrTaken)
		}
		f.before[name] = true
	}
	return nil
}

// Create writes a file by fill. name is its path in the folder, with slashes. It appears
// with Commit. Errors: ErrTaken if the name is that of a file that no export wrote.
func (f *Folder) Create(name string, fill func(io.Writer) error) (err error) {
	if _, err := f.root.Lstat(name); err == nil && !f.before[name] {
		return fmt.Errorf("%s is not of an export: %w", filepath.Join(f.path, name), ErrTaken)
	}
	file, err := f.root.Create(f.asideName(len(f.files)))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	w := bufio.NewWriterSize(file, 1<<16)
	if err := fill(w); err != nil {
		return err
	}
	f.files = append(f.files, name)
	return w.Flush()
}

func (f *Folder) asideName(i int) string { return fmt.Sprintf("%s/%d", aside, i) }

// Commit puts the files into place and removes those of an earlier export that are not
// among them. A process that is killed meanwhile leaves complete files, some of them old.
func (f *Folder) Commit() error {
	// First of all, so that a killed export knows its files again.
	if err := f.writeManifest(slices.AppendSeq(slices.Clone(f.files), maps.Keys(f.before))); err != nil {
		return err
	}
	for i, name := range f.files {
		if err := f.root.MkdirAll(path.Dir(name), 0o755); err != nil {
			return err
		}
		if err := f.root.Rename(f.asideName(i), name); err != nil {
			return err
		}
	}
	f.done = true
	for _, name := range f.files {
		delete(f.before, name)
	}
	for name := range f.before {
		if err := f.root.Remove(name); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		for dir := path.Dir(name); dir != "."; dir = path.Dir(dir) {
			if f.root.Remove(dir) != nil { // it has other files
				break
			}
		}
	}
	return f.writeManifest(f.files)
}

// writeManifest replaces the manifest.
func (f *Folder) writeManifest(files []string) error {
	data, err := json.MarshalIndent(manifest{f.format, append([]string{}, files...)}, "", "  ")
	if err != nil {
		return err
	}
	name := aside + "/manifest"
	if err := f.root.WriteFile(name, append(data, '\n'), 0o644); err != nil {
		return err
	}
	return f.root.Rename(name, Manifest)
}

// Files returns the paths of the files, complete after Commit.
func (f *Folder) Files() []string {
	var paths []string
	for _, name := range f.files {
		paths = append(paths, filepath.Join(f.path, filepath.FromSlash(name)))
	}
	return paths
}

// Close removes what was not committed, and the folder if it was made for that.
func (f *Folder) Close() {
	if f.root != nil {
		_ = f.root.RemoveAll(aside) // the next export would
		_ = f.root.Close()
		f.root = nil
	}
	f.release()
	f.release = func() {}
	if f.done {
		return
	}
	for _, made := range f.made {
		if os.Remove(made) != nil { // not empty
			break
		}
	}
}
