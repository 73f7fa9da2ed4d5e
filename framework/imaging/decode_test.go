package imaging

import (
	"bytes"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"io"
	"math"
	"strings"
	"testing"

	"golang.org/x/image/bmp"
	"golang.org/x/image/tiff"
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

// A panic of a third-party decoder becomes an error of the file.
func TestDecodeRecovers(t *testing.T) {
	f := format{
		name:          "PNG",
		config:        png.DecodeConfig,
		decode:        func(io.Reader) (image.Image, error) { panic("index out of range") },
		pixelsPerByte: atMost(1e6),
	}
	file, err := f.header(pngOf(t, image.NewGray(image.Rect(0, 0, 1, 1))), MaxPixels)
	if err != nil {
		t.Fatal(err)
	}
	_, err = file.pixels()
	if want := "the PNG is damaged or of an unsupported kind (the decoder panicked: index out of range)"; err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("error %v, want %q", err, want)
	}
}

// Images of one colour have the most pixels per byte; none must be reported as
// truncated.
func TestDecodePlainPictures(t *testing.T) {
	const side = 1500
	area := image.Rect(0, 0, side, side)
	colours := color.Palette{color.White, color.Black}
	write := func(encode func(io.Writer) error) []byte {
		var b bytes.Buffer
		if err := encode(&b); err != nil {
			t.Fatal(err)
		}
		return b.Bytes()
	}
	for name, data := range map[string][]byte{
		"PNG of one bit": pngOf(t, image.NewPaletted(area, colours)),
		"JPEG":           jpegOf(t, image.NewGray(area)),
		"GIF":            write(func(w io.Writer) error { return gif.Encode(w, image.NewPaletted(area, colours), nil) }),
		"TIFF": write(func(w io.Writer) error {
			return tiff.Encode(w, image.NewGray(area), &tiff.Options{Compression: tiff.Deflate})
		}),
		"BMP": write(func(w io.Writer) error { return bmp.Encode(w, image.NewGray(area)) }),
	} {
		m, err := DecodeReader(bytes.NewReader(data), name)
		if err != nil {
			t.Error(err)
		} else if m.H != side || m.W != side {
			t.Errorf("%s: %d×%d", name, m.H, m.W)
		}
	}
}
