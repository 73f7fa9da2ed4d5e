package imaging

import (
	"bytes"
	"image"
	"image/color"
	"image/jpeg"
	"testing"
)

// The header determines the memory of decoding: the decoder's pixels and 12 bytes for
// each of the Image's.
func TestMemoryFromHeader(t *testing.T) {
	const h, w = 30, 50
	area := image.Rect(0, 0, w, h)
	var lossy bytes.Buffer
	if err := jpeg.Encode(&lossy, image.NewRGBA(area), nil); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		data     []byte
		perPixel int64
	}{
		"grey":      {pngOf(t, image.NewGray(area)), 12 + 1},
		"16 bits":   {pngOf(t, image.NewNRGBA64(area)), 12 + 8 + 4}, // and its alpha
		"RGB":       {pngOf(t, opaqueRGBA(area)), 12 + 4},
		"a palette": {pngOf(t, image.NewPaletted(area, color.Palette{color.White, color.Black})), 12 + 1},
		"a JPEG":    {lossy.Bytes(), 12 + 3},
	} {
		f, err := header(c.data, MaxPixels)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if want := int64(len(c.data)) + c.perPixel*h*w; f.H != h || f.W != w || f.Bytes != want {
			t.Errorf("%s: %d×%d, %d bytes, want %d", name, f.H, f.W, f.Bytes, want)
		}
	}
}

func opaqueRGBA(area image.Rectangle) image.Image {
	m := image.NewRGBA(area)
	for i := range m.Pix {
		m.Pix[i] = 0xff
	}
	return m
}

// A JPEG of four colours is decoded to four planes, then converted to CMYK.
func TestMemoryOfCMYKJPEG(t *testing.T) {
	if got := bytesPerPixel("JPEG", color.CMYKModel, []byte("\xff\xd8")); got != 4+4 {
		t.Errorf("%d bytes for a pixel, want 8", got)
	}
}
