package imaging

import (
	"bytes"
	"errors"
	"fmt"
	"io"
)

// MaxPixels is the size limit of decoded images in pixels. Such an image has 1.2 GB,
// a transparent one 1.6 GB.
// Peak memory while decoding, without the file, is 1.6 GB for most formats, 2.7 GB for
// a progressive JPEG (2 GB for one of four colours, 3.6 GB if progressive) and 3.3 GB
// for a compressed TIFF of 16 bits.
const MaxPixels = 100_000_000

// maxFile is the size limit of files in bytes: MaxPixels of 16 bits in four channels,
// uncompressed, are less.
const maxFile = 1 << 30

// Decode reads a PNG, JPEG, WebP, TIFF, BMP or GIF file of any colour model that Go's
// decoders support. Grey becomes three equal channels; 16 bits keep their precision;
// transparency is composited on white, and kept in Alpha; a JPEG's CMYK is converted
// without a colour profile, (1−C)(1−K); EXIF orientation is applied. Only the first page
// of a TIFF and the first frame of a GIF, at its position on the screen, are read.
// Animated WebPs and TIFFs with CMYK, floats, separate planes, JPEG or fax compression are
// errors. Colour profiles and gamma are ignored. If a JPEG stores chroma at half the
// resolution, Go's decoder repeats it while libjpeg interpolates: single pixels differ by
// up to 60 of 255 at edges of colour (2.5 on average in the worst of our images). The same
// holds for lossy WebPs; other files give the same pixels.
//
// The size is checked against MaxPixels, and against the most pixels that the file's
// bytes can encode, before memory is allocated; a lossless WebP can encode any number
// of pixels of one colour. A truncated file is an error, unless the image is complete,
// as when a GIF's later frames are missing. The error names the file and, if it is of
// another kind, what it seems to be.
func Decode(path string) (*Image, error) {
	f, err := Open(path)
	if err != nil {
		return nil, err
	}
	return f.Decode()
}

// DecodeReader is Decode for a reader. name appears in errors.
func DecodeReader(r io.Reader, name string) (*Image, error) {
	f, err := open(r, name)
	if err != nil {
		return nil, err
	}
	return f.Decode()
}

func decode(data []byte, maxPixels int) (*Image, error) {
	f, err := header(data, maxPixels)
	if err != nil {
		return nil, err
	}
	return f.pixels()
}

func (f format) damaged(err error, ended bool) error {
	if ended || errors.Is(err, io.ErrUnexpectedEOF) {
		return fmt.Errorf("the %s is truncated (%w); download it again", f.name, err)
	}
	return fmt.Errorf("the %s is damaged or of an unsupported kind (%w); download it again or convert it", f.name, err)
}

// An endReader records whether a read reached the end of the data: the decoders' errors
// alone do not distinguish a truncated file from a damaged one.
type endReader struct {
	r     *bytes.Reader
	ended bool
}

func (e *endReader) Read(b []byte) (int, error) {
	n, err := e.r.Read(b)
	e.ended = e.ended || err == io.EOF
	return n, err
}

// ReadAt is for x/image/tiff, which otherwise copies a reader into a buffer that grows
// by 10 MiB at a time.
func (e *endReader) ReadAt(b []byte, offset int64) (int, error) {
	n, err := e.r.ReadAt(b, offset)
	e.ended = e.ended || err == io.EOF
	return n, err
}
