// Package weights reads pretrained weights, safetensors files and PyTorch's
// state dicts, found by name or by path, and knows where published ones are.
//
// A safetensors file is eight bytes with the length N of the header, little
// endian, N bytes of JSON that name each tensor with its dtype, shape and byte
// range, and the values, little endian, last index fastest
// (huggingface/safetensors, README, "Format"). PyTorch's files are a pickle and
// the values (checkpoint.go). A file is treated as hostile: no code in it is
// run, and everything it says is checked against its size before any of it is used.
package weights

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strings"

	"runexp/framework"
	"runexp/internal/printable"
)

// A File is an open weights file whose contents have been listed and validated.
// Its methods may be called from several goroutines, Close last.
type File struct {
	name     string
	data     io.ReaderAt
	size     int64
	tensors  map[string]tensor
	metadata map[string]string
	close    func() error
}

// Open lists and validates what the safetensors or PyTorch file at path holds,
// and reads no value. The error names the file and says what it is instead, if
// that can be told: a web page, a git-lfs pointer, a part of a file.
func Open(path string) (*File, error) {
	// Before opening, which would block on a named pipe.
	info, err := os.Stat(path)
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

// OpenReader is Open for size bytes that are not a file of their own, such as
// embedded weights. name appears in errors. Close does not close r.
func OpenReader(r io.ReaderAt, size int64, name string) (*File, error) {
	tensors, metadata, err := readContents(r, size)
	if err != nil {
		return nil, fmt.Errorf("weights %s: %w", name, err)
	}
	return &File{name: name, data: r, size: size, tensors: tensors, metadata: metadata}, nil
}

// Close releases the file; nothing can be read afterwards.
func (f *File) Close() error {
	if f.close == nil {
		return nil
	}
	return f.close()
}

// Metadata returns a copy of the free text that the file's maker put into its
// header; a PyTorch file has none.
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

// Check reports at once every tensor of want, name to shape, that the file
// lacks, that has another shape, or whose dtype Read cannot convert. It reads
// no value.
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
		problems = append(problems, fmt.Errorf("weights %s holds %s; it may belong to another network", f.name, f.Contents()))
	}
	return errors.Join(problems...)
}

// SHA256 returns the checksum of the whole file in hexadecimal, as sha256sum prints it.
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
	return fmt.Errorf("weights %s: tensor %s holds %s; only F64, F32, F16 and BF16 can be read", f.name, quoted(name), t.dtype)
}

// Contents lists the first few names, as they can be printed, enough to recognise a network's naming.
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
