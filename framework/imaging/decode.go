package imaging

import (
	"bytes"
	"errors"
	"fmt"
	"io"
)

// MaxPixels is the largest picture that is decoded; it takes 1.2 GB, and while
// it is decoded 1.6 GB in all for most files, 2.7 GB for a progressive JPEG (2 GB for
// one of four colours, 3.6 GB if it is progressive) and 3.3 GB for a compressed TIFF of 16 bits, without the file itself.
const MaxPixels = 100_000_000

// maxFile bounds what is read of a file: MaxPixels of 16 bits in four channels
// that do not compress take less.
const maxFile = 1 << 30

// Decode reads a PNG, JPEG, WebP, TIFF, BMP or GIF file of any colour model that
// Go's decoders know. Grey becomes three equal channels; 16 bits keep their
// precision; transparency is composited on white; a JPEG's CMYK is converted
// without a colour profile, (1−C)(1−K); EXIF orientation is honoured. Of the
// pages of a TIFF and the frames of a GIF the first is read, the latter at its
// place on the screen. Refused are animated WebPs, and TIFFs with CMYK, floats,
// separate planes, JPEG or fax compression. Colour profiles and gamma are
// ignored. Where a JPEG stores chroma at half the resolution Go's decoder repeats
// it, while libjpeg interpolates: single pixels of the two differ by up to 60 of
// 255 at edges of colour (2.5 on average in the worst of our pictures). So it is
// with lossy WebPs; other files give the same pixels.
//
// The size is checked against MaxPixels, and against what so few bytes could
// hold, before memory is taken; a lossless WebP may hold any number of pixels of
// one colour. A file that is cut short is an error, unless all of the picture is
// there, as where a GIF's later frames are missing. The error names the file and,
// if it is of another kind, what it seems to be.
func Decode(path string) (*Image, error) {
	f, err := Open(path)
	if err != nil {
		return nil, err
	}
	return f.Decode()
}

// DecodeReader is Decode for an image that is not a file of its own. name
// appears in errors.
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
		return fmt.Errorf("the %s is cut short (%w); fetch it again", f.name, err)
	}
	return fmt.Errorf("the %s is damaged or of an unusual kind (%w); fetch it again or convert it", f.name, err)
}

// An endReader notes whether more was asked for than there is: the decoders'
// errors alone do not tell a file that is cut short from a damaged one.
type endReader struct {
	r     *bytes.Reader
	ended bool
}

func (e *endReader) Read(b []byte) (int, error) {
	n, err := e.r.Read(b)
	e.ended = e.ended || err == io.EOF
	return n, err
}

// ReadAt is what x/image/tiff reads by; of a plain reader it keeps a copy, and
// makes room for 10 MiB at a time.
func (e *endReader) ReadAt(b []byte, offset int64) (int, error) {
	n, err := e.r.ReadAt(b, offset)
	e.ended = e.ended || err == io.EOF
	return n, err
}
