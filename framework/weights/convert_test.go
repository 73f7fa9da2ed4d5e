package weights

import (
	"context"
	"errors"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// The output of Convert has the same values and shapes, the given metadata, and the
// fingerprint of its source, in any format.
func TestConvert(t *testing.T) {
	source, err := Open("testdata/pytorch/training.legacy.pth")
	if err != nil {
		t.Fatal(err)
	}
	defer source.Close()
	path := filepath.Join(t.TempDir(), "w.safetensors")
	if err := source.Convert(t.Context(), path, source.Names(), map[string]string{"licence": "ours"}); err != nil {
		t.Fatal(err)
	}
	f, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if !slices.Equal(f.Names(), source.Names()) {
		t.Errorf("tensors %q, want %q", f.Names(), source.Names())
	}
	for _, name := range source.Names() {
		shape, _ := source.Shape(name)
		want, err := source.Read(name)
		if err != nil {
			t.Fatal(err)
		}
		got, err := f.Read(name)
		if err != nil || !slices.Equal(got, want) {
			t.Errorf("%s: %v, %v; want %v", name, got, err, want)
		}
		if err := f.Check(map[string][]int{name: shape}); err != nil {
			t.Error(err)
		}
	}
	sum, err := source.Fingerprint(t.Context())
	if want := (map[string]string{"licence": "ours", "fingerprint": sum}); err != nil || !maps.Equal(f.Metadata(), want) {
		t.Errorf("metadata %q, %v; want %q", f.Metadata(), err, want)
	}
	if imported, err := f.Verify(t.Context()); err != nil || !imported {
		t.Errorf("verify: %v, %v", imported, err)
	}
	if imported, err := source.Verify(t.Context()); err != nil || imported {
		t.Errorf("verify the source: %v, %v", imported, err)
	}

	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	whole[len(whole)-3] ^= 1
	_, err = open(t, whole).Verify(t.Context())
	expect(t, err, "test.safetensors", "do not match the checksum of the import")
}

// The fingerprint depends on values, names and shapes, not on dtypes.
func TestFingerprint(t *testing.T) {
	print := func(header, data string) string {
		sum, err := open(t, build(header, []byte(data))).Fingerprint(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return sum
	}
	one := print(`{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}`, "\x00\x00\x80\x3f")
	if half := print(`{"a":{"dtype":"F16","shape":[1],"data_offsets":[0,2]}}`, "\x00\x3c"); half != one {
		t.Error("1 in F16 and in F32 differ")
	}
	for _, other := range []string{
		print(`{"b":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}`, "\x00\x00\x80\x3f"),
		print(`{"a":{"dtype":"F32","shape":[1,1],"data_offsets":[0,4]}}`, "\x00\x00\x80\x3f"),
		print(`{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}`, "\x00\x00\x00\x40"),
	} {
		if other == one {
			t.Error("different weights have one fingerprint")
		}
	}
}

func TestConvertIsAtomic(t *testing.T) {
	nan := open(t, build(`{"w":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}`, []byte{0, 0, 0xc0, 0x7f}))
	dir := t.TempDir()
	path := filepath.Join(dir, "w.safetensors")
	expect(t, nan.Convert(t.Context(), path, []string{"w"}, nil), `tensor "w" is not finite`)
	expect(t, nan.Convert(t.Context(), path, []string{"v"}, nil), `no tensor "v"`)
	stop := errors.New("stopped")
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(stop)
	if err := nan.Convert(ctx, path, []string{"w"}, nil); !errors.Is(err, stop) {
		t.Errorf("error %v", err)
	}
	if _, err := nan.Verify(t.Context()); err == nil || !strings.Contains(err.Error(), "not finite") {
		t.Errorf("verify: %v", err)
	}
	if files, err := os.ReadDir(dir); err != nil || len(files) != 0 {
		t.Errorf("files %v, %v", files, err)
	}
}
