package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"flag"
	"os"
	"path/filepath"
	"runtime"
	"testing"
)

var full = flag.Bool("full", false, "paint all pictures at their full size and compare them with the files: most of a minute")

const images = "../../configs/images"

// golden holds for each picture the SHA-256, its first 16 digits, of its pixels
// when it is 60 pixels wide, and of the file in configs/images. A change to the
// program changes the first: paint again (make paint), look at the picture, and
// enter both.
var golden = map[string]struct{ small, file string }{
	"autumn.png":   {"0d4114efb1a9e51d", "d36ab5d74c9a90ee"},
	"bay.jpg":      {"359c0f6af177f7ab", "d478c202be8834f5"},
	"mountain.png": {"c252e8321c0ee9b8", "84d33ff30d6982fb"},
	"night.jpg":    {"55bdd5e80ee465c7", "e851d658239f45e4"},
	"woodcut.jpg":  {"843f0a79a31d9c23", "4b6c6c0dfed69f5c"},
}

func TestSameSeedSamePicture(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(0))
	for _, p := range gallery() {
		runtime.GOMAXPROCS(1)
		first := p.paint(60, seed)
		if first.W != 60 || first.H != 40 {
			t.Errorf("%s: %d × %d pixels, want 60 × 40", p.file, first.W, first.H)
		}
		runtime.GOMAXPROCS(4)
		again, other := p.paint(60, seed), p.paint(60, seed+1)
		if !bytes.Equal(first.RGBA().Pix, again.RGBA().Pix) {
			t.Errorf("%s: two pictures of one seed differ", p.file)
		}
		if bytes.Equal(first.RGBA().Pix, other.RGBA().Pix) {
			t.Errorf("%s: the seed changes nothing", p.file)
		}
		if got, want := digest(first.RGBA().Pix), golden[p.file].small; got != want && !fuses(3, 1.0/3, -1) {
			t.Errorf("%s: the program paints %s, not %s: paint the files again, see golden", p.file, got, want)
		}
	}
}

func TestFilesAreThoseOfTheProgram(t *testing.T) {
	for _, p := range gallery() {
		data, err := os.ReadFile(filepath.Join(images, p.file))
		if err != nil {
			t.Error(err)
			continue
		}
		if got, want := digest(data), golden[p.file].file; got != want {
			t.Errorf("%s: the file is %s, not %s: paint it again, see golden", p.file, got, want)
		}
		if !*full || fuses(3, 1.0/3, -1) {
			continue
		}
		again, err := p.encode()
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(data, again) {
			t.Errorf("%s: the program makes another file", p.file)
		}
	}
}

func TestRunRefuses(t *testing.T) {
	if err := run(filepath.Join(t.TempDir(), "none"), nil); err == nil {
		t.Error("no error for a folder that is not there")
	}
	if err := run(t.TempDir(), []string{"sunset.jpg"}); err == nil {
		t.Error("no error for a picture that is not there")
	}
}

// TestReplace writes over a file that is there and leaves nothing beside it, nor
// where writing fails.
func TestReplace(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "a.png")
	for _, content := range []string{"old", "new"} {
		if err := replace(path, []byte(content)); err != nil {
			t.Fatal(err)
		}
	}
	if data, err := os.ReadFile(path); err != nil || string(data) != "new" {
		t.Errorf("%q, %v", data, err)
	}
	folder := filepath.Join(dir, "folder") // not empty: it cannot be renamed over
	if err := os.MkdirAll(filepath.Join(folder, "full"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := replace(folder, nil); err == nil {
		t.Error("no error for a folder in the file's place")
	}
	if left, err := filepath.Glob(filepath.Join(dir, "*.new")); err != nil || left != nil {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

func digest(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:8])
}

// fuses tells whether the compiler makes one operation of a multiplication and
// an addition, as on arm64: then pictures are as good, but not the same. For
// 3 and 1/3 the product rounds to 1.
//
//go:noinline
func fuses(a, b, c float64) bool {
	return a*b+c != 0
}
