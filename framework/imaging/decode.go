package imaging

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"image/jpeg"
	"image/png"
	"io"
	"os"
)

// MaxPixels is the largest picture that is decoded; it takes 1.2 GB.
const MaxPixels = 100_000_000

// maxFile bounds what is read of a file: MaxPixels of 16 bits in four channels
// that do not compress take less.
const maxFile = 1 << 30

// Decode reads a PNG or JPEG file of any colour model. Grey becomes three equal
// channels; 16 bits keep their precision; transparency is composited on white;
// CMYK is converted without a colour profile, (1−C)(1−K); a JPEG's EXIF
// orientation is honoured. Colour profiles and gamma are ignored. Where a JPEG
// stores chroma at half the resolution Go's decoder repeats it, while libjpeg
// interpolates: single pixels of the two differ by up to 60 of 255 at edges of
// colour (2.5 on average in the worst of our pictures), PNGs not at all.
//
// The size is checked against MaxPixels, and against what so few bytes could
// hold, before memory is taken. The error names the file and, if it is neither
// PNG nor JPEG, what it seems to be.
func Decode(path string) (*Image, error) {
	// Before opening, which would block on a named pipe.
	info, err := os.Stat(path)
	if err != nil {
		return nil, fmt.Errorf("image: %w", err)
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("image %s: not a regular file; give the path of a PNG or JPEG file", path)
	}
	file, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("image: %w", err)
	}
	defer file.Close()
	return DecodeReader(file, path)
}

// DecodeReader is Decode for an image that is not a file of its own. name
// appears in errors.
func DecodeReader(r io.Reader, name string) (*Image, error) {
	data, err := io.ReadAll(io.LimitReader(r, maxFile+1))
	if err != nil {
		return nil, fmt.Errorf("image %s: %w", name, err)
	}
	if len(data) > maxFile {
		return nil, fmt.Errorf("image %s: more than %d bytes; make it smaller first", name, maxFile)
	}
	m, err := decode(data, MaxPixels)
	if err != nil {
		return nil, fmt.Errorf("image %s: %w", name, err)
	}
	return m, nil
}

// A format is a kind of image file that is read.
type format struct {
	name   string
	config func(io.Reader) (image.Config, error)
	decode func(io.Reader) (image.Image, error)
	// pixelsPerByte is the most that any valid file can hold.
	pixelsPerByte int
}

func decode(data []byte, maxPixels int) (*Image, error) {
	if len(data) == 0 {
		return nil, errors.New("the file is empty; fetch it again")
	}
	var f format
	switch what := recognise(data); what {
	case "PNG": // 1 bit a pixel; deflate shrinks at most 1032-fold
		f = format{what, png.DecodeConfig, png.Decode, 8 * 1032}
	case "JPEG": // at least one bit for each block of 8×8
		f = format{what, jpeg.DecodeConfig, jpeg.Decode, 8 * 64}
	case "":
		return nil, errors.New("neither PNG nor JPEG, and nothing else that is known; convert it first")
	default:
		return nil, fmt.Errorf("this is %s; only PNG and JPEG are read, convert it first", what)
	}
	header := endReader{r: bytes.NewReader(data)}
	config, err := f.config(&header)
	if err != nil {
		return nil, f.damaged(err, header.ended)
	}
	if config.Width < 1 || config.Height < 1 {
		return nil, fmt.Errorf("the %s has no pixels; fetch it again", f.name)
	}
	// Divided, so that no product of two sizes from a file overflows.
	if config.Width > maxPixels/config.Height {
		return nil, fmt.Errorf("%d rows of %d pixels are more than %d million; make it smaller first", config.Height, config.Width, maxPixels/1_000_000)
	}
	if config.Width*config.Height/f.pixelsPerByte > len(data) {
		return nil, f.damaged(io.ErrUnexpectedEOF, true)
	}
	whole := endReader{r: bytes.NewReader(data)}
	source, err := f.decode(&whole)
	if err != nil {
		return nil, f.damaged(err, whole.ended)
	}
	m := fromStandard(source)
	if f.name == "JPEG" {
		m = m.oriented(exifOrientation(data))
	}
	return m, nil
}

func (f format) damaged(err error, ended bool) error {
	if ended {
		return fmt.Errorf("the %s is cut short (%w); fetch it again", f.name, err)
	}
	return fmt.Errorf("the %s is damaged or of an unusual kind (%w); fetch it again or convert it", f.name, err)
}

// An endReader notes whether more was asked for than there is: the decoders'
// errors alone do not tell a file that is cut short from a damaged one.
type endReader struct {
	r     io.Reader
	ended bool
}

func (e *endReader) Read(b []byte) (int, error) {
	n, err := e.r.Read(b)
	e.ended = e.ended || err == io.EOF
	return n, err
}
