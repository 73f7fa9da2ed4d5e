package imaging

import (
	"bytes"
	"errors"
	"image"
	"image/png"
	"io"
	"io/fs"
	"maps"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestEncodePNGRoundsAndClamps(t *testing.T) {
	m := &Image{H: 1, W: 3, Pix: []float32{-0.5, 0, 0.4999 / 255, 0.5001 / 255, 0.2, 100.6 / 255, 254.4 / 255, 254.6 / 255, 7}}
	var file bytes.Buffer
	if err := EncodePNG(&file, m, nil); err != nil {
		t.Fatal(err)
	}
	out, err := png.Decode(&file)
	if err != nil {
		t.Fatal(err)
	}
	want := []byte{0, 0, 0, 1, 51, 101, 254, 255, 255}
	for i, v := range want {
		r, g, b, a := out.At(i/3, 0).RGBA()
		if got := []uint32{r, g, b}[i%3] >> 8; got != uint32(v) || a != 0xffff {
			t.Errorf("value %v became %d, want %d", m.Pix[i], got, v)
		}
	}
}

func TestEncodePNGInvertsDecode(t *testing.T) {
	source := image.NewRGBA(image.Rect(0, 0, 256, 3))
	for i := range source.Pix {
		source.Pix[i] = uint8(i / 4 * (1 + i%4))
		if i%4 == 3 {
			source.Pix[i] = 255
		}
	}
	m, err := DecodeReader(bytes.NewReader(pngOf(t, source)), "source")
	if err != nil {
		t.Fatal(err)
	}
	var file bytes.Buffer
	if err := EncodePNG(&file, m, map[string]string{"a": "b"}); err != nil {
		t.Fatal(err)
	}
	back, err := png.Decode(&file)
	if err != nil {
		t.Fatal(err)
	}
	if got := back.(*image.RGBA); !bytes.Equal(got.Pix, source.Pix) {
		t.Error("pixels changed on the way through Decode and EncodePNG")
	}
}

func TestEncodePNGRefuses(t *testing.T) {
	m := New(2, 2)
	m.Pix[2*Channels+1] = float32(math.NaN())
	for _, c := range []struct {
		img  *Image
		text map[string]string
		want string
	}{
		{m, nil, "not finite (NaN) at row 1, column 0, channel 1"},
		{New(1, 1), map[string]string{"": "x"}, `keyword ""`},
		{New(1, 1), map[string]string{" run": "x"}, `keyword " run"`},
		{New(1, 1), map[string]string{"run ": "x"}, `keyword "run "`},
		{New(1, 1), map[string]string{"run  id": "x"}, "without double"},
		{New(1, 1), map[string]string{"run\u0080": "x"}, "printable"},
		{New(1, 1), map[string]string{"名": "x"}, "Latin-1"},
		{New(1, 1), map[string]string{strings.Repeat("k", 80): "x"}, "1 to 79"},
		{New(1, 1), map[string]string{"run": "a\x00b"}, `text of "run"`},
		{New(1, 1), map[string]string{"run": "\xff"}, `text of "run"`},
	} {
		if err := EncodePNG(io.Discard, c.img, c.text); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("error %v, want %q", err, c.want)
		}
	}
}

func TestPNGText(t *testing.T) {
	text := map[string]string{
		"Software": "runexp 1.0", "run": "0123456789abcdef", "café": "naïve\nsecond line",
		"title": "星空 ★", "nothing": "",
	}
	var file bytes.Buffer
	if err := EncodePNG(&file, New(40, 30), text); err != nil {
		t.Fatal(err)
	}
	if _, err := png.Decode(bytes.NewReader(file.Bytes())); err != nil {
		t.Errorf("image/png: %v", err) // also checks the chunks' checksums
	}
	got, err := ReadPNGText(bytes.NewReader(file.Bytes()))
	if err != nil || !maps.Equal(got, text) {
		t.Errorf("%q, %v; want %q", got, err, text)
	}
	var again bytes.Buffer
	if err := EncodePNG(&again, New(40, 30), text); err != nil || !bytes.Equal(file.Bytes(), again.Bytes()) {
		t.Error("the same picture and text gave other bytes")
	}
	order := 0
	for _, key := range []string{"Software", "caf\xe9", "nothing", "run", "title"} {
		at := bytes.Index(file.Bytes(), []byte(key+"\x00"))
		if at < order {
			t.Errorf("%q is out of order", key)
		}
		order = at
	}

	for n := range file.Len() - 12 { // the end chunk has 12 bytes
		if _, err := ReadPNGText(bytes.NewReader(file.Bytes()[:n])); err == nil {
			t.Fatalf("the first %d bytes: no error", n)
		}
	}
	damaged := bytes.Replace(file.Bytes(), []byte("runexp 1.0"), []byte("runexp 2.0"), 1)
	if _, err := ReadPNGText(bytes.NewReader(damaged)); err == nil || !strings.Contains(err.Error(), "checksum") {
		t.Errorf("damaged text: %v", err)
	}
	lying := append([]byte(pngSignature), "\xff\xff\xff\xfftEXtabc"...)
	if _, err := ReadPNGText(bytes.NewReader(lying)); err == nil || !strings.Contains(err.Error(), "truncated") {
		t.Errorf("a chunk of 4 GB in a short file: %v", err)
	}
}

func TestWriteFile(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "out.png")
	if err := os.WriteFile(path, []byte("an older picture"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := WriteFile(path, New(2, 5), map[string]string{"run": "7"}); err != nil {
		t.Fatal(err)
	}
	m, err := Decode(path)
	if err != nil || m.H != 2 || m.W != 5 {
		t.Errorf("%+v, %v", m, err)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o644 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
	bad := New(1, 1)
	bad.Pix[0] = float32(math.Inf(1))
	if err := WriteFile(path, bad, nil); err == nil || !strings.Contains(err.Error(), path) {
		t.Errorf("not finite: %v", err)
	}
	if m, err := Decode(path); err != nil || m.W != 5 {
		t.Errorf("after a failed write the picture is %+v, %v", m, err)
	}
	if err := WriteFile(filepath.Join(dir, "absent", "out.png"), New(1, 1), nil); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("no such folder: %v", err)
	}
	if err := os.Mkdir(filepath.Join(dir, "taken.png"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := WriteFile(filepath.Join(dir, "taken.png"), New(1, 1), nil); err == nil {
		t.Error("a folder was replaced")
	}
	if left, _ := filepath.Glob(filepath.Join(dir, ".*")); len(left) != 0 {
		t.Errorf("left behind: %v", left)
	}
}
