// Package weights reads pretrained weights, safetensors files and PyTorch's state
// dicts, finds them by name or path, and lists published ones.
//
// A safetensors file is the length N of the header (8 bytes, little endian), N bytes
// of JSON with the dtype, shape and byte range of each named tensor, and the values
// (little endian, last index fastest; huggingface/safetensors, README, "Format").
// PyTorch's files are a pickle and the values (checkpoint.go). Files are untrusted: no
// code in them is run, and everything is checked against the file's size before use.
package weights

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"slices"
	"strings"

	"runexp/framework"
	"runexp/internal/printable"
)

// A File is an open weights file with a validated list of tensors. Its methods are safe
// for concurrent use, except Close, which must be the last call.
type File struct {
	name     string
	data     io.ReaderAt
	size     int64
	tensors  map[string]tensor
	metadata map[string]string
	close    func() error
}

// Open opens the safetensors or PyTorch file at path and validates its list of tensors
// without reading values. The error names the file and, if recognised, what it is
// instead: a web page, a git-lfs pointer, a truncated file.
func Open(path string) (*File, error) {
	// Before os.Open, which would block on a named pipe.
	info, err := os.Stat(path)
	if missing := new(fs.PathError); errors.As(err, &missing) {
		return nil, fmt.Errorf("weights: cannot read %s: %w", path, missing.Err)
	}
	if err != nil {
		return nil, fmt.Errorf("weights: %w", err)
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("weights %s: not a regular file; give the path of a .safetensors or .pth file", path)
	}
	file, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("weights: %w", err)
	}
	f, err := OpenReader(file, info.Size(), path)
	if err != nil {
		return nil, errors.Join(err, file.Close())
	}
	f.close = file.Close
	return f, nil
}

// OpenReader is Open for size bytes that are not a file, such as embedded weights.
// name appears in errors. Close does not close r.
func OpenReader(r io.ReaderAt, size int64, name string) (*File, error) {
	tensors, metadata, err := readContents(r, size)
	if err != nil {
		return nil, fmt.Errorf("weights %s: %w", name, err)
	}
	return &File{name: name, data: r, size: size, tensors: tensors, metadata: metadata}, nil
}

// Close closes the file; nothing can be read afterwards.
func (f *File) Close() error {
	if f.close == nil {
		return nil
	}
	return f.close()
}

// Metadata returns a copy of the metadata in a safetensors header; a PyTorch file has
// none.
func (f *File) Metadata() map[string]string { return maps.Clone(f.metadata) }

// Names returns the names of all tensors in alphabetical order.
func (f *File) Names() []string { return slices.Sorted(maps.Keys(f.tensors)) }

// Has reports whether the file holds a tensor called name.
func (f *File) Has(name string) bool {
	_, ok := f.tensors[name]
	return ok
}

// Shape returns the shape of a tensor; a scalar's is empty.
func (f *File) Shape(name string) ([]int, error) {
	t, err := f.lookup(name)
	if err != nil {
		return nil, err
	}
	return slices.Clone(t.shape), nil
}

// Check reports every tensor of want, a map from name to shape, that is missing, has
// another shape, or has a dtype that Read cannot convert. It reads no values.
func (f *File) Check(want map[string][]int) error {
	var problems []error
	missing := false
	for _, name := range slices.Sorted(maps.Keys(want)) {
		t, ok := f.tensors[name]
		switch {
		case !ok:
			missing = true
			problems = append(problems, f.noTensor(name))
		case !slices.Equal(t.shape, want[name]):
			problems = append(problems, fmt.Errorf("weights %s: tensor %s has shape %v, not %v", f.name, quoted(name), t.shape, want[name]))
		case dtypes[t.dtype].decode == nil:
			problems = append(problems, f.notFloat(name, t))
		}
	}
	if missing {
		problems = append(problems, fmt.Errorf("weights %s has %s; it may belong to another network", f.name, f.Contents()))
	}
	return errors.Join(problems...)
}

// SHA256 returns the SHA-256 of the whole file in hexadecimal, as sha256sum prints it.
func (f *File) SHA256(ctx context.Context) (string, error) {
	sum, err := Sum(ctx, io.NewSectionReader(f.data, 0, f.size))
	if err != nil {
		return "", fmt.Errorf("weights %s: %w", f.name, err)
	}
	return sum, nil
}

func (f *File) lookup(name string) (tensor, error) {
	t, ok := f.tensors[name]
	if !ok {
		return tensor{}, f.noTensor(name)
	}
	return t, nil
}

func (f *File) noTensor(name string) error {
	hint := ""
	if near := framework.Nearest(name, f.Names()); near != "" {
		hint = fmt.Sprintf("; did you mean %s?", quoted(near))
	}
	return fmt.Errorf("weights %s: no tensor %s%s", f.name, quoted(name), hint)
}

func (f *File) notFloat(name string, t tensor) error {
	return fmt.Errorf("weights %s: tensor %s has dtype %s; only F64, F32, F16 and BF16 are supported", f.name, quoted(name), t.dtype)
}

// Contents lists the first few names in printable form, enough to recognise a network.
func (f *File) Contents() string {
	const shown = 6
	all := f.Names()
	if len(all) == 0 {
		return "no tensors"
	}
	var names []string
	for _, name := range all[:min(len(all), shown)] {
		names = append(names, printable.Excerpt(name))
	}
	if len(all) > shown {
		return fmt.Sprintf("%s, … (%d tensors)", strings.Join(names, ", "), len(all))
	}
	return strings.Join(names, ", ")
}
