package imaging

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func pngOf(t testing.TB, m image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, m); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func jpegOf(t testing.TB, m image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, m, nil); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestDecodeColourModels(t *testing.T) {
	area := image.Rect(0, 0, 2, 1)
	grey, grey16 := image.NewGray(area), image.NewGray16(area)
	rgb, deep := image.NewRGBA(area), image.NewNRGBA64(area)
	clear := image.NewNRGBA(area)
	palette := image.NewPaletted(area, color.Palette{color.NRGBA{51, 102, 153, 255}, color.NRGBA{9, 9, 9, 0}})
	grey.Pix[1] = 51
	grey16.SetGray16(1, 0, color.Gray16{Y: 257*51 + 1})
	rgb.Set(0, 0, color.RGBA{255, 0, 51, 255})
	rgb.Set(1, 0, color.RGBA{0, 102, 0, 255})
	deep.SetNRGBA64(0, 0, color.NRGBA64{R: 1, G: 2, B: 65535, A: 65535})
	deep.SetNRGBA64(1, 0, color.NRGBA64{R: 65535, G: 0, B: 0, A: 32768})
	clear.SetNRGBA(0, 0, color.NRGBA{255, 0, 0, 51}) // a fifth of red on white
	clear.SetNRGBA(1, 0, color.NRGBA{9, 9, 9, 0})
	palette.SetColorIndex(1, 0, 1)
	for _, c := range []struct {
		name string
		from image.Image
		want []float64
	}{
		{"grey", grey, []float64{0, 0, 0, 0.2, 0.2, 0.2}},
		{"grey of 16 bits", grey16, []float64{0, 0, 0, 0.2 + 1./65535, 0.2 + 1./65535, 0.2 + 1./65535}},
		{"RGB", rgb, []float64{1, 0, 0.2, 0, 0.4, 0}},
		{"RGB of 16 bits with alpha", deep, []float64{1. / 65535, 2. / 65535, 1, 1, 1 - 32768./65535, 1 - 32768./65535}},
		{"alpha", clear, []float64{1, 0.8, 0.8, 1, 1, 1}},
		{"palette with alpha", palette, []float64{0.2, 0.4, 0.6, 1, 1, 1}},
	} {
		t.Run(c.name, func(t *testing.T) {
			m, err := DecodeReader(bytes.NewReader(pngOf(t, c.from)), "test.png")
			if err != nil {
				t.Fatal(err)
			}
			if m.H != 1 || m.W != 2 {
				t.Fatalf("%d×%d", m.H, m.W)
			}
			for i, want := range c.want {
				if math.Abs(float64(m.Pix[i])-want) > 1e-7 {
					t.Fatalf("%v, want %v", m.Pix, c.want)
				}
			}
		})
	}
}

// testdata/pictures.py makes these; four of them show the same blocks.
func TestDecodeFiles(t *testing.T) {
	red, green, blue, white := [3]float64{1, 0, 0}, [3]float64{0, 1, 0}, [3]float64{0, 0, 1}, [3]float64{1, 1, 1}
	cyan := [3]float64{0, 1, 1}
	for _, c := range []struct {
		file string
		side int
		want [4][3]float64 // top left, top right, bottom left, bottom right
	}{
		{"turned.jpg", 32, [4][3]float64{red, green, blue, white}},
		{"progressive.jpg", 32, [4][3]float64{red, green, blue, white}},
		{"palette.png", 32, [4][3]float64{red, white, blue, white}}, // green is transparent
		{"cmyk.jpg", 16, [4][3]float64{cyan, cyan, cyan, cyan}},
	} {
		t.Run(c.file, func(t *testing.T) {
			m, err := Decode(filepath.Join("testdata", c.file))
			if err != nil {
				t.Fatal(err)
			}
			if m.H != c.side || m.W != c.side {
				t.Fatalf("%d×%d, want %d", m.H, m.W, c.side)
			}
			for i, want := range c.want {
				y, x := c.side/4+i/2*c.side/2, c.side/4+i%2*c.side/2
				for channel := range want {
					if got := float64(m.Pix[(y*m.W+x)*Channels+channel]); math.Abs(got-want[channel]) > 0.03 {
						t.Errorf("row %d, column %d, channel %d: %v, want %v", y, x, channel, got, want[channel])
					}
				}
			}
		})
	}
}

// withPNGSize rewrites the size in a PNG's header.
func withPNGSize(file []byte, width, height uint32) []byte {
	file = bytes.Clone(file)
	binary.BigEndian.PutUint32(file[16:], width)
	binary.BigEndian.PutUint32(file[20:], height)
	binary.BigEndian.PutUint32(file[29:], crc32.ChecksumIEEE(file[12:29]))
	return file
}

func TestDecodeRefuses(t *testing.T) {
	picture := image.NewNRGBA(image.Rect(0, 0, 64, 64))
	for i := range picture.Pix {
		picture.Pix[i] = uint8(i*i>>3) | 1
	}
	pngFile, jpegFile := pngOf(t, picture), jpegOf(t, picture)
	damaged := bytes.Clone(pngFile)
	damaged[len(damaged)/2]++
	for _, c := range []struct {
		name string
		file []byte
		want string
	}{
		{"empty", nil, "the file is empty"},
		{"text", []byte("hello, this is no picture"), "neither PNG nor JPEG"},
		{"one byte", []byte("x"), "neither PNG nor JPEG"},
		{"gif", []byte("GIF89a\x01\x00\x01\x00"), "this is a GIF; only PNG and JPEG"},
		{"webp", []byte("RIFF\x24\x00\x00\x00WEBPVP8 "), "this is a WebP image"},
		{"tiff", []byte("II*\x00\x08\x00\x00\x00"), "this is a TIFF"},
		{"heic", []byte("\x00\x00\x00\x18ftypheic\x00\x00\x00\x00"), "this is a HEIC image"},
		{"avif", []byte("\x00\x00\x00\x18ftypavif\x00\x00\x00\x00"), "this is an AVIF image"},
		{"svg", []byte(`<?xml version="1.0"?> <svg xmlns="http://www.w3.org/2000/svg"/>`), "this is an SVG drawing"},
		{"web page", []byte("\n<!DOCTYPE html>"), "this is a web page"},
		{"git-lfs", []byte("version https://git-lfs.github.com/spec/v1\n"), "run git lfs pull"},
		{"png cut short", pngFile[:len(pngFile)-40], "the PNG is cut short"},
		{"png header only", pngFile[:20], "the PNG is cut short"},
		{"png signature only", pngFile[:8], "the PNG is cut short"},
		{"jpeg cut short", jpegFile[:len(jpegFile)/2], "the JPEG is cut short"},
		{"jpeg start only", jpegFile[:3], "the JPEG is cut short"},
		{"png damaged", damaged, "the PNG is damaged"},
		{"too many pixels", withPNGSize(pngFile, 20_000, 5_001), "5001 rows of 20000 pixels are more than 100 million"},
		{"pixels overflow", withPNGSize(pngFile, 1<<20, 1<<20), "are more than 100 million"},
		{"more pixels than the bytes can hold", withPNGSize(pngFile, 10_000, 10_000), "the PNG is cut short"},
		{"no pixels", withPNGSize(pngFile, 0, 5), "damaged"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := DecodeReader(bytes.NewReader(c.file), "photo")
			if err == nil || !strings.Contains(err.Error(), c.want) || !strings.HasPrefix(err.Error(), "image photo: ") {
				t.Errorf("error %v, want %q of photo", err, c.want)
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
	if _, err := Decode(absent); !os.IsNotExist(unwrap(err)) || !strings.Contains(err.Error(), absent) {
		t.Errorf("no file: %v", err)
	}
}

func unwrap(err error) error {
	if u, ok := err.(interface{ Unwrap() error }); ok {
		return u.Unwrap()
	}
	return err
}

// FuzzDecode holds that no input makes the decoder panic or return a picture
// whose pixels are not H·W·3 values in [0, 1].
func FuzzDecode(f *testing.F) {
	picture := image.NewNRGBA(image.Rect(0, 0, 5, 3))
	picture.Pix[7] = 200
	f.Add(pngOf(f, picture))
	f.Add(jpegOf(f, picture))
	for _, name := range []string{"turned.jpg", "progressive.jpg", "palette.png", "cmyk.jpg"} {
		data, err := os.ReadFile(filepath.Join("testdata", name))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Add([]byte("GIF89a"))
	f.Fuzz(func(t *testing.T, data []byte) {
		m, err := decode(data, 1<<16) // small pictures find as much, faster
		if err != nil {
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
