package imaging

import (
	"bytes"
	"compress/zlib"
	"encoding/json"
	"errors"
	"image"
	"io/fs"
	"maps"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"golang.org/x/image/tiff"
)

// testdata/good.py writes good/ and good.json, testdata/bad.py bad/.

func filesIn(t testing.TB, dir string) map[string][]byte {
	t.Helper()
	files := map[string][]byte{}
	entries, err := os.ReadDir(filepath.Join("testdata", dir))
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if files[e.Name()], err = os.ReadFile(filepath.Join("testdata", dir, e.Name())); err != nil {
			t.Fatal(err)
		}
	}
	return files
}

// tolerance is the maximum difference of a value from Pillow's.
func tolerance(file string) float64 {
	switch file {
	case "lossy.webp", "lossyalpha.webp", "chroma.jpg":
		// Chroma at half the resolution, which Pillow interpolates and Go repeats: in
		// a gradient of 15 levels per pixel they differ by up to 16.
		return 18. / 255
	case "turned.jpg", "progressive.jpg", "cyan.jpg", "ink.jpg", "grey.jpg", "blocks.webp":
		return 2. / 255 // two cosine transforms and conversions
	case "palette.tif":
		return 1. / 255 // Pillow stores a palette's v as 256·v, not 257·v
	}
	return 2. / 65535 // rounding, after compositing in 16 bits
}

func TestDecodeIsPillow(t *testing.T) {
	data, err := os.ReadFile("testdata/good.json")
	if err != nil {
		t.Fatal(err)
	}
	var want map[string]struct {
		H, W   int
		Pixels []struct {
			Y, X int
			RGB  [Channels]float64
		}
	}
	if err := json.Unmarshal(data, &want); err != nil {
		t.Fatal(err)
	}
	files := filesIn(t, "good")
	if got, want := slices.Sorted(maps.Keys(files)), slices.Sorted(maps.Keys(want)); !slices.Equal(got, want) {
		t.Fatalf("files %v, numbers for %v", got, want)
	}
	for name, file := range files {
		t.Run(name, func(t *testing.T) {
			m, err := DecodeReader(bytes.NewReader(file), name)
			if err != nil {
				t.Fatal(err)
			}
			want := want[name]
			if m.H != want.H || m.W != want.W {
				t.Fatalf("%d×%d, want %d×%d", m.H, m.W, want.H, want.W)
			}
			for _, p := range want.Pixels {
				for c, want := range p.RGB {
					if got := float64(m.Pix[(p.Y*m.W+p.X)*Channels+c]); math.Abs(got-want) > tolerance(name) {
						t.Errorf("row %d, column %d, channel %d: %.5f, want %.5f", p.Y, p.X, c, got, want)
					}
				}
			}
		})
	}
}

// Files with an orientation, frames or a palette decode to red and green above blue
// and white.
func TestDecodeBlocks(t *testing.T) {
	red, green, blue, white := [3]float64{1, 0, 0}, [3]float64{0, 1, 0}, [3]float64{0, 0, 1}, [3]float64{1, 1, 1}
	for _, name := range []string{"turned.jpg", "turned.png", "turned.webp", "turned.tif", "progressive.jpg", "blocks.webp", "frames.gif", "palette.png"} {
		t.Run(name, func(t *testing.T) {
			m, err := Decode(filepath.Join("testdata", "good", name))
			if err != nil {
				t.Fatal(err)
			}
			want := [][3]float64{red, green, blue, white}
			if name == "palette.png" {
				want[1] = white // green is transparent
			}
			for i, want := range want {
				y, x := m.H/4+i/2*m.H/2, m.W/4+i%2*m.W/2
				for c := range want {
					if got := float64(m.Pix[(y*m.W+x)*Channels+c]); math.Abs(got-want[c]) > 0.03 {
						t.Errorf("row %d, column %d, channel %d: %v, want %v", y, x, c, got, want[c])
					}
				}
			}
		})
	}
}

// refusals has the errors for the files in bad/.
var refusals = map[string]string{
	"empty.png":   "the file is empty",
	"text.png":    "neither PNG, JPEG, WebP, TIFF, BMP nor GIF",
	"page.jpg":    "this is a web page or XML; only PNG, JPEG, WebP, TIFF, BMP and GIF are supported",
	"pointer.png": "run git lfs pull",
	"photo.heic":  "this is a HEIC image or a film",

	"cut.png":      "the PNG is truncated",
	"checksum.png": "the PNG is damaged or of an unsupported kind (zlib: invalid checksum)",
	"huge.png":     "5001 rows of 20000 pixels are more than 100 million pixels",
	"promise.png":  "the PNG is truncated (92 bytes for 10000 rows of 10000 pixels)",
	"nothing.png":  "the PNG is damaged",

	"cut.jpg":      "the JPEG is truncated",
	"ended.jpg":    "the JPEG is damaged",
	"huge.jpg":     "65535 rows of 65535 pixels are more than 100 million pixels",
	"promise.jpg":  "the JPEG is truncated (671 bytes for 9000 rows",
	"lossless.jpg": "the JPEG is damaged or of an unsupported kind (unsupported JPEG feature",

	"cut.webp":      "the WebP is truncated",
	"huge.webp":     "16383 rows of 16383 pixels are more than 100 million pixels",
	"promise.webp":  "the WebP is truncated (136 bytes for 10000 rows",
	"noise.webp":    "the WebP is damaged",
	"canvas.webp":   "the WebP is damaged",
	"animated.webp": "the WebP is animated; save one of its frames",

	"cut.tif":       "the TIFF is truncated or damaged, its directory is past the end",
	"directory.tif": "the TIFF is truncated or damaged, its directory is past the end",
	"entries.tif":   "the TIFF is truncated or damaged, its directory is past the end",
	"offset.tif":    "the TIFF is truncated",
	"strips.tif":    "the TIFF is damaged or of an unsupported kind (tiff: invalid format: block data size too large)",
	"short.tif":     "the TIFF is damaged or of an unsupported kind (tiff: invalid format: not enough pixel data)",
	"deflate.tif":   "the TIFF is truncated",
	"nothing.tif":   "the TIFF is damaged",
	"huge.tif":      "1048576 rows of 1048576 pixels are more than 100 million pixels",
	"promise.tif":   "the TIFF is truncated (174 bytes for 10000 rows",
	"tiles.tif":     "the TIFF has more than 100 million pixels in its tiles",
	"colours.tif":   "the TIFF has an unsupported colour space (CMYK, YCbCr or CIELAB); save it as RGB",
	"jpeg.tif":      "the TIFF has an unsupported compression",
	"fax.tif":       "the TIFF has an unsupported compression",
	"planes.tif":    "the TIFF stores its channels as separate planes",
	"predictor.tif": "the TIFF has an unsupported predictor",
	"order.tif":     "the TIFF has a reversed bit order",
	"bits.tif":      "unsupported feature: BitsPerSample of 4",
	"float.tif":     "unsupported feature: sample format",
	"big.tif":       "this is a BigTIFF",

	"cut.bmp":     "the BMP is truncated",
	"header.bmp":  "the BMP is truncated",
	"huge.bmp":    "1073741824 rows of 1073741824 pixels are more than 100 million pixels",
	"promise.bmp": "the BMP is truncated (246 bytes for 9000 rows",
	"rle.bmp":     "the BMP is damaged or of an unsupported kind (bmp: unsupported BMP image)",
	"offset.bmp":  "the BMP is damaged",
	"padded.bmp":  "the BMP has 32 bits per pixel but no alpha",

	"cut.gif":       "the GIF is truncated",
	"header.gif":    "the GIF is truncated",
	"huge.gif":      "65535 rows of 65535 pixels are more than 100 million pixels",
	"sparse.gif":    "the GIF is truncated (838 bytes for 9000 rows",
	"outside.gif":   "frame bounds larger than image bounds",
	"palette.gif":   "the GIF is damaged",
	"frameless.gif": "missing image data",
}

// Every error names the file and the reason, and needs little memory, whatever the
// header claims.
func TestDecodeRefuses(t *testing.T) {
	files := filesIn(t, "bad")
	if got, want := slices.Sorted(maps.Keys(files)), slices.Sorted(maps.Keys(refusals)); !slices.Equal(got, want) {
		t.Fatalf("files %v, errors for %v", got, want)
	}
	for name, file := range files {
		t.Run(name, func(t *testing.T) {
			var err error
			taken := allocated(func() { _, err = DecodeReader(bytes.NewReader(file), "photo") })
			if want := refusals[name]; err == nil || !strings.Contains(err.Error(), want) || !strings.HasPrefix(err.Error(), "image photo: ") {
				t.Errorf("error %v, want %q of photo", err, want)
			}
			if taken > 1<<17 {
				t.Errorf("%d bytes allocated for a file of %d", taken, len(file))
			}
		})
	}
}

// allocated returns the bytes that f allocates, garbage included.
func allocated(f func()) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	f()
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}

// Compressed data past the end of the image is not decompressed.
func TestDecodeBombs(t *testing.T) {
	const side = 300
	var zeros bytes.Buffer
	w := zlib.NewWriter(&zeros)
	if _, err := w.Write(make([]byte, 20<<20)); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}

	var plain bytes.Buffer
	if err := tiff.Encode(&plain, image.NewGray(image.Rect(0, 0, side, side)), &tiff.Options{Compression: tiff.Deflate}); err != nil {
		t.Fatal(err)
	}
	const stripOffsets, stripByteCounts = 273, 279
	tiffFile := slices.Concat(plain.Bytes(), zeros.Bytes())
	d, _ := directoryOf(tiffFile)
	d.order.PutUint32(d.entry(stripOffsets)[8:], uint32(plain.Len()))
	d.order.PutUint32(d.entry(stripByteCounts)[8:], uint32(zeros.Len()))

	small := pngOf(t, image.NewGray(image.Rect(0, 0, side, side)))
	const header = 8 + 4 + 4 + 13 + 4
	pngFile := appendChunk(bytes.Clone(small[:header]), "IDAT", zeros.Bytes())
	pngFile = append(pngFile, small[len(small)-12:]...)
	textFile := appendChunk(bytes.Clone(small[:header]), "zTXt", []byte("bomb\x00\x00"), zeros.Bytes())
	textFile = append(textFile, small[header:]...)

	for name, file := range map[string][]byte{"TIFF": tiffFile, "PNG": pngFile, "PNG text": textFile} {
		// Good files allocate up to 37 bytes per pixel, and more under the race
		// detector; decompressing everything here would be 230.
		if taken := allocated(func() { _, _ = decode(file, MaxPixels) }); taken > 100*side*side {
			t.Errorf("%s: %d bytes allocated for %d pixels", name, taken, side*side)
		}
	}
}

// A truncated file is an error, unless the missing part does not affect the image.
func TestDecodeTruncated(t *testing.T) {
	spare := map[string]int{
		"frames.gif": 112, // the later frame
		"placed.gif": 1,   // the trailer
		"still.gif":  1,
	}
	for name, file := range filesIn(t, "good") {
		t.Run(name, func(t *testing.T) {
			whole, err := decode(file, MaxPixels)
			if err != nil {
				t.Fatal(err)
			}
			for n := range file {
				m, err := decode(file[:n], MaxPixels)
				if err != nil {
					continue
				}
				if n < len(file)-spare[name] {
					t.Errorf("%d of %d bytes are read as a picture", n, len(file))
				}
				if !slices.Equal(m.Pix, whole.Pix) {
					t.Fatalf("%d of %d bytes give another picture", n, len(file))
				}
			}
		})
	}
}

func TestDecodeNamesTheFile(t *testing.T) {
	dir := t.TempDir()
	if _, err := Decode(dir); err == nil || !strings.Contains(err.Error(), dir+": not a regular file") {
		t.Errorf("a directory: %v", err)
	}
	absent := filepath.Join(dir, "absent.png")
	if _, err := Decode(absent); !errors.Is(err, fs.ErrNotExist) || !strings.Contains(err.Error(), absent) {
		t.Errorf("no file: %v", err)
	}
}

// Errors list the supported formats; the list must match the table.
func TestReadable(t *testing.T) {
	for _, f := range formats() {
		if read := f.decode != nil; strings.Contains(readable, f.name) != read {
			t.Errorf("%s: read %v, but errors name %s", f.name, read, readable)
		}
	}
}

// FuzzDecode checks that no input makes a decoder panic or gives an image whose pixels
// are not H·W·3 values in [0, 1].
func FuzzDecode(f *testing.F) {
	for _, dir := range []string{"good", "bad"} {
		for _, file := range filesIn(f, dir) {
			f.Add(file)
		}
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		m, err := decode(data, 1<<16) // small images are as useful and faster
		if err != nil {
			if strings.Contains(err.Error(), "panicked") {
				t.Fatal(err)
			}
			return
		}
		if m.H < 1 || m.W < 1 || len(m.Pix) != m.H*m.W*Channels {
			t.Fatalf("%d×%d with %d values", m.H, m.W, len(m.Pix))
		}
		for _, v := range m.Pix {
			if !(v >= 0 && v <= 1) {
				t.Fatalf("value %v", v)
			}
		}
	})
}
