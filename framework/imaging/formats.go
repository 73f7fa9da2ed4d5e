package imaging

import (
	"bytes"
	"image"
	"image/gif"
	"image/jpeg"
	"image/png"
	"io"
	"strings"

	"golang.org/x/image/bmp"
	"golang.org/x/image/tiff"
	"golang.org/x/image/webp"
)

// readable names the formats that have a decoder.
const readable = "PNG, JPEG, WebP, TIFF, BMP and GIF"

// A format is a recognised file format.
type format struct {
	name  string
	magic []string // first bytes; ? matches any byte

	// The rest is nil for a format that is recognised but not supported.
	config func(io.Reader) (image.Config, error)
	decode func(io.Reader) (image.Image, error)
	// pixelsPerByte is the maximum for a valid file.
	pixelsPerByte func(data []byte) float64

	// check rejects files that the decoder would decode wrongly; exif returns the EXIF
	// data, a TIFF structure. Either may be nil.
	check func(data []byte) error
	exif  func(data []byte) []byte
}

func formats() []format {
	return []format{
		{
			name: "PNG", magic: []string{pngSignature},
			config: png.DecodeConfig, decode: png.Decode,
			pixelsPerByte: atMost(8 * deflateRatio), // 1 bit per pixel
			exif:          exifOfPNG,
		},
		{
			name: "JPEG", magic: []string{"\xff\xd8\xff"},
			config: jpeg.DecodeConfig, decode: jpeg.Decode,
			pixelsPerByte: atMost(8 * 64), // at least one bit for each block of 8×8
			exif:          exifOfJPEG,
		},
		{
			name: "WebP", magic: []string{"RIFF????WEBP"},
			config: webp.DecodeConfig, decode: decodeWebP,
			pixelsPerByte: pixelsPerByteOfWebP,
			check:         checkWebP,
			exif:          exifOfWebP,
		},
		{
			name: "TIFF", magic: []string{"II*\x00", "MM\x00*"},
			config: tiff.DecodeConfig, decode: tiff.Decode,
			pixelsPerByte: pixelsPerByteOfTIFF,
			check:         checkTIFF,
			exif:          func(data []byte) []byte { return data },
		},
		{
			name: "BMP", magic: []string{"BM"},
			config: bmp.DecodeConfig, decode: bmp.Decode,
			pixelsPerByte: pixelsPerByteOfBMP,
			check:         checkBMP,
		},
		{
			name: "GIF", magic: []string{"GIF8"},
			config: gif.DecodeConfig, decode: decodeGIF,
			pixelsPerByte: atMost(lzwRatio),
		},
		{name: "a BigTIFF", magic: []string{"II+\x00", "MM\x00+"}},
		{name: "an AVIF image", magic: []string{"????ftypavif"}},
		{name: "a HEIC image or a film", magic: []string{"????ftyp"}},
		{name: "a JPEG XL image", magic: []string{"\xff\x0a", "\x00\x00\x00\x0cJXL "}},
		{name: "a JPEG 2000 image", magic: []string{"\x00\x00\x00\x0cjP  "}},
		{name: "a Photoshop document", magic: []string{"8BPS"}},
		{name: "a PDF", magic: []string{"%PDF"}},
		{name: "a zip archive", magic: []string{"PK\x03\x04"}},
		{name: "a git-lfs pointer, not the image itself (run git lfs pull)", magic: []string{"version https://git-lfs.github.com/"}},
	}
}

// Maximum number of bytes that one byte of compressed data expands to.
const (
	deflateRatio = 1032          // 258 bytes from two codes of one bit each
	lzwRatio     = 4096 * 8 / 12 // a string has at most the dictionary's length, a code of a full dictionary 12 bits
)

func atMost(pixels float64) func([]byte) float64 {
	return func([]byte) float64 { return pixels }
}

// recognise returns the format of a file by its first bytes; its name is "" if it is
// unknown.
func recognise(data []byte) format {
	for _, f := range formats() {
		for _, magic := range f.magic {
			if matches(data, magic) {
				return f
			}
		}
	}
	start := strings.ToLower(string(bytes.TrimLeft(data[:min(len(data), 256)], " \t\r\n\ufeff")))
	switch {
	case strings.Contains(start, "<svg"):
		return format{name: "an SVG drawing"}
	case strings.HasPrefix(start, "<"):
		return format{name: "a web page or XML"}
	}
	return format{}
}

func matches(data []byte, magic string) bool {
	if len(data) < len(magic) {
		return false
	}
	for i := range len(magic) {
		if magic[i] != '?' && magic[i] != data[i] {
			return false
		}
	}
	return true
}
