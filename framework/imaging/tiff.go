package imaging

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"slices"
)

// Tags (TIFF 6.0, sections 8, 14 and 15).
const (
	tagWidth         = 256
	tagHeight        = 257
	tagBitsPerSample = 258
	tagCompression   = 259
	tagPhotometric   = 262
	tagFillOrder     = 266
	tagOrientation   = 274
	tagPlanar        = 284
	tagPredictor     = 317
	tagTileWidth     = 322
	tagTileHeight    = 323
)

// expansion returns the maximum number of bytes that one byte of compressed data
// expands to, false for an unsupported compression. Fax (3 and 4) is unsupported since
// x/image/tiff inverts libtiff's.
func expansion(compression uint32) (ratio float64, ok bool) {
	switch compression {
	case 0, 1:
		return 1, true
	case 5:
		return lzwRatio, true
	case 8, 32946:
		return deflateRatio, true
	case 32773: // PackBits: 128 bytes from 2
		return 64, true
	}
	return 0, false
}

func pixelsPerByteOfTIFF(data []byte) float64 {
	d, _ := directoryOf(data)
	ratio, _ := expansion(d.value(tagCompression, 1))
	bits := float64(d.value(tagBitsPerSample, 1)) * float64(max(d.count(tagBitsPerSample), 1))
	return 8 * ratio / bits
}

// checkTIFF rejects files that x/image/tiff would decode to noise, or reject only after
// allocating memory.
func checkTIFF(data []byte) error {
	d, ok := directoryOf(data)
	if !ok {
		return errors.New("is truncated or damaged, its directory is past the end; download it again")
	}
	for _, t := range []struct {
		tag     uint16
		missing uint32
		read    []uint32
		refusal string
	}{
		{tagPhotometric, 0, []uint32{0, 1, 2, 3}, "has an unsupported colour space (CMYK, YCbCr or CIELAB); save it as RGB"},
		{tagPlanar, 1, []uint32{1}, "stores its channels as separate planes; save it with interleaved channels"},
		{tagPredictor, 1, []uint32{1, 2}, "has an unsupported predictor; save it with LZW or deflate compression and no predictor"},
		{tagFillOrder, 1, []uint32{1}, "has a reversed bit order; save it with the usual one"},
	} {
		if !slices.Contains(t.read, d.value(t.tag, t.missing)) {
			return errors.New(t.refusal)
		}
	}
	if _, ok := expansion(d.value(tagCompression, 1)); !ok {
		return errors.New("has an unsupported compression, such as JPEG or fax; save it with LZW, deflate or none")
	}
	// Tiles are decompressed as a whole and may be far larger than the image.
	width, tileWidth := float64(d.value(tagWidth, 0)), float64(d.value(tagTileWidth, 0))
	height, tileHeight := float64(d.value(tagHeight, 0)), float64(d.value(tagTileHeight, 0))
	if tileWidth > 0 && math.Ceil(width/tileWidth)*tileWidth*math.Ceil(height/tileHeight)*tileHeight > MaxPixels {
		return fmt.Errorf("has more than %d million pixels in its tiles; make it smaller first", MaxPixels/1_000_000)
	}
	return nil
}

// A directory is the first directory of a TIFF structure: entries of 12 bytes with a
// tag, a type, a count, and the values or their offset (TIFF 6.0, section 2).
type directory struct {
	data    []byte
	order   binary.ByteOrder
	entries []byte
}

// directoryOf returns false if the directory is not completely in data.
func directoryOf(data []byte) (d directory, ok bool) {
	d = directory{data: data, order: binary.LittleEndian}
	if len(data) < 8 {
		return d, false
	}
	if data[0] == 'M' {
		d.order = binary.BigEndian
	}
	at := uint64(d.order.Uint32(data[4:]))
	if at+2 > uint64(len(data)) {
		return d, false
	}
	start := at + 2
	end := start + 12*uint64(d.order.Uint16(data[at:]))
	if end > uint64(len(data)) {
		return d, false
	}
	d.entries = data[start:end]
	return d, true
}

// entry returns the entry of a tag, nil if there is none.
func (d directory) entry(tag uint16) []byte {
	for e := d.entries; len(e) > 0; e = e[12:] {
		if d.order.Uint16(e) == tag {
			return e[:12]
		}
	}
	return nil
}

func (d directory) count(tag uint16) uint32 {
	e := d.entry(tag)
	if e == nil {
		return 0
	}
	return d.order.Uint32(e[4:])
}

// value returns the first value of a tag, or missing if it has no BYTE, SHORT or LONG
// within data.
func (d directory) value(tag uint16, missing uint32) uint32 {
	e := d.entry(tag)
	if e == nil {
		return missing
	}
	size := map[uint16]uint64{1: 1, 3: 2, 4: 4}[d.order.Uint16(e[2:])]
	at, count := e[8:], uint64(d.order.Uint32(e[4:]))
	if size*count > 4 {
		at = d.data[min(uint64(d.order.Uint32(at)), uint64(len(d.data))):]
	}
	if count == 0 || uint64(len(at)) < size {
		return missing
	}
	switch size {
	case 1:
		return uint32(at[0])
	case 2:
		return uint32(d.order.Uint16(at))
	case 4:
		return d.order.Uint32(at)
	}
	return missing
}
