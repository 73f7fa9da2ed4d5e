package imaging

import (
	"bytes"
	"errors"
	"fmt"
	"image/color"
	"io"
	"os"
	"slices"
	"strings"
)

// A File is the content of an image file with a checked header, before memory is
// allocated for its pixels.
type File struct {
	H, W  int   // in pixels, after EXIF orientation
	Bytes int64 // peak memory of Decode, including the file and the image

	name        string
	data        []byte
	format      format
	orientation int
}

// Open reads a file as Decode does, without decoding its pixels.
func Open(path string) (*File, error) {
	// Before os.Open, which would block on a named pipe.
	info, err := os.Stat(path)
	if err != nil {
		return nil, fmt.Errorf("image: %w", err)
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("image %s: not a regular file; give the path of an image (%s)", path, readable)
	}
	file, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("image: %w", err)
	}
	defer file.Close()
	return open(file, path)
}

func open(r io.Reader, name string) (*File, error) {
	data, err := io.ReadAll(io.LimitReader(r, maxFile+1))
	if err != nil {
		return nil, fmt.Errorf("image %s: %w", name, err)
	}
	if len(data) > maxFile {
		return nil, fmt.Errorf("image %s: more than %d bytes; make it smaller first", name, maxFile)
	}
	f, err := header(data, MaxPixels)
	if err != nil {
		return nil, fmt.Errorf("image %s: %w", name, err)
	}
	f.name = name
	return f, nil
}

// Decode decodes the image.
func (f *File) Decode() (*Image, error) {
	m, err := f.pixels()
	if err != nil {
		return nil, fmt.Errorf("image %s: %w", f.name, err)
	}
	return m, nil
}

// header determines the format of a file and checks its size.
func header(data []byte, maxPixels int) (*File, error) {
	if len(data) == 0 {
		return nil, errors.New("the file is empty; download it again")
	}
	f := recognise(data)
	if f.name == "" {
		return nil, fmt.Errorf("neither %s nor another known format; convert it first", strings.Replace(readable, " and ", " nor ", 1))
	}
	if f.decode == nil {
		return nil, fmt.Errorf("this is %s; only %s are supported, convert it first", f.name, readable)
	}
	return f.header(data, maxPixels)
}

func (f format) header(data []byte, maxPixels int) (file *File, err error) {
	defer f.recoverPanic(&err)
	if f.check != nil {
		if err := f.check(data); err != nil {
			return nil, fmt.Errorf("the %s %w", f.name, err)
		}
	}
	header := endReader{r: bytes.NewReader(data)}
	config, err := f.config(&header)
	if err != nil {
		return nil, f.damaged(err, header.ended)
	}
	if config.Width < 1 || config.Height < 1 {
		return nil, fmt.Errorf("the %s has no pixels; download it again", f.name)
	}
	// A division, since the product of two sizes from a file could overflow.
	if config.Width > maxPixels/config.Height {
		return nil, fmt.Errorf("%d rows of %d pixels are more than %d million pixels; make it smaller first", config.Height, config.Width, maxPixels/1_000_000)
	}
	if float64(config.Width*config.Height) > f.pixelsPerByte(data)*float64(len(data)) {
		return nil, f.damaged(fmt.Errorf("%d bytes for %d rows of %d pixels", len(data), config.Height, config.Width), true)
	}
	file = &File{H: config.Height, W: config.Width, data: data, format: f, orientation: 1}
	perPixel := Channels*4 + bytesPerPixel(f.name, config.ColorModel, data)
	if mayBeTransparent(f.name, config.ColorModel) {
		perPixel += 4
	}
	if f.exif != nil {
		file.orientation = orientation(f.exif(data))
	}
	if file.orientation > 1 {
		perPixel += Channels * 4 // copied to apply the orientation
		if mayBeTransparent(f.name, config.ColorModel) {
			perPixel += 4
		}
	}
	if file.orientation >= 5 {
		file.H, file.W = file.W, file.H
	}
	file.Bytes = int64(len(data)) + int64(perPixel)*int64(config.Width)*int64(config.Height)
	return file, nil
}

// mayBeTransparent reports whether an image of this format and colour model can have an
// alpha: Go's decoders use RGBA for opaque files, except for a TIFF's premultiplied alpha.
func mayBeTransparent(format string, model color.Model) bool {
	switch model {
	case color.GrayModel, color.Gray16Model, color.YCbCrModel, color.CMYKModel:
		return false
	case color.RGBAModel, color.RGBA64Model:
		return format == "TIFF"
	}
	palette, is := model.(color.Palette)
	seen := func(c color.Color) bool { _, _, _, a := c.RGBA(); return a != 0xffff }
	return !is || format == "GIF" || slices.ContainsFunc(palette, seen)
}

// bytesPerPixel returns the decoder's peak memory per pixel, without the file and the
// Image: that of its own image and of intermediate data.
func bytesPerPixel(format string, model color.Model, data []byte) int {
	own := 4 // RGBA
	switch model {
	case color.GrayModel:
		own = 1
	case color.Gray16Model:
		own = 2
	case color.YCbCrModel:
		own = 3
	case color.RGBA64Model, color.NRGBA64Model:
		own = 8
	}
	if _, isPalette := model.(color.Palette); isPalette {
		own = 1
	}
	switch format {
	case "JPEG":
		planes := own
		if model == color.CMYKModel {
			own += 4 // into CMYK
		}
		if progressive(data) {
			own += 4 * planes // coefficients
		}
	case "TIFF":
		d, _ := directoryOf(data)
		if ratio, _ := expansion(d.value(tagCompression, 1)); ratio > 1 {
			own += 13 // 16 bits: the decompressed data, in a growing buffer
		}
	case "WebP":
		own += 4 // into NRGBA
	case "GIF":
		own += 4 // the screen
	}
	return own
}

// pixels decodes the file and applies its EXIF orientation.
func (f *File) pixels() (m *Image, err error) {
	defer f.format.recoverPanic(&err)
	whole := endReader{r: bytes.NewReader(f.data)}
	source, err := f.format.decode(&whole)
	if err != nil {
		return nil, f.format.damaged(err, whole.ended)
	}
	return fromStandard(source).applyOrientation(f.orientation), nil
}

// recoverPanic converts a panic of a third-party decoder to an error. It must be
// deferred.
func (f format) recoverPanic(err *error) {
	if p := recover(); p != nil {
		*err = f.damaged(fmt.Errorf("the decoder panicked: %v", p), false)
	}
}
