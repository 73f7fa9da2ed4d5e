package weights

import (
	"bytes"
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestPyTorch compares with torch.load; testdata/pytorch/make.py wrote the files and
// expected.json.
func TestPyTorch(t *testing.T) {
	type tensor struct {
		Shape  []int
		Values []float32 // null for whole numbers
	}
	text, err := os.ReadFile("testdata/pytorch/expected.json")
	if err != nil {
		t.Fatal(err)
	}
	var files map[string]map[string]tensor
	if err := json.Unmarshal(text, &files); err != nil {
		t.Fatal(err)
	}
	if len(files) != 8 {
		t.Errorf("%d files, want 8", len(files))
	}
	for file, tensors := range files {
		t.Run(file, func(t *testing.T) {
			f, err := Open(filepath.Join("testdata", "pytorch", file))
			if err != nil {
				t.Fatal(err)
			}
			defer f.Close()
			if got, want := f.Names(), slices.Sorted(maps.Keys(tensors)); !slices.Equal(got, want) {
				t.Errorf("tensors %q, want %q", got, want)
			}
			want := map[string][]int{}
			for name, tensor := range tensors {
				got, err := f.Read(name)
				if tensor.Values == nil {
					expect(t, err, file, name, "only F64, F32, F16 and BF16 are supported")
					continue
				}
				if err != nil || !slices.Equal(got, tensor.Values) {
					t.Errorf("%s: %v, %v; want %v", name, got, err, tensor.Values)
				}
				want[name] = tensor.Shape
			}
			if err := f.Check(want); err != nil {
				t.Error(err)
			}
			if sum, err := f.SHA256(t.Context()); err != nil || len(sum) != 64 {
				t.Errorf("sha256 %q, %v", sum, err)
			}
			if len(f.Metadata()) != 0 {
				t.Errorf("metadata %q", f.Metadata())
			}
		})
	}
}

// A truncated checkpoint is an error. One with any byte of its pickles replaced is an
// error or can be read.
func TestPyTorchDamaged(t *testing.T) {
	for _, name := range []string{"module.zip.pth", "module.legacy.pth", "python2.legacy.pth"} {
		t.Run(name, func(t *testing.T) {
			whole, err := os.ReadFile(filepath.Join("testdata", "pytorch", name))
			if err != nil {
				t.Fatal(err)
			}
			for n := range whole {
				if _, err := OpenReader(bytes.NewReader(whole[:n]), int64(n), "cut"); err == nil {
					t.Errorf("its first %d bytes open", n)
				}
			}
			for i := range whole {
				for _, b := range []byte{0, 0xff, '.', whole[i] + 1} {
					damaged := bytes.Clone(whole)
					damaged[i] = b
					readAll(t, damaged)
				}
			}
		})
	}
}

// readAll reads all tensors if the file opens; no tensor may exceed the file.
func readAll(t *testing.T, file []byte) {
	t.Helper()
	f, err := OpenReader(bytes.NewReader(file), int64(len(file)), "fuzz")
	if err != nil {
		if !strings.HasPrefix(err.Error(), "weights fuzz: ") || len(err.Error()) > 2000 {
			t.Errorf("error does not name the file, or is long: %v", err)
		}
		return
	}
	for _, name := range f.Names() {
		shape, err := f.Shape(name)
		if err != nil {
			t.Fatal(err)
		}
		count := 1
		for _, n := range shape {
			count *= n
		}
		values, err := f.Read(name)
		if err == nil && len(values) != count {
			t.Errorf("%s: %d values of shape %v", name, len(values), shape)
		}
		if len(values) > len(file) {
			t.Errorf("%s: %d values from %d bytes", name, len(values), len(file))
		}
	}
}

// FuzzCheckpoint checks that a file that opens can be read without a panic, and that no
// tensor has more values than the file has bytes.
func FuzzCheckpoint(f *testing.F) {
	paths, err := filepath.Glob("testdata/pytorch/*.pth")
	if err != nil || len(paths) == 0 {
		f.Fatal("no checkpoints", err)
	}
	for _, path := range paths {
		file, err := os.ReadFile(path)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(file)
	}
	f.Fuzz(readAll)
}
