package imaging

import (
	"encoding/binary"
	"errors"
	"image"
	"io"
	"math"

	"golang.org/x/image/webp"
)

// A WebP is a RIFF file: "RIFF", the size of the rest, "WEBP", then chunks of a type, a
// size, and data padded to an even length (RFC 9649, 2).

func checkWebP(data []byte) error {
	if size := binary.LittleEndian.Uint32(data[4:]); uint64(size)+8 > uint64(len(data)) {
		return errors.New("is truncated; download it again")
	}
	const animation = 1 << 1
	if flags := webpChunk(data, "VP8X"); len(flags) > 0 && flags[0]&animation != 0 {
		return errors.New("is animated; save one of its frames as a still image first (webpmux -get frame 1)")
	}
	return nil
}

func pixelsPerByteOfWebP(data []byte) float64 {
	if webpChunk(data, "VP8L") != nil {
		return math.Inf(1) // an image of one colour needs no bits per pixel
	}
	return 8 * 16 * 16 // at least one bit for each macroblock of 16×16
}

// webpChunk returns the data of the first chunk of a kind, nil if there is none.
func webpChunk(data []byte, kind string) []byte {
	rest := data[12:]
	for len(rest) >= 8 {
		size := uint64(binary.LittleEndian.Uint32(rest[4:]))
		body := rest[8:]
		if size > uint64(len(body)) {
			return nil
		}
		if string(rest[:4]) == kind {
			return body[:size]
		}
		rest = body[min(size+size%2, uint64(len(body))):]
	}
	return nil
}

// decodeWebP decodes a WebP and corrects the colours of a lossy one: x/image/webp
// returns VP8's values, with black at 16 and white at 235, as an image.YCbCr, where
// they are 0 and 255 (golang/go issue 40173).
func decodeWebP(r io.Reader) (image.Image, error) {
	m, err := webp.Decode(r)
	switch m := m.(type) {
	case *image.YCbCr:
		return fromStudioRange(&image.NYCbCrA{YCbCr: *m}), err
	case *image.NYCbCrA:
		return fromStudioRange(m), err
	}
	return m, err
}

// fromStudioRange converts the Y′CbCr of ITU-R BT.601, which is JPEG's in narrower
// ranges: Y′ = (Y − 16)/219, and (Cb − 128)/224, (Cr − 128)/224 in ±½.
//
//	R = Y′ + 1.402 Cr    G = Y′ − 0.344136 Cb − 0.714136 Cr    B = Y′ + 1.772 Cb
//
// An image without alpha is opaque.
func fromStudioRange(m *image.NYCbCrA) *image.NRGBA {
	out := image.NewNRGBA(m.Rect)
	i := 0
	for y := m.Rect.Min.Y; y < m.Rect.Max.Y; y++ {
		for x := m.Rect.Min.X; x < m.Rect.Max.X; x++ {
			at := m.COffset(x, y)
			luma := (float64(m.Y[m.YOffset(x, y)]) - 16) / 219
			cb, cr := (float64(m.Cb[at])-128)/224, (float64(m.Cr[at])-128)/224
			out.Pix[i] = level(luma + 1.402*cr)
			out.Pix[i+1] = level(luma - 0.344136*cb - 0.714136*cr)
			out.Pix[i+2] = level(luma + 1.772*cb)
			out.Pix[i+3] = 0xff
			if m.A != nil {
				out.Pix[i+3] = m.A[m.AOffset(x, y)]
			}
			i += 4
		}
	}
	return out
}
