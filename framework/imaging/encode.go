package imaging

import (
	"bytes"
	"fmt"
	"image/png"
	"io"
	"slices"

	"runexp/internal/atomicfile"
)

// EncodePNG writes img as an 8-bit PNG, RGB or, where it is not opaque, RGBA: values are
// clamped to [0, 1] and rounded to the nearest of 256 levels, so that an opaque image
// decoded from 8 bits is unchanged. A transparent one looks the same on white. text is
// written as keywords and texts (see ReadPNGText), sorted by keyword; equal arguments
// give equal bytes. A value that is not finite is an error with its position.
func EncodePNG(w io.Writer, img *Image, text map[string]string) error {
	file, err := encode(img, text)
	if err != nil {
		return fmt.Errorf("image: %w", err)
	}
	_, err = w.Write(file)
	return err
}

func encode(img *Image, text map[string]string) ([]byte, error) {
	chunks, err := textChunks(text)
	if err != nil {
		return nil, err
	}
	pixels, err := standard(img)
	if err != nil {
		return nil, err
	}
	var file bytes.Buffer
	if err := png.Encode(&file, pixels); err != nil {
		return nil, err
	}
	const header = 8 + 4 + 4 + 13 + 4 // signature and IHDR, which must come first
	return slices.Insert(file.Bytes(), header, chunks...), nil
}

// WriteFile atomically writes img to path with EncodePNG. An existing file is replaced.
func WriteFile(path string, img *Image, text map[string]string) error {
	file, err := encode(img, text)
	if err != nil {
		return fmt.Errorf("image %s: %w", path, err)
	}
	return atomicfile.Write(path, file)
}
