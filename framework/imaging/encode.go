package imaging

import (
	"bytes"
	"fmt"
	"image"
	"image/png"
	"io"
	"math"
	"slices"

	"runexp/internal/atomicfile"
)

// EncodePNG writes img as an 8-bit RGB PNG: values are clamped to [0, 1] and rounded to
// the nearest of 256 levels, so that an image decoded from 8 bits is unchanged. text is
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
	pixels := image.NewRGBA(image.Rect(0, 0, img.W, img.H))
	for i := range img.H * img.W {
		for c := range Channels {
			v := float64(img.Pix[i*Channels+c])
			if math.IsNaN(v) || math.IsInf(v, 0) {
				return nil, fmt.Errorf("not finite (%v) at row %d, column %d, channel %d", v, i/img.W, i%img.W, c)
			}
			pixels.Pix[4*i+c] = level(v)
		}
		pixels.Pix[4*i+3] = 0xff
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
