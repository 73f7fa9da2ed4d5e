package fetch

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"runexp/framework/weights"
	"runexp/internal/atomicfile"
)

// A part is an incomplete file and its version.
type part struct {
	path string
	file *os.File
	size int64
	of   version
}

// A version identifies the content of a file on a server: its address and the ETag or
// date.
type version struct {
	URL       string `json:"url"`
	Validator string `json:"validator"`
}

// open opens or creates the part at path. One from another address or without a
// validator is truncated.
func (p *part) open(path, url string) error {
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o644)
	if err != nil {
		return err
	}
	p.path, p.file = path, file
	if text, err := os.ReadFile(p.versionPath()); err == nil {
		if json.Unmarshal(text, &p.of) != nil {
			p.of = version{}
		}
	}
	info, err := file.Stat()
	if err != nil {
		return errors.Join(err, file.Close())
	}
	p.size = info.Size()
	if p.of.URL != url || p.of.Validator == "" {
		if err := p.restart(version{URL: url}); err != nil {
			return errors.Join(err, file.Close())
		}
	}
	return nil
}

// versionPath returns the path of the file with the part's version.
func (p *part) versionPath() string { return p.path + ".json" }

// restart truncates the part for the given version.
func (p *part) restart(of version) error {
	if err := p.file.Truncate(0); err != nil {
		return err
	}
	p.size, p.of = 0, of
	text, err := json.Marshal(of)
	if err != nil {
		return err
	}
	return atomicfile.Write(p.versionPath(), text)
}

// Write appends.
func (p *part) Write(b []byte) (int, error) {
	n, err := p.file.WriteAt(b, p.size)
	p.size += int64(n)
	if err != nil {
		return n, &finalError{fmt.Errorf("%w; the bytes downloaded so far are kept", err)} // such as a full disk
	}
	return n, nil
}

func (p *part) sum(ctx context.Context) (string, error) {
	return weights.Sum(ctx, io.NewSectionReader(p.file, 0, p.size))
}

func (p *part) close() error { return p.file.Close() }

// remove deletes the part.
func (p *part) remove() error {
	return errors.Join(p.close(), os.Remove(p.path), os.Remove(p.versionPath()))
}

// rename renames the part to path.
func (p *part) rename(path string) error {
	if err := errors.Join(p.file.Sync(), p.close()); err != nil {
		return err
	}
	if err := os.Rename(p.path, path); err != nil {
		return err
	}
	dir, err := os.Open(filepath.Dir(path))
	if err != nil {
		return err
	}
	return errors.Join(dir.Sync(), dir.Close(), os.Remove(p.versionPath()))
}
