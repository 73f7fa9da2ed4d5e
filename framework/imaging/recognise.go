package imaging

import (
	"bytes"
	"strings"
)

// recognise says what a file seems to be by its first bytes; "" if it cannot tell.
func recognise(data []byte) string {
	for _, f := range []struct {
		magic string // ? matches any byte
		name  string
	}{
		{"\x89PNG\r\n\x1a\n", "PNG"},
		{"\xff\xd8\xff", "JPEG"},
		{"GIF8", "a GIF"},
		{"RIFF????WEBP", "a WebP image"},
		{"II*\x00", "a TIFF"},
		{"MM\x00*", "a TIFF"},
		{"BM", "a BMP"},
		{"????ftypavif", "an AVIF image"},
		{"????ftyp", "a HEIC image or a film"},
		{"\xff\x0a", "a JPEG XL image"},
		{"\x00\x00\x00\x0cJXL ", "a JPEG XL image"},
		{"\x00\x00\x00\x0cjP  ", "a JPEG 2000 image"},
		{"8BPS", "a Photoshop document"},
		{"%PDF", "a PDF"},
		{"PK\x03\x04", "a zip archive"},
		{"version https://git-lfs.github.com/", "a git-lfs pointer, not the picture itself (run git lfs pull)"},
	} {
		if matches(data, f.magic) {
			return f.name
		}
	}
	start := strings.ToLower(string(bytes.TrimLeft(data[:min(len(data), 256)], " \t\r\n\ufeff")))
	switch {
	case strings.Contains(start, "<svg"):
		return "an SVG drawing"
	case strings.HasPrefix(start, "<"):
		return "a web page or XML"
	}
	return ""
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
